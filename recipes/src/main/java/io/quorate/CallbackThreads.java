package io.quorate;

import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The daemon threads of a client: on them run bodies of elections, callbacks unless the user has brought an executor, and
 * the delays that no session can count. Each begins with the first task for it, and ends by itself when it is idle.
 */
final class CallbackThreads {

    private static final Duration TIMER_LINGERS = Duration.ofSeconds(1);

    private final ExecutorService executor;
    private final ScheduledThreadPoolExecutor timer;

    private CallbackThreads(String ownerName) {
        AtomicInteger count = new AtomicInteger();
        this.executor = Executors.newCachedThreadPool(task ->
                new CallbackThread(this, task, "quorate-callback-" + ownerName + "-" + count.incrementAndGet()));
        this.timer = new ScheduledThreadPoolExecutor(
                1, task -> new CallbackThread(this, task, "quorate-timer-" + ownerName));
        timer.setKeepAliveTime(TIMER_LINGERS.toMillis(), TimeUnit.MILLISECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Makes the pool; a thread begins with the first callback. */
    static CallbackThreads named(String ownerName) {
        return new CallbackThreads(ownerName);
    }

    Executor executor() {
        return executor;
    }

    /** Runs a task that does not block once the delay has passed; not at all once these threads are shut down. */
    Subscription schedule(Runnable task, Duration delay) {
        ScheduledFuture<?> scheduled;
        try {
            scheduled = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return () -> {};
        }
        return () -> scheduled.cancel(false);
    }

    /** Returns whether the calling thread is one of these. */
    boolean isCurrent() {
        return Thread.currentThread() instanceof CallbackThread thread && thread.pool == this;
    }

    /** Takes no more callbacks; those that were handed over run to their end. */
    void shutdown() {
        timer.shutdownNow();
        executor.shutdown();
    }

    /** Waits for callbacks that still run, but not for one that takes longer than the limit. */
    void awaitEnd(Duration limit) {
        try {
            // Converts to the largest number there is if the limit is longer than that.
            executor.awaitTermination(TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class CallbackThread extends Thread {
        private final CallbackThreads pool;

        CallbackThread(CallbackThreads pool, Runnable task, String name) {
            super(task, name);
            this.pool = pool;
            setDaemon(true);
        }
    }
}
