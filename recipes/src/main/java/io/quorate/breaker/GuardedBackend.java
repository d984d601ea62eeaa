package io.quorate.breaker;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.event.BreakerEvent;
import io.quorate.internal.breaker.BackendCircuit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A backend with a circuit breaker around it: while it is ailing, operations fail at once instead of piling up.
 *
 * <p><b>Opening.</b> The guard opens when the share of operations that fail or are slow reaches
 * {@link GuardedBackendConfig#failureRatio()}, operations that are still waiting for an answer included, and when
 * {@link #describe()} finds too few members serving twice in a row. Refusals that say nothing about the health of the backend, such as a failed guard of
 * a commit, count as successes. What somebody gave up or what a session lost at its end counts as nothing, unless it had
 * been slow by then.
 *
 * <p><b>While it is open</b>, reads, commits and new tickets fail with a {@link BackendUnavailableException} that says when
 * to try again; they certainly did not happen. Never refused are: opening and closing a session, its renewals, watches,
 * giving a ticket back, and reading a queue in which the session has a ticket. What is held stays held, who waits in line
 * stays there and is served.
 *
 * <p><b>Closing.</b> After {@link GuardedBackendConfig#openDuration()} the guard probes by itself: it looks at the members,
 * and lets an open session make a {@linkplain io.quorate.backend.Read#LATEST linearizable} read of its own. If both
 * succeed, the guard closes, otherwise it probes again after twice the time. The user's operations are never probes.
 *
 * <p>The state is this object's own and not shared with other processes: see {@link CircuitBreaker} for one that is. It has no
 * threads; what it does by itself runs on the event lanes of the sessions that are open. Without an open session nothing
 * is looked at. Safe for use by many threads.
 */
public final class GuardedBackend implements Backend {

    private final Backend backend;
    private final BackendCircuit circuit;

    private GuardedBackend(Backend backend, BackendCircuit circuit) {
        this.backend = backend;
        this.circuit = circuit;
    }

    /** Returns a guard around a backend, on {@linkplain Ticker#system() the time of this machine}. It owns the backend. */
    public static GuardedBackend around(Backend backend, GuardedBackendConfig config) {
        return around(backend, config, Ticker.system());
    }

    /** Returns a guard around a backend that reads its time from a ticker. It owns the backend. */
    public static GuardedBackend around(Backend backend, GuardedBackendConfig config, Ticker ticker) {
        return new GuardedBackend(backend, new BackendCircuit(backend, config, ticker));
    }

    /** Returns the state and what led to it. Costs no backend operation. */
    public GuardedBackendView view() {
        return circuit.view();
    }

    /**
     * Registers a listener of changes of the state, called by the executor, in order, one at a time, beginning with the next
     * change. {@code onChange(listener::onBreaker, executor)} tells them to a {@link io.quorate.event.QuorateListener}.
     */
    public Subscription onChange(Consumer<? super BreakerEvent.StateChanged> listener, Executor executor) {
        return circuit.onChange(listener, executor);
    }

    /** Opens a session, as the backend does; never refused by the guard. */
    @Override
    public CompletableFuture<Session> open(SessionOptions options) {
        return circuit.guard(backend.open(options));
    }

    @Override
    public Capabilities capabilities() {
        return backend.capabilities();
    }

    @Override
    public CompletableFuture<BackendView> describe() {
        return backend.describe();
    }

    /** Closes the backend, and with it the guard. */
    @Override
    public void close() {
        circuit.close();
        backend.close();
    }

    @Override
    public String toString() {
        return "guarded " + backend;
    }
}
