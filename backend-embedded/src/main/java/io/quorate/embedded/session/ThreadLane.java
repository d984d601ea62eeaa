package io.quorate.embedded.session;

import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event lane with a thread of its own, which also serves the timers. */
public final class ThreadLane implements EventLane, Runnable {

    private static final Logger log = LoggerFactory.getLogger(ThreadLane.class);

    private record Timer(long due, long number, Runnable task, AtomicBoolean cancelled) {}

    private final Ticker ticker;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
    private long timerNumber;
    private boolean idle;
    private @Nullable Runnable last;

    private ThreadLane(String name, Ticker ticker) {
        this.ticker = ticker;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    /** Returns a factory of lanes that read a ticker. */
    public static Factory timedBy(Ticker ticker) {
        return name -> {
            ThreadLane lane = new ThreadLane(name, ticker);
            lane.thread.start();
            return lane;
        };
    }

    @Override
    public String name() {
        return thread.getName();
    }

    @Override
    public boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (last != null) {
                throw over();
            }
            tasks.add(task);
            signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void offer(Runnable task) {
        lock.lock();
        try {
            if (last == null) {
                tasks.add(task);
                signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        if (idle) {
            changed.signal();
        }
    }

    private RejectedExecutionException over() {
        return new RejectedExecutionException("lane " + thread.getName() + " has ended with its session");
    }

    @Override
    public Subscription schedule(Runnable task, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative, but is " + delay);
        }
        lock.lock();
        try {
            if (last != null) {
                throw over();
            }
            Timer timer = new Timer(ticker.nanos() + delay.toNanos(), timerNumber++, task, new AtomicBoolean());
            timers.add(timer);
            signal();
            return () -> cancel(timer);
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Timer timer) {
        timer.cancelled().set(true);
        lock.lock();
        try {
            timers.remove(timer);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isOnLane() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void finish(Runnable task) {
        lock.lock();
        try {
            if (last == null) {
                last = task;
                timers.clear();
                signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        Runnable task = next();
        while (task != null) {
            runSafely(task);
            task = next();
        }
        Runnable end = last;
        if (end != null) {
            runSafely(end);
        }
    }

    private void runSafely(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.error("A task of {} threw; the lane goes on", thread.getName(), e);
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            while (true) {
                long toTimer = moveDueTimers();
                if (!tasks.isEmpty()) {
                    return tasks.remove();
                }
                if (last != null) {
                    return null;
                }
                await(toTimer);
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
    private void await(long toTimer) {
        idle = true;
        try {
            if (toTimer == Long.MAX_VALUE) {
                changed.awaitUninterruptibly();
            } else {
                long unused = changed.awaitNanos(toTimer);
            }
        } catch (InterruptedException e) {
            // The thread is nobody else's to interrupt: a task that did so meant itself.
            log.debug("{} was interrupted", thread.getName(), e);
        } finally {
            idle = false;
        }
    }

    private long moveDueTimers() {
        for (Timer timer = timers.peek(); timer != null; timer = timers.peek()) {
            long left = timer.due() - ticker.nanos();
            if (left > 0) {
                return left;
            }
            timers.remove();
            Timer due = timer;
            tasks.add(() -> {
                if (!due.cancelled().get()) {
                    due.task().run();
                }
            });
        }
        return Long.MAX_VALUE;
    }
}
