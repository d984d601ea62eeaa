package io.quorate.embedded.session;

import io.quorate.backend.Scheduler;
import java.util.List;

/**
 * The event lane of one session, as the front end drives it: what runs the tasks is the implementation's.
 *
 * <p>An implementation does nothing on its own before the first task or timer, and holds nothing once it has ended. Safe
 * for use by many threads.
 */
public interface EventLane extends Scheduler {

    /** Makes the lanes of one process. */
    @FunctionalInterface
    interface Factory {

        /**
         * Returns a new lane.
         *
         * @param name what it is called in messages and, if it has one, its thread
         */
        EventLane open(String name);
    }

    /** Returns the name. */
    String name();

    /** Hands a task over as {@link #execute} does, unless the lane takes none any more. */
    void offer(Runnable task);

    /** Hands tasks over in their order, each as {@link #offer} does. The list is the caller's again when this returns. */
    default void offerAll(List<Runnable> tasks) {
        tasks.forEach(this::offer);
    }

    /**
     * Refuses tasks from now on and drops the timers; runs what was handed over before, then the given task, and ends. Only
     * the first call has an effect.
     */
    void finish(Runnable task);

    /**
     * Returns whether the calling thread carries this lane and will therefore do what the front end was given before it
     * waits, so that no other thread needs to be woken for it.
     */
    default boolean willHelp() {
        return false;
    }

    /** Returns whether the lane has not ended yet, where threads run its tasks. */
    boolean isAlive();

    /** Waits until the lane has ended, at most for the given time; returns at once where no thread runs its tasks. */
    void join(long millis) throws InterruptedException;
}
