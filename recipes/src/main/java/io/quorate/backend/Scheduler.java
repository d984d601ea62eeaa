package io.quorate.backend;

import java.time.Duration;
import java.util.concurrent.Executor;

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

    /** Returns whether the calling thread is running a task of this lane, and therefore must not wait for one. */
    boolean isOnLane();
}
