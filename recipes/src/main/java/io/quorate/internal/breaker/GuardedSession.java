package io.quorate.internal.breaker;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import io.quorate.internal.ForwardingSession;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A session that asks the circuit of its backend before it begins anything new, and tells it how operations end. */
final class GuardedSession extends ForwardingSession {

    private final BackendCircuit circuit;
    private final Places places = new Places();

    GuardedSession(Session session, BackendCircuit circuit) {
        super(session);
        this.circuit = circuit;
    }

    // ---------------------------------------------------------------- refused while the circuit is open

    @Override
    public CompletableFuture<Optional<Entry>> get(Key key, Read mode) {
        // Who waits in line reads its ticket for the last proof that it may go ahead; without an answer it would wait
        // for ever.
        boolean inLine = key.parent().map(places::includes).orElse(false);
        return inLine ? passed(() -> session.get(key, mode)) : guarded(() -> session.get(key, mode));
    }

    @Override
    public CompletableFuture<Listing> list(Key parent, Content content, Read mode) {
        return places.includes(parent)
                ? passed(() -> session.list(parent, content, mode))
                : guarded(() -> session.list(parent, content, mode));
    }

    @Override
    public CompletableFuture<Snapshot> snapshot(Key prefix) {
        return guarded(() -> session.snapshot(prefix));
    }

    @Override
    public CompletableFuture<CommitResult> commit(Commit commit) {
        return guarded(() -> session.commit(commit));
    }

    @Override
    public CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value) {
        return guarded(() -> {
            CompletableFuture<Ticket> ticket = session.enqueue(queue, label, value);
            follow(List.of(queue), ticket.thenApply(List::of));
            return ticket;
        });
    }

    @Override
    public CompletableFuture<List<Ticket>> enqueueAll(List<Key> queues, String label, @Nullable Bytes value) {
        return guarded(() -> {
            CompletableFuture<List<Ticket>> tickets = session.enqueueAll(queues, label, value);
            follow(queues, tickets);
            return tickets;
        });
    }

    /** Remembers that the session is in line from the request on, so that nobody who acts on the answer is too early. */
    private void follow(List<Key> queues, CompletableFuture<List<Ticket>> answer) {
        queues.forEach(places::asked);
        answer.whenComplete((tickets, failure) -> {
            if (tickets != null) {
                tickets.forEach(places::taken);
            }
            queues.forEach(places::answered);
        });
    }

    private <T> CompletableFuture<T> guarded(Supplier<CompletableFuture<T>> operation) {
        OperationWindow.Bucket bucket = circuit.enter();
        if (bucket != null) {
            return observed(bucket, operation);
        }
        // After its end a session has an answer of its own to everything.
        return session.state().isTerminal() ? operation.get() : CompletableFuture.failedFuture(circuit.refusal());
    }

    // ---------------------------------------------------------------- never refused

    private <T> CompletableFuture<T> passed(Supplier<CompletableFuture<T>> operation) {
        OperationWindow.Bucket bucket = circuit.enter();
        return bucket == null ? operation.get() : observed(bucket, operation);
    }

    private <T> CompletableFuture<T> observed(OperationWindow.Bucket bucket, Supplier<CompletableFuture<T>> operation) {
        long begun = circuit.nanos();
        // Returns the session's future itself, because completing that one cancels the operation. What is refused by an
        // exception was never sent, and does not count.
        CompletableFuture<T> result = operation.get();
        bucket.begin();
        result.whenComplete((value, failure) -> circuit.ended(bucket, begun, failure));
        return result;
    }

    @Override
    public CompletableFuture<Void> dequeue(Ticket ticket) {
        CompletableFuture<Void> given = passed(() -> session.dequeue(ticket));
        given.whenComplete((done, failure) -> places.givenBack(ticket));
        return given;
    }
}
