package io.quorate.internal.breaker;

import io.quorate.breaker.CallCounts;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.atomic.LongAdder;

/**
 * The calls of one instance within the rolling window, in buckets of a second.
 *
 * <p>A call counts in the newest bucket, with one striped addition and a second one if it was slow. Everything else is guarded by the lock of the
 * breaker. A bucket that leaves the window is dropped and never used again, so that a call that counts late counts in
 * vain and not twice.
 */
final class CallWindow {

    /** The counters of one second. */
    static final class Bucket {

        private final CallWindow window;
        private final LongAdder good = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final LongAdder slow = new LongAdder();

        Bucket(CallWindow window) {
            this.window = window;
        }

        /** Returns the window of which this is a part. */
        CallWindow window() {
            return window;
        }

        /**
         * Counts a call that succeeded.
         *
         * @param slowCalls how many slow calls this one stands for; 0 if it was not slow, or not timed
         */
        void succeeded(int slowCalls) {
            good.increment();
            countSlow(slowCalls);
        }

        /** Counts a call that failed; otherwise as {@link #succeeded} does. */
        void failed(int slowCalls) {
            failed.increment();
            countSlow(slowCalls);
        }

        private void countSlow(int slowCalls) {
            if (slowCalls > 0) {
                slow.add(slowCalls);
            }
        }

        CallCounts counts() {
            long failures = failed.sum();
            long calls = good.sum() + failures;
            // What was timed stands for what was not, and a call counts as slow a moment after it counts.
            return new CallCounts(calls, failures, Math.min(calls, slow.sum()));
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

    /** Returns the number of calls of the last whole second; 0 if there was none. */
    long callsOfLastSecond() {
        Iterator<Bucket> fromTheNewest = buckets.descendingIterator();
        fromTheNewest.next();
        return fromTheNewest.hasNext() ? fromTheNewest.next().counts().calls() : 0;
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
