package io.quorate.lock;

import io.quorate.backend.TimeoutExceededException;
import java.util.concurrent.CompletableFuture;

/**
 * A number of permits that are shared between processes, fairly, each acquisition taking as many as it needs.
 *
 * <p>An acquisition is one entry in the queue and one round trip, whatever it takes. It is granted once it and all ahead of it
 * fit into the permits together: nobody overtakes a large one that waits, and nobody holds a part of what it asks for while
 * it waits for the rest. Acquiring through this interface takes one permit; {@link #weighing} takes more.
 *
 * <p><b>The number of permits</b> is stored in the backend and can be changed while the semaphore is in use. Raising it lets
 * waiters in. Lowering it takes nothing away from anybody: until enough was given back, fewer are let in. An acquisition of
 * more permits than there are in all is refused with {@link TooManyPermitsException}, at once or when the permits are lowered
 * below it, because it would keep all behind it waiting.
 *
 * <p><b>A release</b> wakes the first who waits and, besides it, only such waiters as watched the very permit that was
 * released: none if permits are given back in the order in which they were taken, else fewer than there are permits. Who waits
 * for more than eight holders at the same time watches the whole queue.
 *
 * <p>{@link #holders()} and {@link #queue()} tell holders from waiters by the present number of permits. For a while after it was
 * lowered, those who hold more than it allows are listed as waiting, though nothing was taken from them.
 *
 * <p>Tokens rise in the order of the queue; they tell holders apart but fence nobody off, since several hold at the same time.
 * A commit with the guard of a lease happens only while that lease's permits are held.
 */
public interface Semaphore extends Acquirable<LockLease>, Contended {

    /**
     * Returns a view by which each acquisition takes the given number of permits at once.
     *
     * @param permits at least 1
     * @throws IllegalArgumentException if it is less
     */
    Acquirable<LockLease> weighing(int permits);

    /**
     * Returns the number of permits there are in all.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    int permits() throws InterruptedException;

    /** Reads the number of permits there are in all. */
    CompletableFuture<Integer> permitsAsync();

    /**
     * Returns how many permits are left, for display; it may have changed when this returns. Those who wait may be ahead of
     * whoever asks for one. Zero as long as more are held than the permits were lowered to.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     */
    int availablePermits() throws InterruptedException;

    /** Reads how many permits are left. See {@link #availablePermits()}. */
    CompletableFuture<Integer> availablePermitsAsync();

    /**
     * Changes the number of permits for everybody, whatever it was.
     *
     * @param permits not negative
     * @throws IllegalArgumentException if it is negative
     * @throws io.quorate.backend.OutcomeUnknownException if the session ended, and it may have happened
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client; it may have
     *     happened
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     */
    void setPermits(int permits) throws InterruptedException;

    /** Changes the number of permits for everybody, without blocking. See {@link #setPermits}. */
    CompletableFuture<Void> setPermitsAsync(int permits);

    /**
     * Changes the number of permits for everybody if it is what is expected. Errors as for {@link #setPermits}.
     *
     * @return whether it was, and is changed now
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     */
    boolean compareAndSetPermits(int expected, int permits) throws InterruptedException;

    /** Changes the number of permits if it is what is expected, without blocking. See {@link #compareAndSetPermits}. */
    CompletableFuture<Boolean> compareAndSetPermitsAsync(int expected, int permits);
}
