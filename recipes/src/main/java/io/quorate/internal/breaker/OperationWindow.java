package io.quorate.internal.breaker;

import io.quorate.breaker.CallCounts;
import io.quorate.internal.breaker.BackendHealth.Sign;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a backend within the rolling window, in buckets of the second in which they began.
 *
 * <p>An operation that has begun and not ended counts as slow once it must be, which is how a backend is noticed that does
 * not answer at all. Only sums are kept, however many operations wait. Beginning and ending are striped additions;
 * everything else is guarded by the lock of the circuit.
 */
final class OperationWindow {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The counters of one second. */
    static final class Bucket {

        private final OperationWindow window;
        private final long sinceNanos;
        private final LongAdder begun = new LongAdder();
        private final LongAdder good = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final LongAdder slow = new LongAdder();
        private final LongAdder ignored = new LongAdder();

        Bucket(OperationWindow window, long sinceNanos) {
            this.window = window;
            this.sinceNanos = sinceNanos;
        }

        OperationWindow window() {
            return window;
        }

        void begin() {
            begun.increment();
        }

        /** Counts the end of an operation, and returns whether it speaks against the backend. */
        boolean end(Sign sign, boolean tookLong) {
            if (sign == Sign.FAILED) {
                failed.increment();
            } else if (tookLong) {
                slow.increment();
            } else {
                (sign == Sign.ANSWERED ? good : ignored).increment();
            }
            return sign == Sign.FAILED || tookLong;
        }

        private CallCounts counts(long now, long slowNanos) {
            long failures = failed.sum();
            long late = slow.sum();
            long settled = failures + late + good.sum();
            // What has begun is read last, so that no operation seems to have ended that has not begun.
            long unsettled = begun.sum() - settled - ignored.sum();
            if (now - sinceNanos >= SECOND + slowNanos) {
                late += unsettled;
                settled += unsettled;
            }
            return new CallCounts(settled, failures, late);
        }
    }

    private final long slowNanos;
    private final long windowNanos;

    /** The newest bucket is the last. */
    private final Deque<Bucket> buckets = new ArrayDeque<>();

    private volatile Bucket newest;

    OperationWindow(long slowNanos, long windowNanos, long now) {
        this.slowNanos = slowNanos;
        this.windowNanos = windowNanos;
        this.newest = new Bucket(this, now);
        buckets.add(newest);
    }

    /** Returns the bucket of an operation that begins now, or null if its second is over. May be called without the lock. */
    @Nullable
    Bucket current(long now) {
        Bucket bucket = newest;
        return now - bucket.sinceNanos < SECOND ? bucket : null;
    }

    /** Returns the bucket of an operation that begins now. */
    Bucket advance(long now) {
        Bucket bucket = current(now);
        if (bucket == null) {
            bucket = new Bucket(this, now);
            buckets.addLast(bucket);
            newest = bucket;
        }
        return bucket;
    }

    CallCounts counts(long now) {
        while (buckets.size() > 1 && now - buckets.getFirst().sinceNanos >= windowNanos) {
            buckets.removeFirst();
        }
        CallCounts sum = CallCounts.NONE;
        for (Bucket bucket : buckets) {
            if (now - bucket.sinceNanos < windowNanos) {
                sum = sum.plus(bucket.counts(now, slowNanos));
            }
        }
        return sum;
    }
}
