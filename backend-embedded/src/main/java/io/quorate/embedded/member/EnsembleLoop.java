package io.quorate.embedded.member;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread that drives the members of one process, and the sessions that they serve.
 *
 * <p>It runs its work until there is nothing left to do, then sleeps until it is woken or a tick or a timer is due. Ticks that
 * were missed because the thread did not run are not made up for: time in which nobody could act proves nothing.
 */
public final class EnsembleLoop implements Runnable {

    /** What the thread drives. */
    public interface Work {

        /** Does what there is to do; returns whether there was anything. */
        boolean runOnce();

        /** Lets a tick pass. */
        void tick();

        /** Returns in how many nanoseconds a timer is due, {@link Long#MAX_VALUE} if there is none. */
        long nanosToTimer();

        /** Returns whether the thread may end. */
        boolean isDone();
    }

    private final Work work;
    private final long tickNanos;
    private final LongSupplier monotonicNanos;
    private final Thread thread;
    private volatile boolean asleep;

    /** Creates a loop whose thread is not started. */
    public EnsembleLoop(String name, Work work, long tickNanos, LongSupplier monotonicNanos) {
        this.work = work;
        this.tickNanos = tickNanos;
        this.monotonicNanos = monotonicNanos;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Wakes the thread, so that it looks for work. Called by any thread, behind what made the work. */
    public void wakeUp() {
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /** Returns whether the caller is the thread. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Waits for the thread to end. */
    public void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    @Override
    public void run() {
        long nextTick = monotonicNanos.getAsLong() + tickNanos;
        while (!work.isDone()) {
            boolean worked = work.runOnce();
            long now = monotonicNanos.getAsLong();
            if (now - nextTick >= 0) {
                work.tick();
                nextTick = now + tickNanos;
            } else if (!worked) {
                sleep(nextTick - now);
            }
        }
    }

    private void sleep(long toTick) {
        asleep = true;
        if (!work.runOnce()) {
            LockSupport.parkNanos(work, Math.min(toTick, Math.max(1, work.nanosToTimer())));
            Thread.interrupted();
        }
        asleep = false;
    }

    /** Returns a readable name. */
    @Override
    public String toString() {
        return thread.getName() + " (tick " + TimeUnit.NANOSECONDS.toMillis(tickNanos) + " ms)";
    }

    /** Returns the thread's name, or {@code null} once it has ended. */
    public @Nullable String liveThread() {
        return thread.isAlive() ? thread.getName() : null;
    }
}
