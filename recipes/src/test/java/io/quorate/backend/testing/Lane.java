package io.quorate.backend.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Scheduler;
import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;

/** A scheduler whose tasks run one at a time, in order, as events of a {@link VirtualTime}. */
public final class Lane implements Scheduler {

    private final VirtualTime time;
    private final String name;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private long pausedUntilNanos;
    private boolean drainPending;
    private boolean running;
    private boolean shutDown;

    Lane(VirtualTime time, String name) {
        this.time = time;
        this.name = name;
    }

    @Override
    public void execute(Runnable task) {
        time.checkThread();
        checkOpen();
        add(task);
    }

    @Override
    public Subscription schedule(Runnable task, Duration delay) {
        time.checkThread();
        checkOpen();
        Timer timer = new Timer(task);
        timer.due = time.after(delay, () -> addUnlessShutDown(timer));
        return timer;
    }

    @Override
    public boolean isOnLane() {
        return running && time.isOwnedByCaller();
    }

    /**
     * Stops the lane for a while, as a garbage collection or a suspended process does: no task begins, and timers that come
     * due in the meantime fire late.
     */
    public void pause(Duration duration) {
        time.checkThread();
        time.note(name + " pauses for " + duration);
        pausedUntilNanos = Math.max(pausedUntilNanos, time.nowNanos() + duration.toNanos());
    }

    /** Refuses tasks from now on. Those that were handed over before still run; timers that are not due are dropped. */
    public void shutdown() {
        time.checkThread();
        shutDown = true;
    }

    /** Returns whether the lane has been shut down and has nothing left to do. */
    public boolean isTerminated() {
        return shutDown && tasks.isEmpty() && !running;
    }

    boolean isShutdown() {
        return shutDown;
    }

    @Override
    public String toString() {
        return name;
    }

    private void checkOpen() {
        if (shutDown) {
            throw new RejectedExecutionException("lane " + name + " has ended with its session");
        }
    }

    private void add(Runnable task) {
        tasks.add(task);
        if (!drainPending) {
            scheduleDrain();
        }
    }

    private void addUnlessShutDown(Timer timer) {
        if (!shutDown) {
            add(timer);
        }
    }

    private void scheduleDrain() {
        drainPending = true;
        time.at(time.nowNanos() + time.nextJitter(), this::drainOne);
    }

    /** Runs one task only, so that events of others can happen between two tasks of this lane. */
    private void drainOne() {
        if (time.nowNanos() < pausedUntilNanos) {
            time.at(pausedUntilNanos, this::drainOne);
            return;
        }
        running = true;
        try {
            requireNonNull(tasks.poll()).run();
        } catch (RuntimeException e) {
            time.recordUncaught(name, e);
        } finally {
            running = false;
            drainPending = false;
            if (!tasks.isEmpty()) {
                scheduleDrain();
            }
        }
    }

    /** A delayed task, which can be cancelled until it begins. */
    private final class Timer implements Subscription, Runnable {

        private final Runnable task;
        private Subscription due = () -> {};
        private boolean cancelled;

        Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (!cancelled) {
                task.run();
            }
        }

        @Override
        public void close() {
            time.checkThread();
            cancelled = true;
            due.close();
        }
    }
}
