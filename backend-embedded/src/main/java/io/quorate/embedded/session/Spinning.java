package io.quorate.embedded.session;

import io.quorate.backend.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Looking again for a moment before parking, as long as that pays.
 *
 * <p>To park a thread and to wake it takes longer than many an operation. Whoever waits therefore lets other threads run and looks again, some
 * microseconds long, and parks only if that was in vain. Where it was in vain it is left out the next few times, twice as many each time and half as
 * many after each success: waits are long there, or other processes want the processor, to whom it would be given away.
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
        if (condition.getAsBoolean()) {
            return true;
        }
        int left = leftOut;
        if (left > 0) {
            leftOut = left - 1;
            return false;
        }
        long end = ticker.nanos() + LONGEST_NANOS;
        boolean holds = false;
        boolean isEarly = true;
        while (!holds && isEarly) {
            Thread.yield();
            holds = condition.getAsBoolean();
            isEarly = ticker.nanos() - end < 0;
        }
        // What holds only after somebody else had the processor for long would have come at once to a thread that was
        // parked.
        learn(holds && isEarly);
        return holds;
    }

    private void learn(boolean paid) {
        int times = nextLeftOut;
        if (paid) {
            nextLeftOut = Math.max(1, times / 2);
        } else {
            leftOut = times;
            nextLeftOut = Math.min(2 * times, MOST_LEFT_OUT);
        }
    }
}
