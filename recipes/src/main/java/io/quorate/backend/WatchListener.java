package io.quorate.backend;

import java.util.concurrent.Executor;

/**
 * Receives the batches of one watch, in order, on the session's event lane.
 *
 * <p>It must not block the lane: a listener that may take its time is wrapped by {@link #on}. A listener that throws is
 * logged with the key of its watch and keeps receiving.
 */
@FunctionalInterface
public interface WatchListener {

    /** Brings the listener's view up to date. Called once per batch, the initial one first. */
    void onBatch(WatchBatch batch);

    /**
     * Tells that no batch will follow, because the session ended or the watch can never be served again. Called at most
     * once, and not when the watch was closed by its user.
     *
     * @param cause {@link SessionExpiredException}, {@link SessionClosedException}, {@link AccessDeniedException}
     */
    default void onEnd(QuorateException cause) {}

    /**
     * Returns a listener that passes everything on to another one by way of an executor, one call at a time and in
     * order.
     *
     * <p>While the other one is busy, batches that arrive are merged into one, which is marked as a gap: it brings the
     * view from the last state that was delivered straight to the newest. What is kept in memory is therefore bounded
     * by the number of different keys that changed, however long the listener blocks.
     */
    static WatchListener on(Executor executor, WatchListener listener) {
        return new MergingWatchListener(executor, listener);
    }
}
