package io.quorate.lock;

import io.quorate.backend.Guard;
import java.util.List;

/**
 * Several locks that were granted together. It is held while all of them are; when one of them is lost, the others are given
 * back.
 */
public interface MultiLockLease extends LockLease {

    /** Returns the names of the locks, in order. */
    List<String> names();

    /**
     * Returns the fencing token, the same for all locks: their tickets were taken by one commit. For each of the locks it is
     * greater than the token of every earlier holder.
     */
    @Override
    long token();

    /**
     * Returns a guard for a commit: the commit happens only if none of the locks has been given to anybody else by then. It
     * counts as many guards as there are locks.
     */
    @Override
    Guard guard();
}
