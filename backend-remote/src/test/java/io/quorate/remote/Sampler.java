package io.quorate.remote;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Asks over and over, some ten thousand times a second, on a thread of its own, and remembers when the answer was last yes. */
final class Sampler implements AutoCloseable {

    private final AtomicBoolean ended = new AtomicBoolean();
    private final Thread thread;
    private volatile long lastTrue = System.nanoTime();
    private volatile long samples;

    Sampler(BooleanSupplier held) {
        thread = new Thread(() -> {
            long count = 0;
            while (!ended.get()) {
                if (held.getAsBoolean()) {
                    lastTrue = System.nanoTime();
                }
                samples = ++count;
                // Leaves the processor to those who are being watched.
                LockSupport.parkNanos(20_000);
            }
        });
        thread.start();
    }

    /** Returns how long after the grant the answer was still yes; negative if it was no before. */
    Duration overlap(long grantedAt) {
        return Duration.ofNanos(lastTrue - grantedAt);
    }

    /** Returns how often it has asked so far. */
    long samples() {
        return samples;
    }

    @Override
    public void close() {
        ended.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
