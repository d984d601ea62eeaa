package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import io.quorate.event.OperationEvent;
import io.quorate.event.OperationEvent.Kind;
import io.quorate.event.OperationEvent.Outcome;
import io.quorate.event.SessionEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A session whose states and operations are told to the user's listener. It adds nothing else, and the futures are the session's own. */
final class ObservedSession extends ForwardingSession {

    private final Events events;

    private ObservedSession(Session session, Events events) {
        super(session);
        this.events = events;
    }

    /** Wraps a session that was just opened, and tells that it was. */
    static ObservedSession of(Session session, Events events) {
        ObservedSession observed = new ObservedSession(session, events);
        observed.tell(SessionState.CONNECTED);
        session.onState(observed::tell);
        return observed;
    }

    @Override
    public CompletableFuture<Optional<Entry>> get(Key key, Read mode) {
        return observed(Kind.GET, begun(), session.get(key, mode));
    }

    @Override
    public CompletableFuture<Listing> list(Key parent, Content content, Read mode) {
        return observed(Kind.LIST, begun(), session.list(parent, content, mode));
    }

    @Override
    public CompletableFuture<Snapshot> snapshot(Key prefix) {
        return observed(Kind.SNAPSHOT, begun(), session.snapshot(prefix));
    }

    @Override
    public CompletableFuture<CommitResult> commit(Commit commit) {
        return observed(Kind.COMMIT, begun(), session.commit(commit));
    }

    @Override
    public CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value) {
        return observed(Kind.ENQUEUE, begun(), session.enqueue(queue, label, value));
    }

    @Override
    public CompletableFuture<List<Ticket>> enqueueAll(List<Key> queues, String label, @Nullable Bytes value) {
        return observed(Kind.ENQUEUE, begun(), session.enqueueAll(queues, label, value));
    }

    @Override
    public CompletableFuture<Void> dequeue(Ticket ticket) {
        return observed(Kind.DEQUEUE, begun(), session.dequeue(ticket));
    }

    private long begun() {
        return session.ticker().nanos();
    }

    private <T> CompletableFuture<T> observed(Kind kind, long begun, CompletableFuture<T> result) {
        // Returns the session's future itself, because completing that one cancels the operation.
        result.whenComplete((value, failure) -> {
            Duration took = Duration.ofNanos(Math.max(0, session.ticker().nanos() - begun));
            OperationEvent event = failure == null
                    ? new OperationEvent(kind, took, Outcome.DONE, Optional.empty())
                    : failed(kind, took, failure);
            events.tell(listener -> listener.onOperation(event));
        });
        return result;
    }

    private static OperationEvent failed(Kind kind, Duration took, Throwable failure) {
        if (failure instanceof QuorateException known) {
            Outcome outcome = switch (known.outcome()) {
                case DID_NOT_HAPPEN -> Outcome.DID_NOT_HAPPEN;
                case UNKNOWN -> Outcome.UNKNOWN;
                case GONE -> Outcome.SESSION_GONE;
            };
            return new OperationEvent(kind, took, outcome, Optional.of(known));
        }
        boolean given = failure instanceof CancellationException || failure instanceof TimeoutException;
        return new OperationEvent(kind, took, given ? Outcome.CANCELLED : Outcome.UNKNOWN, Optional.empty());
    }

    private void tell(SessionState state) {
        SessionEvent event = new SessionEvent(session.id(), state);
        events.tell(listener -> listener.onSession(event));
    }
}
