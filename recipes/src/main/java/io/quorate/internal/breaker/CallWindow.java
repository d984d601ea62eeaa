package io.quorate.internal.breaker;

import io.quorate.breaker.CallCounts;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;

/**
 * The calls of one instance within the rolling window, in buckets of a second.
 *
 * <p>A call counts in the newest bucket, with one striped addition. Everything else is guarded by the lock of the
 * breaker. A bucket that leaves the window is dropped and never used again, so that a call that counts late counts in
 * vain and not twice.
 */
final class CallWindow {

    /** The counters of one second. */
    static final class Bucket {

        private final CallWindow window;
        private final LongAdder good = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final LongAdder goodButSlow = new LongAdder();
        private final LongAdder failedAndSlow = new LongAdder();

        Bucket(CallWindow window) {
            this.window = window;
        }

        /** Returns the window of which this is a part. */
        CallWindow window() {
            return window;
        }

        void succeeded(boolean slow) {
            (slow ? goodButSlow : good).increment();
        }

        void failed(boolean slow) {
            (slow ? failedAndSlow : failed).increment();
        }

        CallCounts counts() {
            // A call counts in one adder only, so that no reading shows more failures than calls.
            long slowAndGood = goodButSlow.sum();
            long slowAndFailed = failedAndSlow.sum();
            long failures = failed.sum() + slowAndFailed;
            return new CallCounts(good.sum() + slowAndGood + failures, failures, slowAndGood + slowAndFailed);
        }
    }

    /** The newest bucket is the last. */
    private final Deque<Bucket> buckets = new ArrayDeque<>();

    CallWindow() {
        buckets.add(new Bucket(this));
    }

    Bucket newest() {
        return buckets.getLast();
    }

    /** Lets seconds pass, and forgets what is older than the window. */
    void advance(long seconds, long windowSeconds) {
        for (long i = 0; i < Math.min(seconds, windowSeconds); i++) {
            buckets.addLast(new Bucket(this));
        }
        while (buckets.size() > windowSeconds) {
            buckets.removeFirst();
        }
    }

    CallCounts counts() {
        CallCounts sum = CallCounts.NONE;
        for (Bucket bucket : buckets) {
            sum = sum.plus(bucket.counts());
        }
        return sum;
    }
}
