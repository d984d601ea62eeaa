package io.quorate.lease;

import io.quorate.backend.Guard;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One grant of something that only one holder can have at a time.
 *
 * <p>A lease that is lost never comes back; a new grant is a new lease with a larger token. All methods may be called
 * by any thread and none of them waits.
 *
 * <p>Validity does not depend on a thread, a timer or a connection flag: {@link #isHeld()} compares the clock with a
 * deadline up to which a quorum has proven that the backend cannot have given the ownership to anybody else. A process
 * that was stopped for longer finds the lease lost at its first call.
 */
public interface Lease {

    /**
     * Returns the fencing token: a number that is greater than the token of every earlier holder. It stays readable
     * after the lease is lost.
     */
    long token();

    /** Returns the state, judged at this moment as {@link #isHeld()} does. */
    LeaseState state();

    /**
     * Returns whether the ownership is proven at this moment. Once false it stays false.
     *
     * <p>It says nothing about the next moment: what must not happen under a stale ownership belongs in a commit with
     * the {@link #guard()}, or behind a {@link FencingGate}.
     */
    boolean isHeld();

    /**
     * Returns if the ownership is proven at this moment.
     *
     * @throws OwnershipLostException if it is not
     */
    void ensureHeld();

    /**
     * Returns if the ownership is proven for at least the given time from now.
     *
     * @param atLeast not negative
     * @throws OwnershipLostException if the lease is lost, or if the proof ends sooner; in the latter case the lease
     *     stays held and a renewal may prove it for longer
     */
    void ensureHeld(Duration atLeast);

    /** Returns for how long the ownership is proven already; zero if it is lost. Renewals prolong it. */
    Duration remaining();

    /**
     * Returns a guard for a commit: the commit happens only if this lease has not been given to anybody else by then,
     * whatever clocks and pauses did.
     */
    Guard guard();

    /**
     * Registers a callback for the loss of the lease. It runs at most once, on the callback executor, after the state
     * has turned; at once if the lease is lost already; never after the holder itself gave the lease back.
     *
     * @return closes to forget the callback
     */
    Subscription onLost(Consumer<LossCause> callback);
}
