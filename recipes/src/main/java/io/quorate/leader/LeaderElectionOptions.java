package io.quorate.leader;

import io.quorate.backend.SuspensionPolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * How an election behaves.
 *
 * @param requeue whether it goes on after a term
 * @param stopGrace how long before the end of its proof a body is told to stop; empty for a tenth of the session
 *     time-out. Not negative, and less than a quarter of the session time-out, for which a healthy session is always
 *     proven.
 * @param closeGrace how long {@link LeaderElection#close()} lets the body finish before it hands over all the same; not
 *     negative
 * @param suspensionPolicy what a leadership does while its session has no connection; empty for what the backend
 *     recommends: until the deadline on the embedded engine, fail fast on ZooKeeper, whose proof is weaker
 * @param retryDelay how long to pause after a body has returned, has failed, or could not queue up; doubled with each
 *     further failure; positive
 * @param maxRetryDelay the longest such pause; at least {@code retryDelay}
 */
public record LeaderElectionOptions(
        Requeue requeue,
        Optional<Duration> stopGrace,
        Duration closeGrace,
        Optional<SuspensionPolicy> suspensionPolicy,
        Duration retryDelay,
        Duration maxRetryDelay) {

    /** The default of {@link #closeGrace()}: 10 seconds. */
    public static final Duration DEFAULT_CLOSE_GRACE = Duration.ofSeconds(10);

    private static final LeaderElectionOptions DEFAULTS = new LeaderElectionOptions(
            Requeue.ALWAYS,
            Optional.empty(),
            DEFAULT_CLOSE_GRACE,
            Optional.empty(),
            LeaderLatchOptions.DEFAULT_RETRY_DELAY,
            LeaderLatchOptions.DEFAULT_MAX_RETRY_DELAY);

    /** Checks the ranges stated above, but for those that depend on the session. */
    public LeaderElectionOptions {
        LeaderLatchOptions.checkDelays(retryDelay, maxRetryDelay);
        if (closeGrace.isNegative()) {
            throw new IllegalArgumentException("the close grace must not be negative, but is " + closeGrace);
        }
        stopGrace.filter(Duration::isNegative).ifPresent(grace -> {
            throw new IllegalArgumentException("the stop grace must not be negative, but is " + grace);
        });
    }

    /** Returns the defaults. */
    public static LeaderElectionOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with another policy for the time after a term. */
    public LeaderElectionOptions withRequeue(Requeue policy) {
        return new LeaderElectionOptions(policy, stopGrace, closeGrace, suspensionPolicy, retryDelay, maxRetryDelay);
    }

    /** Returns these options with another time between the order to stop and the end of the proof. */
    public LeaderElectionOptions withStopGrace(Duration grace) {
        return new LeaderElectionOptions(
                requeue, Optional.of(grace), closeGrace, suspensionPolicy, retryDelay, maxRetryDelay);
    }

    /** Returns these options with another limit for the end of the body when the election is closed. */
    public LeaderElectionOptions withCloseGrace(Duration grace) {
        return new LeaderElectionOptions(requeue, stopGrace, grace, suspensionPolicy, retryDelay, maxRetryDelay);
    }

    /** Returns these options with a suspension policy of the user's choice. */
    public LeaderElectionOptions withSuspensionPolicy(SuspensionPolicy policy) {
        return new LeaderElectionOptions(
                requeue, stopGrace, closeGrace, Optional.of(policy), retryDelay, maxRetryDelay);
    }

    /** Returns these options with other pauses. */
    public LeaderElectionOptions withRetryDelays(Duration first, Duration longest) {
        return new LeaderElectionOptions(requeue, stopGrace, closeGrace, suspensionPolicy, first, longest);
    }

    /**
     * Returns the stop grace for a session.
     *
     * @throws IllegalArgumentException if it is not less than a quarter of the session time-out
     */
    public Duration stopGraceFor(Duration sessionTimeout) {
        Duration grace = stopGrace.orElse(sessionTimeout.dividedBy(10));
        if (grace.compareTo(sessionTimeout.dividedBy(4)) >= 0) {
            throw new IllegalArgumentException("the stop grace must be less than a quarter of the session time-out, "
                    + sessionTimeout + ", but is " + grace);
        }
        return grace;
    }
}
