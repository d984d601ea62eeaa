package io.quorate.internal.breaker;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Read;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.backend.Ticket;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchListener;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A session that asks the circuit of its backend before it begins anything new, and tells it how operations end. */
final class GuardedSession implements Session {

    private final Session session;
    private final BackendCircuit circuit;
    private final Places places = new Places();

    GuardedSession(Session session, BackendCircuit circuit) {
        this.session = session;
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

    @Override
    public Watch watch(Key key, Scope scope, WatchListener listener) {
        return session.watch(key, scope, listener);
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        return session.closeAsync();
    }

    @Override
    public void close() {
        session.close();
    }

    // ---------------------------------------------------------------- what costs no operation

    @Override
    public SessionId id() {
        return session.id();
    }

    @Override
    public SessionOptions options() {
        return session.options();
    }

    @Override
    public Capabilities capabilities() {
        return session.capabilities();
    }

    @Override
    public SessionState state() {
        return session.state();
    }

    @Override
    public long provenUntilNanos() {
        return session.provenUntilNanos();
    }

    @Override
    public Ticker ticker() {
        return session.ticker();
    }

    @Override
    public Scheduler scheduler() {
        return session.scheduler();
    }

    @Override
    public Subscription onState(Consumer<SessionState> listener) {
        return session.onState(listener);
    }

    @Override
    public String toString() {
        return session.toString();
    }
}
