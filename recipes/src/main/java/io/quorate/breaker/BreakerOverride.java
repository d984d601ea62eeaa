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
 * @param reason why, for people; not blank, at most {@value #MAX_REASON} characters without control characters
 * @param timeToLive how long it holds; counted in whole milliseconds, 1 millisecond to 36,500 days
 */
public record BreakerOverride(Mode mode, String reason, Duration timeToLive) {

    /** The most characters a reason may have. */
    public static final int MAX_REASON = 256;

    private static final Duration MIN_TIME_TO_LIVE = Duration.ofMillis(1);
    private static final Duration MAX_TIME_TO_LIVE = Duration.ofDays(36_500);

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
        if (reason.isBlank()) {
            throw new IllegalArgumentException(
                    "the reason must not be blank: say for others why the breaker is overridden");
        }
        if (reason.length() > MAX_REASON) {
            throw new IllegalArgumentException(
                    "the reason must have at most " + MAX_REASON + " characters, but has " + reason.length());
        }
        if (reason.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the reason must not contain control characters");
        }
        if (timeToLive.compareTo(MIN_TIME_TO_LIVE) < 0 || timeToLive.compareTo(MAX_TIME_TO_LIVE) > 0) {
            throw new IllegalArgumentException("the time to live must be between " + MIN_TIME_TO_LIVE + " and "
                    + MAX_TIME_TO_LIVE + ", but is " + timeToLive);
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
