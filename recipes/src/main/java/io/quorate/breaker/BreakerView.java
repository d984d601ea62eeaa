package io.quorate.breaker;

import java.time.Duration;
import java.util.Optional;

/**
 * What a circuit breaker looks like from one instance, at one moment; for health checks, metrics and display.
 *
 * @param name the name of the breaker
 * @param state what decides about calls now
 * @param authority who has decided it
 * @param epoch the number of the shared state, which rises by one with each of its changes; as last seen
 * @param revision the revision of the newest shared state that was seen; 0 if none was
 * @param override the override as last seen, if there is one
 * @param window the calls of this instance within the rolling window
 * @param rejected how many calls this instance has rejected since it was made
 * @param retryAfter when a call may pass again; empty if calls pass
 */
public record BreakerView(
        String name,
        BreakerState state,
        Authority authority,
        long epoch,
        long revision,
        Optional<BreakerOverride> override,
        CallCounts window,
        long rejected,
        Optional<Duration> retryAfter) {}
