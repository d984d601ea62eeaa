package io.quorate.breaker;

import java.time.Duration;

/**
 * An operator's decision that takes the place of the breaker's own, on all instances, until it is cleared or its time is
 * over.
 *
 * <p>The time to live is counted by each instance from when it first sees the override, and the first whose count is
 * over clears it for all; no wall clocks are compared. An instance that cannot see the backend counts on by itself.
 *
 * @param mode what happens to calls
 * @param reason why, for people; 1 to {@value #MAX_REASON} characters without control characters
 * @param timeToLive how long it holds; positive, counted in milliseconds
 */
public record BreakerOverride(Mode mode, String reason, Duration timeToLive) {

    /** The most characters a reason may have. */
    public static final int MAX_REASON = 256;

    /** What happens to calls under an override. */
    public enum Mode {
        /** Every call is rejected. */
        FORCED_OPEN,
        /** Every call passes and none is counted. */
        DISABLED,
        /** Every call passes and is counted, but the state does not change. */
        METRICS_ONLY
    }

    /** Checks the ranges stated above. */
    public BreakerOverride {
        if (reason.isBlank() || reason.length() > MAX_REASON) {
            throw new IllegalArgumentException(
                    "the reason must have 1 to " + MAX_REASON + " characters, but has " + reason.length());
        }
        if (reason.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the reason must not contain control characters");
        }
        if (timeToLive.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("the time to live must be at least a millisecond, but is " + timeToLive);
        }
    }

    /** Returns an override that rejects every call. */
    public static BreakerOverride forcedOpen(String reason, Duration timeToLive) {
        return new BreakerOverride(Mode.FORCED_OPEN, reason, timeToLive);
    }

    /** Returns an override that lets every call pass uncounted. */
    public static BreakerOverride disabled(String reason, Duration timeToLive) {
        return new BreakerOverride(Mode.DISABLED, reason, timeToLive);
    }

    /** Returns an override that lets every call pass and goes on counting. */
    public static BreakerOverride metricsOnly(String reason, Duration timeToLive) {
        return new BreakerOverride(Mode.METRICS_ONLY, reason, timeToLive);
    }
}
