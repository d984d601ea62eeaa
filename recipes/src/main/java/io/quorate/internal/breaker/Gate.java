package io.quorate.internal.breaker;

import io.quorate.breaker.Authority;
import io.quorate.breaker.BreakerState;

/**
 * What becomes of a call that arrives now: all that a call reads.
 *
 * @param way what becomes of it
 * @param state the state behind it
 * @param authority who has decided the state
 * @param epoch the number of the shared state, as last seen
 * @param bucket where calls that end now are counted
 * @param slowNanos the time from which on a call is slow, or {@link Long#MAX_VALUE}, with which calls are not timed
 * @param timedOneIn how many calls there are for one that is timed and counts for all of them, a power of two
 * @param dueNanos the instant on the ticker at which rejected calls have a chance to pass again
 * @param callDriven whether there is no timer at the moment, so that calls have to look at the clock
 */
record Gate(
        Way way,
        BreakerState state,
        Authority authority,
        long epoch,
        CallWindow.Bucket bucket,
        long slowNanos,
        int timedOneIn,
        long dueNanos,
        boolean callDriven) {

    /** What becomes of calls. */
    enum Way {
        /** They pass and count. */
        PASS,
        /** They pass and do not count. */
        BYPASS,
        /** They are rejected. */
        REJECT,
        /** They pass if there is a probe for them. */
        PROBE
    }

    /** Returns whether a call only passes and counts. */
    boolean isPlain() {
        return way == Way.PASS && !callDriven;
    }

    /** Returns whether calls are timed, all of them or some. */
    boolean times() {
        return slowNanos != Long.MAX_VALUE && way != Way.BYPASS;
    }

    /** Returns whether a call that entered by this gate still counts now that another gate is up. */
    boolean countsIn(Gate now) {
        return bucket.window() == now.bucket.window();
    }

    boolean sameStateAs(Gate other) {
        return way == other.way && state == other.state && authority == other.authority && epoch == other.epoch;
    }
}
