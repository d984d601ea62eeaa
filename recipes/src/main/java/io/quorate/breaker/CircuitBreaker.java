package io.quorate.breaker;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Subscription;
import io.quorate.backend.TimeoutExceededException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker that all instances with the same name share: what one learns about a failing dependency, all act on.
 *
 * <p><b>The call path never waits for the backend.</b> A call reads one volatile field and counts its outcome in memory.
 * Each instance publishes its sums at most once a second, and only if they have changed.
 *
 * <p><b>Opening.</b> The shared state opens when the calls of all instances within the rolling window reach the
 * {@linkplain CircuitBreakerConfig#requestVolumeThreshold() volume} and a
 * {@linkplain CircuitBreakerConfig#failureRatio() ratio}, and enough instances are
 * {@linkplain CircuitBreakerConfig#minimumVotingInstances() over the ratio themselves}. Whoever sees it first commits
 * it, on the condition that the state is still the one that was judged. An instance whose calls fail while those of
 * most others do not opens for itself alone.
 *
 * <p><b>Closing.</b> After {@link CircuitBreakerConfig#openCircuitDuration()} the state turns half-open, and
 * {@link CircuitBreakerConfig#permittedProbes()} calls in the whole cluster pass as probes, each under a permit that
 * vanishes with its owner's session. If all succeed the breaker closes; the first that fails opens it again.
 *
 * <p><b>While the backend is away</b> each instance goes on by itself from the last state it saw, with its own calls
 * only, and {@link #view()} says so. It rejoins when it sees the shared state again, which then counts; if that is
 * closed and the instance has opened in the meantime, it stays open for itself alone until its own probes have succeeded.
 *
 * <p>Durations are counted by each instance from when it saw a state; wall clocks are never compared. Instances may
 * have different configurations, during a roll-out say; each judges by its own. Safe for use by many threads.
 */
public interface CircuitBreaker extends AutoCloseable {

    /** Returns the name that all instances share. */
    String name();

    /** Returns the configuration by which this instance judges. */
    CircuitBreakerConfig config();

    /**
     * Replaces the configuration of this instance; it holds from the next call on. Counts are kept. Does not wait, callable
     * from any thread.
     */
    void reconfigure(CircuitBreakerConfig config);

    /** Returns the state, who has decided it, and the counts of this instance. Costs no backend operation. */
    BreakerView view();

    /**
     * Makes a call, unless the breaker rejects it.
     *
     * @return what the call returned
     * @throws CircuitBreakerOpenException if it was rejected; the call was not made
     * @throws Exception what the call threw
     */
    <T extends @Nullable Object> T execute(Callable<T> call) throws Exception;

    /**
     * Makes an asynchronous call, unless the breaker rejects it. What the supplier throws, and a rejection, complete the
     * returned future; it completes on the thread that completes the call. Cancelling it does not cancel the call.
     */
    <T extends @Nullable Object> CompletableFuture<T> executeAsync(Supplier<? extends CompletionStage<T>> call);

    /**
     * Returns the permission to make a call, for code that cannot be wrapped.
     *
     * @return empty if the breaker rejects the call
     */
    Optional<Permission> tryAcquirePermission();

    /**
     * Returns the permission to make a call, for code that cannot be wrapped.
     *
     * @throws CircuitBreakerOpenException if the breaker rejects the call
     */
    Permission acquirePermission();

    /** Returns a callable that makes the call through this breaker each time. */
    default <T extends @Nullable Object> Callable<T> decorateCallable(Callable<T> call) {
        return () -> execute(call);
    }

    /** Returns a supplier that makes the call through this breaker each time. */
    <T extends @Nullable Object> Supplier<T> decorateSupplier(Supplier<T> call);

    /** Returns a runnable that makes the call through this breaker each time. */
    Runnable decorateRunnable(Runnable call);

    /** Returns a supplier that makes the asynchronous call through this breaker each time. */
    default <T extends @Nullable Object> Supplier<CompletableFuture<T>> decorateAsync(
            Supplier<? extends CompletionStage<T>> call) {
        return () -> executeAsync(call);
    }

    /**
     * Overrides the breaker on all instances, in place of any override before, as one compare-and-set. The future
     * completes on the callback executor of the client once it is committed; instances act on it when they see it.
     */
    CompletableFuture<Void> overrideAsync(BreakerOverride override);

    /** Ends an override on all instances, if there is one. Otherwise like {@link #overrideAsync}. */
    CompletableFuture<Void> clearOverrideAsync();

    /**
     * Overrides the breaker on all instances, and waits at most for the operation time-out of the client.
     *
     * @throws InterruptedException if the thread is interrupted while it waits; the override may hold
     * @throws TimeoutExceededException if the backend did not answer in time; the override may hold
     * @throws BackendUnavailableException if there is no session, or if the shared state is written in a form that this
     *     version does not understand; nothing was changed
     * @throws IllegalStateException if this is an event lane, which would wait for itself
     */
    void override(BreakerOverride override) throws InterruptedException;

    /**
     * Ends an override on all instances, and waits at most for the operation time-out of the client.
     *
     * @throws InterruptedException if the thread is interrupted while it waits; the override may have ended
     * @throws TimeoutExceededException if the backend did not answer in time; the override may have ended
     * @throws BackendUnavailableException if there is no session, or if the shared state is written in a form that this
     *     version does not understand; nothing was changed
     * @throws IllegalStateException if this is an event lane, which would wait for itself
     */
    void clearOverride() throws InterruptedException;

    /**
     * Registers a listener of changes, called on the callback executor of the client, in order, beginning with the next
     * change. A listener that throws is logged and hurts no other.
     */
    Subscription onChange(Consumer<BreakerChange> listener);

    /**
     * Withdraws this instance: it publishes nothing any more, gives its probes back, and lets every call pass uncounted.
     * Idempotent, does not wait. The shared state stays for the others. Closing the client closes its breakers.
     */
    @Override
    void close();
}
