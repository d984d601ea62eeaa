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
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/**
 * Tickets on their way: the transaction that creates them, one in each queue, with the reading of the queues right behind it, in one round
 * trip.
 *
 * <p>If a queue is missing, its levels are created one by one as containers, which ZooKeeper removes when they have been
 * emptied, in front of a second attempt: two round trips. A level that exists already refuses to be created, which does no harm.
 *
 * <p>A queue whose counter comes to its end, see {@link TicketDesk#LAST_SEQUENCE}, is deleted as soon as it is empty and then counts from
 * the start. Until then nobody joins it: those who have a place are served, the others wait outside.
 */
final class EnqueueOperation extends SlottedWrite {

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** One queue, and what has become of the ticket there. */
    private static final class Desk {

        private final Key queue;
        private final String path;
        private @Nullable TicketName own;
        private @Nullable List<String> names;

        Desk(Key queue, String path) {
            this.queue = queue;
            this.path = path;
        }

        @Nullable
        TicketName find(String prefix) {
            if (own == null && names != null) {
                for (String name : names) {
                    if (name.startsWith(prefix)) {
                        own = TicketName.parse(name).orElse(null);
                    }
                }
            }
            return own;
        }
    }

    private final List<Desk> desks;
    private final String label;
    private String prefix;
    private final byte @Nullable [] value;
    private final Result<List<Ticket>> result;
    private final Result<Ticket> only;
    private int attempt;
    private boolean pausing;
    private long revision;

    /** What stood in the way of the deepest level that could not be created. */
    private @Nullable QuorateException obstacle;

    EnqueueOperation(SessionContext context, List<Key> queues, String label, @Nullable Bytes value) {
        super(context);
        this.desks = queues.stream()
                .map(queue -> new Desk(queue, context.paths().path(queue)))
                .toList();
        this.label = label;
        this.prefix = newPrefix();
        this.value = value == null ? null : value.toByteArray();
        this.result = new Result<>(context.lane(), this::abandoned);
        this.only = new Result<>(context.lane(), this::abandoned);
    }

    CompletableFuture<List<Ticket>> future() {
        return result;
    }

    /** Returns the only ticket, instead of {@link #future()}. */
    CompletableFuture<Ticket> only() {
        return only;
    }

    private boolean isUnwanted() {
        return result.isDone() || only.isDone();
    }

    private String newPrefix() {
        return label + "-" + TicketDesk.newId(context.id().value()) + "-";
    }

