package io.quorate.leader;

import io.quorate.backend.SuspensionPolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * How a latch behaves.
 *
 * @param suspensionPolicy what a leadership does while its session has no connection; empty for what the backend
 *     recommends: until the deadline on the embedded engine, fail fast on ZooKeeper, whose proof is weaker
 * @param retryDelay how long to pause after a failed attempt to queue up; doubled with each further one; positive
 * @param maxRetryDelay the longest such pause; at least {@code retryDelay}
 */
public record LeaderLatchOptions(
        Optional<SuspensionPolicy> suspensionPolicy, Duration retryDelay, Duration maxRetryDelay) {

    /** The default of {@link #retryDelay()}: 100 ms. */
    public static final Duration DEFAULT_RETRY_DELAY = Duration.ofMillis(100);

    /** The default of {@link #maxRetryDelay()}: 10 seconds. */
    public static final Duration DEFAULT_MAX_RETRY_DELAY = Duration.ofSeconds(10);

    private static final LeaderLatchOptions DEFAULTS =
            new LeaderLatchOptions(Optional.empty(), DEFAULT_RETRY_DELAY, DEFAULT_MAX_RETRY_DELAY);

    /** Checks the ranges stated above. */
    public LeaderLatchOptions {
        checkDelays(retryDelay, maxRetryDelay);
    }

    /** Returns the defaults. */
    public static LeaderLatchOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with a policy of the user's choice. */
    public LeaderLatchOptions withSuspensionPolicy(SuspensionPolicy policy) {
        return new LeaderLatchOptions(Optional.of(policy), retryDelay, maxRetryDelay);
    }

    /** Returns these options with other pauses after failed attempts. */
    public LeaderLatchOptions withRetryDelays(Duration first, Duration longest) {
        return new LeaderLatchOptions(suspensionPolicy, first, longest);
    }

    static void checkDelays(Duration first, Duration longest) {
        if (first.isNegative() || first.isZero()) {
            throw new IllegalArgumentException("the retry delay must be positive, but is " + first);
        }
        if (longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "the longest retry delay must be at least the first, " + first + ", but is " + longest);
        }
    }
}
