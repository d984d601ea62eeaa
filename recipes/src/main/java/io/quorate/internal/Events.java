package io.quorate.internal;

import io.quorate.event.QuorateListener;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of events to the user's listener: in order, one at a time, on the user's executor, and never more than a bounded number waiting.
 *
 * <p>Safe for use by many threads. Telling an event never waits and never throws.
 */
public final class Events {

    /** Nobody listens. */
    public static final Events NONE = new Events(null, Runnable::run);

    /** How many events may wait for a slow listener. */
    static final int MAX_WAITING = 4096;

    private static final Logger log = LoggerFactory.getLogger(Events.class);

    private final @Nullable QuorateListener listener;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Consumer<QuorateListener>> waiting = new ArrayDeque<>();
    private long dropped;
    private boolean delivering;

    private Events(@Nullable QuorateListener listener, Executor executor) {
        this.listener = listener;
        this.executor = executor;
    }

    /** Leads to a listener, whose methods are called on an executor. */
    public static Events to(QuorateListener listener, Executor executor) {
        return new Events(listener, executor);
    }

    /** Returns whether anybody listens; if not, nothing needs to be measured. */
    public boolean isObserved() {
        return listener != null;
    }

    /** Tells an event, as in {@code tell(listener -> listener.onLock(event))}; does nothing if nobody listens. */
    public void tell(Consumer<QuorateListener> event) {
        QuorateListener told = listener;
        if (told == null || !add(event)) {
            return;
        }
        try {
            executor.execute(() -> deliver(told));
        } catch (RuntimeException | Error e) {
            log.warn("The callback executor takes no tasks; events are dropped", e);
            dropAll();
        }
    }

    /** Returns whether nobody is delivering yet. */
    private boolean add(Consumer<QuorateListener> event) {
        lock.lock();
        try {
            if (waiting.size() == MAX_WAITING) {
                dropped++;
                return false;
            }
            waiting.add(event);
            boolean first = !delivering;
            delivering = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    private void dropAll() {
        lock.lock();
        try {
            dropped += waiting.size();
            waiting.clear();
            delivering = false;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(QuorateListener told) {
        for (Consumer<QuorateListener> event = next(); event != null; event = next()) {
            try {
                event.accept(told);
            } catch (RuntimeException | Error e) {
                log.error("The event listener threw", e);
            }
        }
    }

    private @Nullable Consumer<QuorateListener> next() {
        lock.lock();
        try {
            if (dropped > 0) {
                long count = dropped;
                dropped = 0;
                return listener -> listener.onDropped(count);
            }
            Consumer<QuorateListener> event = waiting.poll();
            delivering = event != null;
            return event;
        } finally {
            lock.unlock();
        }
    }
}
