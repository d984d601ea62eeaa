package io.quorate;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The daemon threads on which a client runs user code, unless the user has brought an executor. Idle ones end by
 * themselves.
 */
final class CallbackThreads {

    private final ExecutorService executor;

    private CallbackThreads(String ownerName) {
        AtomicInteger count = new AtomicInteger();
        this.executor = Executors.newCachedThreadPool(task ->
                new CallbackThread(this, task, "quorate-callback-" + ownerName + "-" + count.incrementAndGet()));
    }

    /** Makes the pool; a thread begins with the first callback. */
    static CallbackThreads named(String ownerName) {
        return new CallbackThreads(ownerName);
    }

    Executor executor() {
        return executor;
    }

    /** Returns whether the calling thread is one of these. */
    boolean isCurrent() {
        return Thread.currentThread() instanceof CallbackThread thread && thread.pool == this;
    }

    /** Takes no more callbacks; those that were handed over run to their end. */
    void shutdown() {
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
