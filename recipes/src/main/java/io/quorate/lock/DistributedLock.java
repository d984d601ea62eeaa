package io.quorate.lock;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.TimeoutExceededException;
import java.time.Duration;
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
public interface DistributedLock {

    /** Returns the name of the lock. */
    String name();

    /**
     * Acquires the lock, waiting as long as it takes.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws BackendUnavailableException if no session could be opened
     */
    LockLease acquire() throws InterruptedException;

    /**
     * Acquires the lock, waiting at most for the given time. It returns within that time, even if the backend is down.
     *
     * @param atMost how long to wait, the round trip to the backend included; zero or less times out even if the lock
     *     is free, see {@link #tryAcquire()} for an attempt that does not queue up
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws TimeoutExceededException if the time is over; the message says whether others held the lock or the
     *     backend was away
     * @throws BackendUnavailableException if no session could be opened
     */
    LockLease acquire(Duration atMost) throws InterruptedException;

    /**
     * Acquires the lock if nobody holds it or waits for it. One round trip and no write if somebody does.
     *
     * @return the lease, or empty if the lock is taken
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     * @throws BackendUnavailableException if no session could be opened
     */
    Optional<LockLease> tryAcquire() throws InterruptedException;

    /**
     * Acquires the lock without blocking. The future completes on the callback executor of the client.
     *
     * <p>Completing the future by other means ({@code cancel}, {@code orTimeout}) gives up, and leaves nothing behind.
     * Only this very future has that effect, not one derived from it.
     */
    CompletableFuture<LockLease> acquireAsync();

    /**
     * Acquires the lock without blocking if nobody holds it or waits for it. Otherwise like {@link #acquireAsync()}.
     */
    CompletableFuture<Optional<LockLease>> tryAcquireAsync();

    /**
     * Returns who holds the lock, for display; it may have changed when this returns.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    Optional<Contender> holder() throws InterruptedException;

    /**
     * Returns who waits for the lock, the next one first, for display; it may have changed when this returns.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    List<Contender> queue() throws InterruptedException;

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
