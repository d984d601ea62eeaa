package io.quorate.leader;

import io.quorate.backend.Subscription;
import io.quorate.lease.Lease;

/**
 * One term of a leader.
 *
 * <p>What {@link Lease} promises holds here as well: while {@link #isHeld()} is true nobody else leads, the deadline is
 * proven, and a term that is lost never comes back.
 */
public interface Leadership extends Lease {

    /** Returns the number of the term: the fencing token, greater than that of every earlier leader of this name. */
    default long term() {
        return token();
    }

    /**
     * Returns whether what is done under this leadership should come to an end: it is lost or given back, or, in an
     * election, it is about to be.
     */
    boolean shouldStop();

    /**
     * Registers a callback for the moment from which {@link #shouldStop()} is true. It runs at most once, on the
     * callback executor and before {@link LeadershipListener#onLost} for this term; at once if that moment has passed.
     *
     * @return closes to forget the callback
     */
    Subscription onStop(Runnable callback);
}
