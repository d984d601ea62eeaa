package io.quorate.embedded.member;

import io.quorate.embedded.log.MemberStorage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how long a member's disk takes and how much room it has. Fed by the storage's thread, asked by the member's.
 *
 * <p>An operation that takes longer than the limit is slow: it is told once in a while. One that takes three times as long, or
 * has been under way for that long, means that the disk stalls: a member that leads should leave that to another.
 */
final class DiskWatch {

    private static final Logger log = LoggerFactory.getLogger(DiskWatch.class);
    private static final int STALL_FACTOR = 3;
    private static final long MEASURE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long REMEMBER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final int member;
    private final long limitNanos;
    private final LongSupplier nanoTime;

    private volatile boolean busy;
    private volatile long busySince;
    private volatile boolean wasSlow;
    private volatile long lastSlow;
    private volatile boolean spaceLow;
    private volatile boolean full;
    private volatile DiskFigures figures = DiskFigures.NONE;

    // Confined to the storage's thread.
    private long lastMeasured;
    private boolean everTold;
    private long lastTold;

    DiskWatch(int member, long limitNanos, LongSupplier nanoTime) {
        this.member = member;
        this.limitNanos = limitNanos;
        this.nanoTime = nanoTime;
        this.lastMeasured = nanoTime.getAsLong() - MEASURE_NANOS;
    }

    // ---- on the storage's thread

    /** Records have been taken, to be made durable. */
    void begin() {
        busySince = nanoTime.getAsLong();
        busy = true;
    }

    /** Begins anew if what was begun has ended; what has not goes on. */
    void goOn() {
        if (!busy) {
            begin();
        }
    }

    /** What was begun does not fit; it is begun anew once there may be room. */
    void full(String cause) {
        busy = false;
        if (!full) {
            full = true;
            log.warn("member {} waits for room on its disk: {}", member, cause);
        }
    }

    /** Whatever was begun has ended, for good or ill. */
    void end() {
        if (!busy) {
            return;
        }
        busy = false;
        if (full) {
            full = false;
            log.info("member {} has found room on its disk again", member);
        }
        long now = nanoTime.getAsLong();
        long took = now - busySince;
        figures = figures.with(took, took > limitNanos);
        if (took > limitNanos) {
            lastSlow = now;
            wasSlow = true;
            tell(now, took);
        }
    }

    private void tell(long now, long took) {
        if (!everTold || now - lastTold > REMEMBER_NANOS) {
            everTold = true;
            lastTold = now;
            log.warn(
                    "the disk of member {} took {} ms to make records durable; more than {} ms is slow, more than {} ms"
                            + " costs a leader its seat",
                    member,
                    TimeUnit.NANOSECONDS.toMillis(took),
                    TimeUnit.NANOSECONDS.toMillis(limitNanos),
                    TimeUnit.NANOSECONDS.toMillis(STALL_FACTOR * limitNanos));
        }
    }

    /** Measures the free space, if that was not done just now. */
    void measureSpace(MemberStorage storage) {
        long now = nanoTime.getAsLong();
        if (now - lastMeasured < MEASURE_NANOS) {
            return;
        }
        lastMeasured = now;
        boolean low = storage.isSpaceLow();
        if (low != spaceLow) {
            spaceLow = low;
            if (low) {
                log.warn(
                        "the disk of member {} has less free space than its reserve: it refuses writes if it leads, and stands"
                                + " aside if the others can spare it; free some",
                        member);
            } else {
                log.info("the disk of member {} has enough free space again", member);
            }
        }
    }

    DiskFigures figures() {
        return figures;
    }

    boolean isSpaceLow() {
        return spaceLow;
    }

    static long measureMillis() {
        return TimeUnit.NANOSECONDS.toMillis(MEASURE_NANOS);
    }

    // ---- on any thread

    StoreHealth health() {
        // In this order: were the time read first, what begins in between would seem to have begun when the last one
        // did.
        boolean under = busy;
        long since = busySince;
        long now = nanoTime.getAsLong();
        boolean stalled = under && now - since > STALL_FACTOR * limitNanos;
        boolean slow = stalled || (wasSlow && now - lastSlow < REMEMBER_NANOS);
        return new StoreHealth(spaceLow || full, full, stalled, slow);
    }
}
