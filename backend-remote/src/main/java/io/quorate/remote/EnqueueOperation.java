package io.quorate.remote;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Bytes;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/**
 * A ticket on its way: the transaction that creates it, with the reading of the queue right behind it, in one round trip.
 *
 * <p>If the queue is missing, its levels are created one by one as containers, which ZooKeeper removes when they have been
 * emptied, in front of a second attempt: two round trips. A level that exists already refuses to be created, which does no harm.
 *
 * <p>A queue whose counter comes to its end, see {@link TicketDesk#LAST_SEQUENCE}, is deleted as soon as it is empty and then counts from
 * the start. Until then nobody joins it: those who have a place are served, the others wait outside.
 */
final class EnqueueOperation extends SlottedWrite {

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Key queue;
    private final String path;
    private final String label;
    private String prefix;
    private final byte @Nullable [] value;
    private final Result<Ticket> result;
    private int attempt;
    private boolean pausing;
    private long revision;
    private @Nullable TicketName own;

    /** What stood in the way of the deepest level that could not be created. */
    private @Nullable QuorateException obstacle;

    EnqueueOperation(SessionContext context, Key queue, String label, @Nullable Bytes value) {
        super(context);
        this.queue = queue;
        this.path = context.paths().path(queue);
        this.label = label;
        this.prefix = newPrefix();
        this.value = value == null ? null : value.toByteArray();
        this.result = new Result<>(context.lane(), this::abandoned);
    }

    CompletableFuture<Ticket> future() {
        return result;
    }

    private String newPrefix() {
        return label + "-" + TicketDesk.newId(context.id().value()) + "-";
    }

    @Override
    Set<String> writes() {
        return Set.of(path);
    }

    @Override
    boolean plan(CommitPlan plan) {
        pausing = false;
        if (result.isDone() && !mayHaveHappened()) {
            context.dispatcher().done(this);
            release();
            return false;
        }
        if (revision != 0) {
            // The ticket exists; only the reading behind it was lost.
            readBack();
            return false;
        }
        plan.create(0, PathMapping.child(path, prefix), value, CreateMode.EPHEMERAL_SEQUENTIAL);
        return true;
    }

    @Override
    void follow() {
        int current = ++attempt;
        context.wire().children(this, path, (code, names, stat) -> {
            if (current == attempt && revision != 0) {
                listed(code, names);
            }
        });
    }

    @Override
    void succeeded(CommitPlan plan, List<OpResult> results, long newRevision) {
        revision = newRevision;
        for (int i = 0; i < results.size(); i++) {
            if (plan.step(i).purpose() == CommitPlan.Purpose.CHANGE
                    && results.get(i) instanceof OpResult.CreateResult created) {
                String name = created.getPath().substring(created.getPath().lastIndexOf('/') + 1);
                own = TicketName.parse(name).orElseThrow();
            }
        }
    }

    @Override
    void foundHappened(long newRevision) {
        revision = newRevision;
        readBack();
    }

    private void readBack() {
        attempt++;
        context.wire().children(this, path, (code, names, stat) -> listed(code, names));
    }

    private void listed(Code code, List<String> names) {
        if (code != Code.OK && code != Code.NONODE) {
            giveUp(Replies.failure(code, "reading the queue " + queue));
            return;
        }
        if (own == null) {
            own = find(names);
        }
        TicketName mine = own;
        if (mine == null) {
            // It existed, but somebody deleted it while the reply was lost, so that nobody can have relied on it.
            revision = 0;
            send();
            return;
        }
        if (TicketDesk.isBeyondLast(mine)) {
            startAnew(mine);
            return;
        }
        Ticket ticket = TicketDesk.ticket(context, queue, mine, revision, names);
        context.dispatcher().done(this);
        release();
        context.watches().afterRead(Set.of(path), () -> settle(ticket));
    }

