package io.quorate.lock;

import io.quorate.backend.Subscription;
import io.quorate.lease.Lease;
import io.quorate.lease.RevocationRequest;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

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

    /**
     * Registers a callback for requests to let go, see {@link Contended#requestRevocation}. It runs on the callback executor,
     * one call at a time, at once if there is a request already, and not after the lease is lost; of requests that come in quick
     * succession the last one is told. Whether to release is up to the callback.
     *
     * <p>Only who registers pays: it sets one watch in the backend, which ends with the lease.
     *
     * @return closes to be told no more
     */
    Subscription onRevokeRequested(Consumer<RevocationRequest> callback);

    /** Gives the lock back as {@link #release()} does, without waiting for the backend. */
    @Override
    void close();
}