    @Override
    Set<String> writes() {
        return desks.stream().map(desk -> desk.path).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    boolean plan(CommitPlan plan) {
        pausing = false;
        if (isUnwanted() && !mayHaveHappened()) {
            context.dispatcher().done(this);
            release();
            return false;
        }
        if (revision != 0) {
            // The tickets exist; only the reading behind them was lost.
            readBack();
            return false;
        }
        for (int i = 0; i < desks.size(); i++) {
            plan.create(i, PathMapping.child(desks.get(i).path, prefix), value, CreateMode.EPHEMERAL_SEQUENTIAL);
        }
        return true;
    }

    @Override
    void follow() {
        read(true);
    }

    @Override
    void succeeded(CommitPlan plan, List<OpResult> results, long newRevision) {
        revision = newRevision;
        for (int i = 0; i < results.size(); i++) {
            if (plan.step(i).purpose() == CommitPlan.Purpose.CHANGE
                    && results.get(i) instanceof OpResult.CreateResult created) {
                String name = created.getPath().substring(created.getPath().lastIndexOf('/') + 1);
                desks.get(plan.step(i).index()).own = TicketName.parse(name).orElseThrow();
            }
        }
    }

    @Override
    void foundHappened(long newRevision) {
        revision = newRevision;
        readBack();
    }

    private void readBack() {
        read(false);
    }

    /**
     * Reads all queues.
     *
     * @param behind whether the transaction was sent right before and has to have happened for the reply to count
     */
    private void read(boolean behind) {
        int current = ++attempt;
        desks.forEach(desk -> desk.names = null);
        for (Desk desk : desks) {
            context.wire().children(this, desk.path, (code, names, stat) -> {
                if (current == attempt && (!behind || revision != 0)) {
                    listed(desk, code, names);
                }
            });
        }
    }

    private void listed(Desk desk, Code code, List<String> names) {
        if (code != Code.OK && code != Code.NONODE) {
            giveUp(Replies.failure(code, "reading the queue " + desk.queue));
            return;
        }
        desk.names = names;
        if (desks.stream().allMatch(each -> each.names != null)) {
            allListed();
        }
    }

    private void allListed() {
        List<Ticket> tickets = new ArrayList<>();
        boolean missing = false;
        boolean beyond = false;
        for (Desk desk : desks) {
            TicketName mine = desk.find(prefix);
            if (mine == null) {
                missing = true;
            } else {
                beyond |= TicketDesk.isBeyondLast(mine);
                tickets.add(TicketDesk.ticket(context, desk.queue, mine, revision, Objects.requireNonNull(desk.names)));
            }
        }
        if (missing) {
            // They existed, but somebody deleted one while the reply was lost, so that nobody can have relied on it.
            giveBackAndForget();
            send();
        } else if (beyond) {
            startAnew();
        } else {
            context.dispatcher().done(this);
            release();
            context.watches().afterRead(writes(), () -> settle(tickets));
        }
    }

    /** Gives the tickets back; the next attempt has another name, so as not to take these for its own. */
    private void giveBackAndForget() {
        removeAll();
        desks.forEach(desk -> desk.own = null);
        revision = 0;
        prefix = newPrefix();
        decisive = false;
    }

    private void removeAll() {
        for (Desk desk : desks) {
            TicketName mine = desk.own;
            if (mine != null) {
                context.dispatcher().submit(new TicketRemoval(context, PathMapping.child(desk.path, mine.toString())));
            }
        }
    }

    /** Gives the tickets back and tries to delete the queues that have come to their end, which is refused while somebody has a place there. */
    private void startAnew() {
        List<String> ended = desks.stream()
                .filter(desk -> desk.own != null && TicketDesk.isBeyondLast(desk.own))
                .map(desk -> desk.path)
                .toList();
        giveBackAndForget();
        // Whoever waits outside has no place yet: those of this session that are inside must not wait for it.
        context.dispatcher().letPass(this);
        delete(ended.iterator());
    }

    private void delete(Iterator<String> ended) {
        if (!ended.hasNext()) {
            send();
            return;
        }
        context.wire().delete(this, ended.next(), code -> {
            if (code == Code.OK || code == Code.NONODE) {
                delete(ended);
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

    private void settle(List<Ticket> tickets) {
        if (!result.settle(tickets) || !only.settle(tickets.get(0))) {
            removeAll();
        }
    }

    private void giveUp(QuorateException failure) {
        removeAll();
        failNow(failure);
    }

    @Override
    void refused(CommitPlan.Step step, Code code) {
        Key queue = desks.get(step.purpose() == CommitPlan.Purpose.CHANGE ? step.index() : 0).queue;
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
            failNow(new SessionOwnedHasNoChildrenException(step.index(), queue));
        } else if (code == Code.NODEEXISTS) {
            failNow(new BackendUnavailableException("the name of a new ticket was taken; try again", null));
        } else {
            failNow(Replies.failure(code, "a ticket of " + queue));
        }
    }

    private void createContainers() {
        Set<String> created = new LinkedHashSet<>();
        for (Desk desk : desks) {
            List<String> levels = new ArrayList<>(PathMapping.ancestors(desk.path));
            levels.add(desk.path);
            for (String level : levels) {
                if (!PathMapping.isAtOrBelow(context.paths().privateRoot(), level) && created.add(level)) {
                    List<Op> creation = List.of(
                            Ops.create(level, null, context.acl(), CreateMode.CONTAINER),
                            context.stripes().bump(IncarnationStripes.stripeOf(level)));
                    context.wire()
                            .multi(
                                    this,
                                    creation,
                                    (code, results) -> containerCreated(desk.queue, level, code, results));
                }
            }
        }
    }

    /** Takes note of a refusal, which matters only if the queue turns out to be missing still. */
    private void containerCreated(Key queue, String level, Code code, List<OpResult> results) {
        Code outcome = Replies.outcome(code, results);
        boolean isOfStripe = Replies.firstFailure(results) == 1;
        if (isOfStripe && outcome == Code.NONODE) {
            obstacle = missingLayout();
        } else if (outcome == Code.NOCHILDRENFOREPHEMERALS) {
            obstacle = new SessionOwnedHasNoChildrenException(0, queue);
        } else if (outcome != Code.OK && outcome != Code.NODEEXISTS && outcome != Code.NONODE) {
            obstacle = Replies.failure(outcome, "creating " + level + " for the queue " + queue);
        }
    }

    @Override
    void fail(QuorateException failure) {
        context.watches().afterRead(writes(), () -> end(failure));
    }

    @Override
    void end(QuorateException cause) {
        result.fail(cause);
        only.fail(cause);
    }

    /** Whoever asked has left: if the tickets were never sent for they are not created, else they are removed when they are found. */
    private void abandoned() {
        if (!done && !wasSent()) {
            context.dispatcher().done(this);
            release();
        }
    }
}
