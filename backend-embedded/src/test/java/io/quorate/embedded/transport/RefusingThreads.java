package io.quorate.embedded.transport;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes threads of which some can not be started, as when the system has none left. Thread-safe. */
public final class RefusingThreads implements ThreadFactory {

    private final String refused;
    private final AtomicInteger left;

    /**
     * Creates it.
     *
     * @param refused which threads can not be started: those whose names contain this
     * @param times how many of them
     */
    public RefusingThreads(String refused, int times) {
        this.refused = refused;
        this.left = new AtomicInteger(times);
    }

    /** Returns whether all were refused that were to be. */
    public boolean hasRefused() {
        return left.get() <= 0;
    }

    @Override
    public Thread newThread(Runnable task) {
        return new Thread(task) {
            @Override
            public synchronized void start() {
                if (getName().contains(refused) && left.getAndDecrement() > 0) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }
        };
    }
}
