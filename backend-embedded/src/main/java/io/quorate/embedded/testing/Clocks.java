package io.quorate.embedded.testing;

import io.quorate.backend.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The clocks of one process, which may be wrong.
 *
 * <p>Elapsed time never runs back: what a jump forward has skipped stays skipped when the wall clock is set right again, and a wall
 * clock that is set back is not followed. So do the clocks of a machine.
 */
final class Clocks {

    private final AtomicLong skippedNanos = new AtomicLong();
    private final AtomicLong wallAheadMillis = new AtomicLong();

    /** Lets the clocks jump; back if negative. */
    void jump(Duration ahead) {
        wallAheadMillis.addAndGet(ahead.toMillis());
        if (!ahead.isNegative()) {
            skippedNanos.addAndGet(ahead.toNanos());
        }
    }

    /** Sets the wall clock right again after a {@link #jump}. */
    void setRight(Duration ahead) {
        wallAheadMillis.addAndGet(-ahead.toMillis());
    }

    LongSupplier monotonicNanos(LongSupplier right) {
        return () -> right.getAsLong() + skippedNanos.get();
    }

    LongSupplier wallMillis(LongSupplier right) {
        return () -> right.getAsLong() + wallAheadMillis.get();
    }

    Ticker ticker(Ticker right) {
        return () -> right.nanos() + skippedNanos.get();
    }
}
