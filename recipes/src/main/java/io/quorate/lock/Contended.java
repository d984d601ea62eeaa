package io.quorate.lock;

import io.quorate.backend.TimeoutExceededException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Something for which a queue of contenders can be looked at, and whose holders can be asked to let go. */
public interface Contended {

    /** Returns its name. */
    String name();

    /**
     * Returns who holds it, first come first, for display; it may have changed when this returns.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    List<Contender> holders() throws InterruptedException;

    /**
     * Returns who waits for it, the next one first, for display; it may have changed when this returns.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    List<Contender> queue() throws InterruptedException;

    /** Reads who holds it and who waits, as of one listing of the queue. */
    CompletableFuture<QueueView> viewAsync();

    /**
     * Asks all who hold it now to let go. It is a request: a holder that has registered
     * {@link LockLease#onRevokeRequested} is told, and decides; nobody else is told anything. Whoever asks need not wait for
     * it.
     *
     * <p>A later request replaces one that was not seen yet. Nothing of it outlives the session of this client.
     *
     * @param reason for the holder, for people; at most {@value #MAX_REASON} characters
     * @return how many holders were asked, zero if nobody holds it
     * @throws IllegalArgumentException if the reason is too long
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    int requestRevocation(String reason) throws InterruptedException;

    /** Asks all who hold it now to let go, without blocking. See {@link #requestRevocation}. */
    CompletableFuture<Integer> requestRevocationAsync(String reason);

    /** The most characters that the reason of a revocation may have. */
    int MAX_REASON = 1000;
}
