package io.quorate.backend;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** Elapsed time as the faster of a monotonic clock and a wall clock. */
final class SystemTicker implements Ticker {

    /**
     * How far the wall clock may run ahead before it is believed. It covers the granularity of the wall clock, the time
     * between the two readings, and the slewing by NTP, and stays below the margin that every lease deadline keeps.
     */
    private static final long TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /**
     * What relates the two clocks.
     *
     * @param skippedNanos what the monotonic clock has missed so far
     * @param wallLeadNanos by how much the wall clock reading exceeds the monotonic reading when nothing was missed
     */
    private record Anchor(long skippedNanos, long wallLeadNanos) {}

    private final LongSupplier monotonicNanos;
    private final LongSupplier wallMillis;
    private final AtomicReference<Anchor> anchor;

    SystemTicker(LongSupplier monotonicNanos, LongSupplier wallMillis) {
        this.monotonicNanos = monotonicNanos;
        this.wallMillis = wallMillis;
        this.anchor = new AtomicReference<>(new Anchor(0, wallNanos() - monotonicNanos.getAsLong()));
    }

    @Override
    public long nanos() {
        while (true) {
            Anchor current = requireNonNull(anchor.get());
            // The wall clock is read first: a pause between the two readings then looks like a wall clock that lags,
            // which adds nothing now. The next reading counts the pause once more, and so errs towards shorter leases.
            long wall = wallNanos();
            long monotonic = monotonicNanos.getAsLong();
            long ahead = wall - monotonic - current.wallLeadNanos();
            if (Math.abs(ahead) <= TOLERANCE_NANOS) {
                return monotonic + current.skippedNanos();
            }
            // A wall clock that was set back only moves the anchor, so that the next jump forward is seen in full.
            Anchor moved = new Anchor(current.skippedNanos() + Math.max(0, ahead), current.wallLeadNanos() + ahead);
            if (anchor.compareAndSet(current, moved)) {
                return monotonic + moved.skippedNanos();
            }
        }
    }

    @Override
    public long awakeNanos() {
        return monotonicNanos.getAsLong();
    }

    private long wallNanos() {
        return TimeUnit.MILLISECONDS.toNanos(wallMillis.getAsLong());
    }
}
