package io.quorate.embedded.session;

import io.quorate.backend.QuorateException;
import io.quorate.backend.SessionState;
import io.quorate.backend.StaleClusterException;
import io.quorate.embedded.member.Attachment;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A session on the loop: it keeps the operations and watches going while members come and go, renews, and brings it all to an
 * end. States and results are published on the lane.
 *
 * <p>A session that its user closes is over for the user first: operations that are in flight end, then CLOSED is published,
 * and only when that has happened are the members asked to remove what the session owns.
 */
final class SessionCore implements SessionLink.Listener {

    private final ClientSession session;
    private final EmbeddedBackend backend;
    private final FrontEnd frontEnd;
    private final EventLane lane;
    private final LaneOutbox outbox;
    private final PublishedState state;
    private final Renewal renewal;
    private final SessionLink link;
    private final Operations operations;
    private final Watches watches;
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private boolean closeRequested;
    private boolean closedPublished;
    private boolean mayClose;
    private boolean closeSent;
    private boolean ended;

    SessionCore(
            ClientSession session,
            EmbeddedBackend backend,
            FrontEnd frontEnd,
            EventLane lane,
            Namespace namespace,
            PublishedState state,
            Renewal renewal,
            Admission.Share share) {
        this.session = session;
        this.backend = backend;
        this.frontEnd = frontEnd;
        this.lane = lane;
        this.outbox = new LaneOutbox(frontEnd, lane, share);
        this.state = state;
        this.renewal = renewal;
        this.link = new SessionLink(frontEnd, this, session.id().value());
        this.operations = new Operations(this, frontEnd, link, renewal, namespace, share, lane, outbox);
        this.watches = new Watches(link, namespace, outbox);
    }

    /** Begins at the member that has opened the session. */
    void begin(Member member) {
        backend.began(session);
        frontEnd.add(session);
        link.begin(member);
        renewLater();
        if (backend.isClosed()) {
            session.closeQuietly();
        } else if (backend.isUnreachable()) {
            link.cut();
        }
    }

    EmbeddedBackend client() {
        return backend;
    }

    List<String> openWatches() {
        return watches.names();
    }

    ClientSession session() {
        return session;
    }

    SessionLink link() {
        return link;
    }

    /** Completes on the lane when all is over. */
    CompletableFuture<@Nullable Void> end() {
        return end;
    }

    void reconsider() {
        link.reconsider();
    }

    // ---- operations and watches

    void add(Pending<?> operation) {
        operations.add(operation);
        if (ended) {
            failUnanswered();
        }
    }

    /** Runs a task on the lane; or at once if that has ended, which only somebody sees who called while it did. */
    private void tell(Runnable task) {
        outbox.handOver();
        try {
            lane.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    void add(ClientWatch watch) {
        if (ended) {
            tell(() -> watch.end(session.over()));
        } else {
            watches.add(watch);
        }
    }

    void remove(ClientWatch watch) {
        watches.remove(watch);
    }

    /** Sends what may be sent; a close is the last. */
    void pump() {
        operations.pump();
        if (closeRequested && !closedPublished && !ended && operations.isEmpty()) {
            closedPublished = true;
            outbox.offer(() -> {
                state.publish(SessionState.CLOSED);
                frontEnd.submit(lane, this::tellMembersOfClose);
            });
        }
    }

    // ---- renewing

    private void renewLater() {
        frontEnd.after(renewal.interval(), () -> {
            if (!ended) {
                renew();
                renewLater();
            }
        });
    }

    private void renew() {
        if (!link.isAttached()) {
            return;
        }
        long now = frontEnd.ticker().nanos();
        if (renewal.isOverdue(now)) {
            renewal.startOver(now);
            link.breakOff();
        } else if (link.isOpen()) {
            Attachment over = link.attached();
            over.touch(() -> {
                if (link.hears(over)) {
                    renewal.confirmed(now);
                }
            });
        }
    }

    // ---- what the link tells

    @Override
    public void onAttached() {
        renewal.startOver(frontEnd.ticker().nanos());
        publish(SessionState.CONNECTED);
        // The watches first: no reply may overtake the batch that closes a watch's gap.
        watches.resume();
        operations.resume();
        renew();
        pump();
        if (mayClose) {
            tellMembersOfClose();
        }
    }

    @Override
    public void onDetached() {
        closeSent = false;
        publish(SessionState.SUSPENDED);
    }

    @Override
    public void onStale(long seen) {
        operations.failStale(
                new StaleClusterException(
                        "the ensemble is older than revision " + seen
                                + ", which this session has seen, as after restoring a backup; open a new session",
                        null),
                session.unknown());
    }

    @Override
    public void onChanges(long watch, long index, List<WatchedChange> changes, StateMachine tree) {
        watches.onChanges(watch, index, changes, tree);
    }

    @Override
    public void onGone() {
        end(closeRequested ? SessionState.CLOSED : SessionState.EXPIRED);
    }

    private void publish(SessionState now) {
        outbox.offer(() -> state.publish(now));
    }

    // ---- the end

    boolean isClosing() {
        return closeRequested || ended;
    }

    void requestClose() {
        if (ended || closeRequested) {
            return;
        }
        closeRequested = true;
        frontEnd.after(frontEnd.connectionTimeout(), () -> end(SessionState.CLOSED));
        pump();
    }

    /** Waits for nobody to whom the close could be told; the ensemble will expire the session. */
    void endIfClosing() {
        if (closeRequested) {
            end(SessionState.CLOSED);
        }
    }

    private void tellMembersOfClose() {
        mayClose = true;
        if (!closeSent && !ended && link.isOpen()) {
            closeSent = true;
            link.attached().closeSession();
        }
    }

    private void end(SessionState terminal) {
        if (ended) {
            return;
        }
        ended = true;
        link.end();
        frontEnd.remove(session);
        List<ClientWatch> watching = watches.end();
        outbox.offer(() -> state.publish(terminal));
        failUnanswered();
        outbox.offer(() -> watching.forEach(watch -> watch.end(session.over())));
        // The lane refuses tasks once the end is published, and no sooner: whoever is refused may conclude that it is.
        outbox.offer(() -> lane.finish(() -> {
            backend.ended(session);
            backend.laneEnded(lane);
            end.complete(null);
        }));
    }

    private void failUnanswered() {
        for (Pending<?> operation : operations.end()) {
            tell(() -> {
                QuorateException cause = operation.isOfUnknownOutcome() ? session.unknown() : session.over();
                operation.future.completeExceptionally(cause);
            });
        }
    }
}
