package io.quorate.embedded.session;

import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The timers of the lanes of one process. A timer that was cancelled is dropped when its time comes, or with many others. */
public final class LaneTimers {

    private static final int MIN_PURGE = 64;

    private final class Timer implements Subscription, Runnable {
        final EventLane lane;
        final long due;
        final long number;
        private volatile @Nullable Runnable task;

        Timer(EventLane lane, long due, long number, Runnable task) {
            this.lane = lane;
            this.due = due;
            this.number = number;
            this.task = task;
        }

        @Override
        public void close() {
            if (task != null) {
                task = null;
                cancelledOne();
            }
        }

        @Override
        public void run() {
            Runnable due = task;
            if (due != null) {
                due.run();
            }
        }
    }

    private final Ticker ticker;
    private final LongConsumer onDueAt;
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.due).thenComparingLong(timer -> timer.number));
    private long lastNumber;
    private int cancelled;

    /** Creates it without timers; {@code onDueAt} is told when a timer is due before all others. */
    public LaneTimers(Ticker ticker, LongConsumer onDueAt) {
        this.ticker = ticker;
        this.onDueAt = onDueAt;
    }

    /** Hands a task over to a lane once the delay has passed. */
    public Subscription schedule(EventLane lane, Runnable task, long delayNanos) {
        long due = ticker.nanos() + delayNanos;
        Timer timer;
        boolean isFirst;
        lock.lock();
        try {
            timer = new Timer(lane, due, ++lastNumber, task);
            timers.add(timer);
            isFirst = timers.peek() == timer;
        } finally {
            lock.unlock();
        }
        if (isFirst) {
            onDueAt.accept(due);
        }
        return timer;
    }

    private void cancelledOne() {
        lock.lock();
        try {
            cancelled++;
            if (cancelled > MIN_PURGE && cancelled > timers.size() / 2) {
                timers.removeIf(timer -> timer.task == null);
                cancelled = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Hands over all tasks whose time has come; returns whether there were any. */
    public boolean run() {
        boolean any = false;
        for (Timer due = takeDue(); due != null; due = takeDue()) {
            any = true;
            due.lane.offer(due);
        }
        return any;
    }

    private @Nullable Timer takeDue() {
        lock.lock();
        try {
            Timer first = timers.peek();
            return first == null || first.due - ticker.nanos() > 0 ? null : timers.remove();
        } finally {
            lock.unlock();
        }
    }

    /** Returns in how many nanoseconds a timer is due, {@link Long#MAX_VALUE} if there is none. */
    public long nanosToFirst() {
        lock.lock();
        try {
            Timer first = timers.peek();
            return first == null ? Long.MAX_VALUE : Math.max(0, first.due - ticker.nanos());
        } finally {
            lock.unlock();
        }
    }
}
