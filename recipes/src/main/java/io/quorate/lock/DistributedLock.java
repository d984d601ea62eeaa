package io.quorate.lock;

import io.quorate.backend.TimeoutExceededException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;

/**
 * A mutual exclusion between processes, fair and fenced.
 *
 * <p>Waiters are served in the order in which the backend queued them. An uncontended acquisition is one round trip, a
 * hand-over one notification. This object holds nothing: it is a name with methods, cheap to create, safe for use by
 * many threads, and each acquisition gives a lease of its own. It is not re-entrant; see {@link #asJavaLock()}.
 *
 * <p><b>What a lease promises:</b> see {@link io.quorate.lease.Lease}. <b>What a failed acquisition leaves behind:</b>
 * nothing; a time-out, an interrupt or a cancellation removes the place in the queue, retried until the session ends.
 *
 * <p>Waiting survives the loss of the connection, and the end of the session as well: the waiter then queues up anew
 * with the next session.
 *
 * <p>Blocking methods must not be called on an event lane and throw {@link IllegalStateException} there; callbacks of
 * leases are not on one.
 */
public interface DistributedLock extends Acquirable<LockLease>, Contended {

    /**
     * Returns who holds the lock, for display; it may have changed when this returns.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    Optional<Contender> holder() throws InterruptedException;

    /** Reads the holder, if there is one, and those who wait, in this order. */
    CompletableFuture<List<Contender>> contendersAsync();

    /**
     * Returns a view of this lock as a {@link Lock}: owned by a thread, re-entrant, without conditions.
     *
     * <p>Threads of this process compete locally for the view, and only the winner queues up in the backend: use one
     * view for all of them. {@code unlock} throws {@link io.quorate.backend.OwnershipLostException} if the lease was
     * lost in the meantime: what was done under the lock may have run beside another holder. For fencing and guarded
     * writes use the leases of this interface instead.
     */
    Lock asJavaLock();
}
