package io.quorate.lock;

import io.quorate.lease.Lease;
import java.util.concurrent.CompletableFuture;

/** A lock that was granted. Closing it gives the lock back. */
public interface LockLease extends Lease, AutoCloseable {

    /**
     * Gives the lock back. Idempotent; does nothing if the lease is lost already, and never touches a later holder's
     * lease.
     *
     * <p>The lease is lost when this returns. The future completes once the lock is free for the next in line; it never
     * fails: the removal is retried until the backend has confirmed it or the session has ended, which frees the lock
     * as well.
     */
    CompletableFuture<Void> release();

    /** Gives the lock back as {@link #release()} does, without waiting for the backend. */
    @Override
    void close();
}