    /** Gives the ticket back and tries to delete the queue, which is refused while somebody has a place in it. */
    private void startAnew(TicketName mine) {
        own = null;
        revision = 0;
        // The removal may be repeated after the next attempt, which must not take this ticket for its own.
        prefix = newPrefix();
        decisive = false;
        context.dispatcher().submit(new TicketRemoval(context, PathMapping.child(path, mine.toString())));
        context.wire().delete(this, path, code -> {
            if (code == Code.OK || code == Code.NONODE) {
                send();
            } else {
                pausing = true;
                context.lane().schedule(this::resume, PAUSE);
            }
        });
    }

    private void resume() {
        if (!done && pausing && context.dispatcher().isConnected()) {
            send();
        }
    }

    private void settle(Ticket ticket) {
        if (!result.settle(ticket)) {
            context.dispatcher()
                    .submit(new TicketRemoval(
                            context,
                            PathMapping.child(path, ticket.place().name().toString())));
        }
    }

    private @Nullable TicketName find(List<String> names) {
        for (String name : names) {
            if (name.startsWith(prefix)) {
                return TicketName.parse(name).orElse(null);
            }
        }
        return null;
    }

    private void giveUp(QuorateException failure) {
        TicketName mine = own;
        if (mine != null) {
            context.dispatcher().submit(new TicketRemoval(context, PathMapping.child(path, mine.toString())));
        }
        failNow(failure);
    }

    @Override
    void refused(CommitPlan.Step step, Code code) {
        if (step.purpose() == CommitPlan.Purpose.AHEAD) {
            send();
        } else if (step.purpose() == CommitPlan.Purpose.CHANGE && code == Code.NONODE) {
            QuorateException inTheWay = obstacle;
            if (inTheWay != null) {
                failNow(inTheWay);
                return;
            }
            createContainers();
            send();
        } else if (code == Code.NOCHILDRENFOREPHEMERALS) {
            failNow(new SessionOwnedHasNoChildrenException(0, queue));
        } else if (code == Code.NODEEXISTS) {
            failNow(new BackendUnavailableException("the name of a new ticket was taken; try again", null));
        } else {
            failNow(Replies.failure(code, "a ticket of " + queue));
        }
    }

    private void createContainers() {
        List<String> levels = new ArrayList<>(PathMapping.ancestors(path));
        levels.add(path);
        for (String level : levels) {
            if (!PathMapping.isAtOrBelow(context.paths().privateRoot(), level)) {
                List<Op> creation = List.of(
                        Ops.create(level, null, context.acl(), CreateMode.CONTAINER),
                        context.stripes().bump(IncarnationStripes.stripeOf(level)));
                context.wire().multi(this, creation, (code, results) -> containerCreated(level, code, results));
            }
        }
    }

    /** Takes note of a refusal, which matters only if the queue turns out to be missing still. */
    private void containerCreated(String level, Code code, List<OpResult> results) {
        int failure = Replies.firstFailure(results);
        Code outcome = results.isEmpty() ? code : failure < 0 ? Code.OK : Replies.code(results.get(failure));
        if (failure == 1 && outcome == Code.NONODE) {
            obstacle = missingLayout();
        } else if (outcome == Code.NOCHILDRENFOREPHEMERALS) {
            obstacle = new SessionOwnedHasNoChildrenException(0, queue);
        } else if (outcome != Code.OK && outcome != Code.NODEEXISTS && outcome != Code.NONODE) {
            obstacle = Replies.failure(outcome, "creating " + level + " for the queue " + queue);
        }
    }

    @Override
    void fail(QuorateException failure) {
        context.watches().afterRead(Set.of(path), () -> result.fail(failure));
    }

    @Override
    void end(QuorateException cause) {
        result.fail(cause);
    }

    /** Whoever asked has left: if the ticket was never sent for it is not created, else it is removed when it is found. */
    private void abandoned() {
        if (!done && !wasSent()) {
            context.dispatcher().done(this);
            release();
        }
    }
}
