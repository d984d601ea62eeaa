package io.quorate.breaker;

/**
 * How the calls of a stretch of time ended.
 *
 * @param calls all that ended and count; at least {@code failures} and at least {@code slow}
 * @param failures those that failed
 * @param slow those that took longer than the minimum response time, an estimate by
 *     those that were timed if there were thousands a second; a call may have failed and been slow
 */
public record CallCounts(long calls, long failures, long slow) {

    /** No calls. */
    public static final CallCounts NONE = new CallCounts(0, 0, 0);

    /** Checks the relations stated above. */
    public CallCounts {
        if (failures < 0 || slow < 0 || calls < failures || calls < slow) {
            throw new IllegalArgumentException(
                    failures + " failures and " + slow + " slow calls cannot be part of " + calls + " calls");
        }
    }

    /** Returns the sum of both. */
    public CallCounts plus(CallCounts other) {
        return new CallCounts(calls + other.calls, failures + other.failures, slow + other.slow);
    }
}
