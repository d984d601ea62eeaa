package io.quorate.benchmarks;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble with default time-outs that loses its leader under load, again and again: the longest time in milliseconds between
 * two acknowledged writes of one client around each loss. A write that fails fails the measurement.
 */
final class FailoverSubject implements Subject {

    private static final int WRITES_BETWEEN = 100;

    private final Losable ensemble;
    private final int losses;
    private final double quantile;
    private final AtomicLong longestGap = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private FailoverSubject(Losable ensemble, int losses, double quantile) {
        this.ensemble = ensemble;
        this.losses = losses;
        this.quantile = quantile;
    }

    static Subject.Factory of(Losable.Factory ensemble, int losses, double quantile) {
        return () -> new FailoverSubject(ensemble.start(), losses, quantile);
    }

    @Override
    public double measure() throws Exception {
        over.set(false);
        Thread writer = new Thread(this::write, "failover-writer");
        writer.start();
        double[] gaps = new double[losses];
        for (int i = 0; i < losses; i++) {
            awaitWrites();
            longestGap.set(0);
            ensemble.lose();
            awaitWrites();
            gaps[i] = longestGap.get() / 1e6;
            ensemble.restore();
        }
        over.set(true);
        writer.join();
        Exception failed = failure.get();
        if (failed != null) {
            throw new ExecutionException("a write failed", failed);
        }
        return Figures.quantile(quantile, gaps);
    }

    private void awaitWrites() {
        long goal = writes.get() + WRITES_BETWEEN;
        while (writes.get() < goal && failure.get() == null) {
            Thread.onSpinWait();
        }
    }

    private void write() {
        try {
            long last = System.nanoTime();
            while (!over.get()) {
                ensemble.write();
                long now = System.nanoTime();
                longestGap.accumulateAndGet(now - last, Math::max);
                last = now;
                writes.incrementAndGet();
            }
        } catch (Exception e) {
            failure.set(e);
        }
    }

    @Override
    public void close() throws IOException {
        ensemble.close();
    }
}
