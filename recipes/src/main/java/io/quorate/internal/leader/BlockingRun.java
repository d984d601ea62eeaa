package io.quorate.internal.leader;

import io.quorate.leader.LeaderBody;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A body on a thread of its own, which an interrupt tells to stop: exactly this run, and nothing that the thread does later. */
final class BlockingRun implements BodyRun {

    private final LeaderBody body;
    private final Term term;
    private final Executor workers;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread thread;
    private boolean stopped;

    BlockingRun(LeaderBody body, Term term, Executor workers) {
        this.body = body;
        this.term = term;
        this.workers = workers;
    }

    @Override
    public void start(End end) {
        try {
            workers.execute(() -> end.ended(run()));
        } catch (RuntimeException | Error e) {
            end.ended(e);
        }
    }

    @Override
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            Thread running = thread;
            if (running != null) {
                running.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isOnBody() {
        lock.lock();
        try {
            return thread == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Throwable run() {
        if (!enter()) {
            return null;
        }
        Throwable failure = null;
        try {
            body.lead(term);
        } catch (Throwable e) {
            failure = e;
        }
        return leave() ? compliance(failure) : failure;
    }

    /** Returns whether the body is still wanted. */
    private boolean enter() {
        lock.lock();
        try {
            thread = stopped ? null : Thread.currentThread();
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Takes an interrupt that came for the body off the thread, and returns whether the body was told to stop. */
    private boolean leave() {
        lock.lock();
        try {
            thread = null;
            boolean ignored = Thread.interrupted();
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /** A body that was told to stop may comply by any exception, but not by an error. */
    private static @Nullable Throwable compliance(@Nullable Throwable failure) {
        return failure instanceof Error ? failure : null;
    }
}
