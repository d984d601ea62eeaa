package io.quorate.breaker;

import io.quorate.backend.BackendView;
import java.time.Duration;
import java.util.Optional;

/**
 * What a {@link GuardedBackend} looks like at one moment; for health checks, metrics and display.
 *
 * @param name the name of its configuration
 * @param state whether operations pass; in {@link BreakerState#HALF_OPEN} a probe of the guard's own is under way
 * @param epoch how often the state has changed
 * @param reason why it is in this state, in words
 * @param window the operations that began within the rolling window; those are slow that took too long and did not fail
 * @param refused how many operations the guard has refused since it was made
 * @param retryAfter when an operation may pass again; empty if operations pass
 * @param members what the last look at the members has found; empty if there was none yet
 */
public record GuardedBackendView(
        String name,
        BreakerState state,
        long epoch,
        String reason,
        CallCounts window,
        long refused,
        Optional<Duration> retryAfter,
        Optional<BackendView> members) {}
