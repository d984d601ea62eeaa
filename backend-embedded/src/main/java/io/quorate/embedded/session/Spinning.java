package io.quorate.embedded.session;

import io.quorate.backend.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Looking again for a moment before parking, as long as that pays.
 *
 * <p>To park a thread and to wake it takes longer than many an operation. Whoever waits therefore lets other threads run and looks again, some
 * microseconds long, and parks only if that was in vain. Where it was in vain it is left out the next few times, twice as many each time: waits are
 * long there, or other processes want the processor, to whom it would be given away.
 *
 * <p>Used by any number of threads at once. What they know of each other's luck may be a little out of date.
 */
final class Spinning {

    private static final long LONGEST_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final int MOST_LEFT_OUT = 1 << 10;

    private final Ticker ticker;
    private volatile int leftOut;
    private volatile int nextLeftOut = 1;

    Spinning(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Waits for a moment, unless that was in vain of late; returns whether the condition holds. */
    @SuppressWarnings("ThreadPriorityCheck") // To yield is a hint, on which nothing but speed depends.
    boolean await(BooleanSupplier condition) {
        int left = leftOut;
        if (left > 0) {
            leftOut = left - 1;
            return condition.getAsBoolean();
        }
        long begin = ticker.nanos();
        do {
            if (condition.getAsBoolean()) {
                nextLeftOut = 1;
                return true;
            }
            Thread.yield();
        } while (ticker.nanos() - begin < LONGEST_NANOS);
        int more = nextLeftOut;
        leftOut = more;
        nextLeftOut = Math.min(2 * more, MOST_LEFT_OUT);
        return condition.getAsBoolean();
    }
}
