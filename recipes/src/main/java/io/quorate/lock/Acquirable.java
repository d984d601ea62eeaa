package io.quorate.lock;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.TimeoutExceededException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Something that can be acquired, by waiting for it in a fair queue or by trying.
 *
 * <p>It holds nothing itself: each acquisition gives a lease of its own. A time-out, an interrupt or a cancellation removes the
 * place in the queue, retried until the session ends. Waiting survives the loss of the connection, and the end of the session
 * as well: the waiter then queues up anew with the next session.
 *
 * <p>Safe for use by many threads. Blocking methods must not be called on an event lane and throw
 * {@link IllegalStateException} there; callbacks of leases are not on one.
 *
 * @param <L> the lease
 */
public interface Acquirable<L> {

    /**
     * Acquires it, waiting as long as it takes.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws BackendUnavailableException if no session could be opened
     */
    L acquire() throws InterruptedException;

    /**
     * Acquires it, waiting at most for the given time. It returns within that time, even if the backend is down.
     *
     * @param atMost how long to wait, the round trip to the backend included; zero or less times out even if it is free, see
     *     {@link #tryAcquire()} for an attempt that does not queue up
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws TimeoutExceededException if the time is over; the message says whether others held it or the backend was away
     * @throws BackendUnavailableException if no session could be opened
     */
    L acquire(Duration atMost) throws InterruptedException;

    /**
     * Acquires it if that is possible without waiting for anybody. One round trip and no write if it is not.
     *
     * @return the lease, or empty if somebody is in the way
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     * @throws BackendUnavailableException if no session could be opened
     */
    Optional<L> tryAcquire() throws InterruptedException;

    /**
     * Acquires it without blocking. The future completes on the callback executor of the client.
     *
     * <p>Completing the future by other means ({@code cancel}, {@code orTimeout}) gives up, and leaves nothing behind. Only
     * this very future has that effect, not one derived from it.
     */
    CompletableFuture<L> acquireAsync();

    /** Acquires it without blocking if nobody is in the way. Otherwise like {@link #acquireAsync()}. */
    CompletableFuture<Optional<L>> tryAcquireAsync();
}
