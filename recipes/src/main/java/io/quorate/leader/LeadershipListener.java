package io.quorate.leader;

import io.quorate.backend.QuorateException;
import io.quorate.lease.LossCause;

/**
 * Somebody who is told when a candidate begins and ceases to lead.
 *
 * <p>Called on the callback executor of the client, one call at a time. The calls for one listener alternate, beginning
 * with {@link #onAcquired}; the candidate's state has turned before each call, and may have turned again since. A call
 * that throws is logged and hurts nobody.
 */
public interface LeadershipListener {

    /** The candidate leads. */
    default void onAcquired(Leadership leadership) {}

    /**
     * The candidate leads no more.
     *
     * @param cause {@link LossCause#RELEASED} if it stepped down by itself
     */
    default void onLost(Leadership leadership, LossCause cause) {}

    /** The candidate has given up for good: repeating what failed cannot help. */
    default void onFailed(QuorateException cause) {}
}
