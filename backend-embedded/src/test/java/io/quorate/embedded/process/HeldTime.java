package io.quorate.embedded.process;

import io.quorate.lease.Lease;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * For how long a lease said for sure that it is held.
 *
 * <p>A lease that says so when it is asked did it at some time between the question and the answer. It never says so again once it has said
 * no: hence it was held from the first answer to the last question.
 */
final class HeldTime {

    private static final long PAUSE_NANOS = 2_000_000;

    private long from;
    private long to;

    /** Asks a lease, always the same one; returns whether it is held. */
    boolean look(Lease lease) {
        long asked = System.nanoTime();
        if (!lease.isHeld()) {
            return false;
        }
        from = from == 0 ? System.nanoTime() : from;
        to = asked;
        return true;
    }

    /** Asks a lease again and again for some time, or until it is held no longer. */
    void lookFor(Lease lease, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (look(lease) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Two times; the second one is before the first if it was held for no time that is known. */
    @Override
    public String toString() {
        return from + " " + to;
    }
}
