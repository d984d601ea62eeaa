package io.quorate.embedded.transport;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of a member's connections: daemons whose names say whose they are. Thread-safe. */
final class TransportThreads {

    private final String prefix;
    private final ThreadFactory factory;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicInteger bounded = new AtomicInteger();

    TransportThreads(int member, ThreadFactory factory) {
        this.prefix = "quorate-member-" + member + "-";
        this.factory = factory;
    }

    /** Makes a thread of no particular kind. */
    static Thread plain(Runnable task) {
        return new Thread(task);
    }

    /**
     * Starts a thread that ends with its task.
     *
     * @throws IllegalStateException if there is no thread left for it
     */
    void start(String name, Runnable task) {
        Thread thread = factory.newThread(() -> {
            try {
                task.run();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        thread.setName(prefix + name);
        thread.setDaemon(true);
        threads.add(thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // The system has no thread left; memory is what it says it is short of.
            threads.remove(thread);
            throw new IllegalStateException("no thread can be started for " + thread.getName(), e);
        } catch (RuntimeException | Error e) {
            threads.remove(thread);
            throw e;
        }
    }

    /**
     * Starts a thread that ends with its task, unless there are too many already.
     *
     * @throws IllegalStateException if there are, or there is no thread left for it
     */
    void startBounded(String name, int max, Runnable task) {
        if (bounded.incrementAndGet() > max) {
            bounded.decrementAndGet();
            throw new IllegalStateException("there are " + max + " such threads already");
        }
        try {
            start(name, () -> {
                try {
                    task.run();
                } finally {
                    bounded.decrementAndGet();
                }
            });
        } catch (RuntimeException | Error e) {
            bounded.decrementAndGet();
            throw e;
        }
    }

    /** Waits for all threads to end, for so long each at most. */
    void join(long millis) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(millis);
        }
    }

    /** Returns how many threads are alive. */
    int count() {
        return threads.size();
    }
}
