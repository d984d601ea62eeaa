package io.quorate.lock;

import io.quorate.backend.Guard;
import io.quorate.backend.TimeoutExceededException;
import java.util.concurrent.CompletableFuture;

/** A lock that was granted for writing. It can be turned into one for reading without letting any other writer in between. */
public interface WriteLease extends LockLease {

    /**
     * Returns a guard for a commit: the commit happens only if this lease is held for writing by then. It fails once the lease
     * was turned into one for reading, even if that is held still.
     */
    @Override
    Guard guard();

    /**
     * Turns this lease into one for reading, by one atomic commit. This lease is lost when the call begins; readers who were
     * waiting right behind it are let in.
     *
     * <p>The new lease stands at the same place of the queue and therefore has the same token: a token of its own would be
     * greater than those of writers who wait behind it and write later.
     *
     * @return the lease for reading
     * @throws io.quorate.backend.OwnershipLostException if this lease is lost
     * @throws InterruptedException if the thread is interrupted while it waits; the lock is then given back
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client; the lock is
     *     then given back
     */
    LockLease downgrade() throws InterruptedException;

    /**
     * Turns this lease into one for reading, without blocking. The future completes on the callback executor of the client;
     * if it fails, or is completed by other means, the lock is given back. See {@link #downgrade()}.
     */
    CompletableFuture<LockLease> downgradeAsync();
}
