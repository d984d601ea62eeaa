package io.quorate.backend;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The event lane of a session: runs tasks one at a time, in the order in which they were handed over.
 *
 * <p>Results, watch batches and state changes of the session run on the same lane, so that state that only lane tasks
 * touch needs no lock. A task must not block. A task that throws is logged and hurts no other.
 *
 * <p>Once the session has ended and its listeners have been told, the lane takes no more tasks: every method then
 * throws {@link java.util.concurrent.RejectedExecutionException}.
 */
public interface Scheduler extends Executor {

    /** Runs the task on the lane, after everything that was handed over before. */
    @Override
    void execute(Runnable task);

    /**
     * Runs the task on the lane once the delay has passed on the session's {@link Session#ticker()}.
     *
     * @param delay not negative
     * @return closes to cancel the task if it has not begun
     * @throws IllegalArgumentException if the delay is negative
     */
    Subscription schedule(Runnable task, Duration delay);

    /**
     * Begins an operation that the calling thread is about to wait for, and may let the thread run the lane's tasks in the
     * meantime, so that no other one has to be woken for them. All that was said of tasks holds there too: they run one at a
     * time and in order, and {@link #isOnLane()} is true while the caller runs them. It stops when the operation is done, the
     * time is over or it is interrupted, and others run what remains.
     *
     * <p>Not every lane does so: this may return at any time, and the caller then waits for what was begun. The default
     * begins the operation and does nothing more.
     *
     * @param operation begins the operation; it must not block
     * @param atMost how long the caller would wait; not negative. Zero does what can be done without waiting
     * @return what was begun, done or not
     */
    default <T extends @Nullable Object> CompletableFuture<T> carry(
            Supplier<CompletableFuture<T>> operation, Duration atMost) {
        return operation.get();
    }

    /** Returns what delays are measured with. The default is {@link Ticker#system()}. */
    default Ticker ticker() {
        return Ticker.system();
    }

    /** Returns whether the calling thread is running a task of this lane, and therefore must not wait for one. */
    boolean isOnLane();
}
