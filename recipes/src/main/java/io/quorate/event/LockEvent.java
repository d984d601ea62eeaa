package io.quorate.event;

import io.quorate.lease.LossCause;
import java.time.Duration;

/** Something became of an attempt to hold a lock, a permit, or whatever else is taken from a queue, or of its lease. */
public sealed interface LockEvent {

    /** Returns the family of the lock's name. */
    String family();

    /**
     * A lease was granted.
     *
     * @param token its fencing token
     * @param waited from the call to the grant
     * @param waiters how many others had a place in the queue at that moment, as far as this client knows: it is told of its own
     *     and of those ahead of them, not of others that queue up behind
     */
    record Acquired(String family, long token, Duration waited, int waiters) implements LockEvent {}

    /**
     * An attempt ended without a lease: it timed out, was cancelled, or failed; or it was to be at once and the lock was
     * taken.
     *
     * @param waited from the call to the end
     */
    record NotAcquired(String family, Duration waited) implements LockEvent {}

    /**
     * A lease was given back.
     *
     * @param held from the grant to this moment
     */
    record Released(String family, long token, Duration held) implements LockEvent {}

    /**
     * A lease was lost.
     *
     * @param held from the grant to this moment
     */
    record Lost(String family, long token, Duration held, LossCause cause) implements LockEvent {}
}
