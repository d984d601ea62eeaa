package io.quorate.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the callbacks of one handle on somebody's executor, one at a time and in order.
 *
 * <p>A callback that throws is logged with the name of the handle and does not keep the next one from running. An executor that
 * rejects, or throws anything else, costs the callbacks that wait for it and nothing more: whoever hands a callback over is never
 * interrupted by the failure of the user's code.
 */
public final class SerialExecutor implements Executor {

    private static final Logger log = LoggerFactory.getLogger(SerialExecutor.class);

    private final String name;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean busy;

    /** Creates it for the handle of the given name. */
    public SerialExecutor(String name, Executor executor) {
        this.name = name;
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            tasks.add(task);
            if (busy) {
                return;
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        try {
            executor.execute(this::drain);
        } catch (RuntimeException | Error e) {
            log.warn("The callback executor takes no tasks; callbacks of {} are dropped", name, e);
            lock.lock();
            try {
                tasks.clear();
                busy = false;
            } finally {
                lock.unlock();
            }
        }
    }

    private void drain() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("A callback of {} threw", name, e);
            }
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            Runnable task = tasks.poll();
            busy = task != null;
            return task;
        } finally {
            lock.unlock();
        }
    }
}
