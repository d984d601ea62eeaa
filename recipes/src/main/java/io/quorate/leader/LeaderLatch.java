package io.quorate.leader;

import io.quorate.backend.Subscription;
import io.quorate.backend.TimeoutExceededException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A candidate that leads when its turn has come, and says so.
 *
 * <p>Candidates of one name lead in the order in which they queued up. Starting is one round trip, a hand-over one
 * notification. A term ends when its proof ends, with its session, or when somebody deletes its entry; the latch then
 * queues up anew by itself, at the end of the queue and under the next session if need be.
 *
 * <p><b>It never dies silently.</b> An attempt that fails is repeated with growing delays and shown by
 * {@link #state()}; a failure that no repetition can help, such as refused credentials, ends in
 * {@link LeaderLatchState.Failed} with its cause, is told to listeners, and fails those who wait.
 *
 * <p>Safe for use by many threads. Blocking methods must not be called on an event lane and throw
 * {@link IllegalStateException} there.
 */
public interface LeaderLatch extends AutoCloseable {

    /** Returns the name for which the latch competes. */
    String name();

    /**
     * Queues up. Returns without waiting; further calls have no effect.
     *
     * @throws IllegalStateException if the latch is closed
     */
    void start();

    /**
     * Waits until this latch leads, as long as it takes.
     *
     * @throws IllegalStateException if the latch is not started, is or gets closed, or has failed; the cause says why
     * @throws InterruptedException if the thread is interrupted while it waits; the latch stays in the queue
     */
    Leadership await() throws InterruptedException;

    /**
     * Waits until this latch leads, at most for the given time.
     *
     * @throws TimeoutExceededException if the time is over; the latch stays in the queue
     * @throws IllegalStateException if the latch is not started, is or gets closed, or has failed; the cause says why
     * @throws InterruptedException if the thread is interrupted while it waits; the latch stays in the queue
     */
    Leadership await(Duration atMost) throws InterruptedException;

    /**
     * Returns a future of the term that runs, or of the next. It completes on the callback executor of the client.
     * Completing it by other means stops the waiting; the latch stays in the queue.
     */
    CompletableFuture<Leadership> awaitAsync();

    /** Returns whether this latch leads at this moment, by a proof that {@link Leadership#isHeld()} describes. */
    boolean hasLeadership();

    /** Returns the term if this latch leads at this moment. */
    Optional<Leadership> leadership();

    /** Returns what the latch is doing. */
    LeaderLatchState state();

    /**
     * Adds a listener. If the latch leads, {@link LeadershipListener#onAcquired} is called for the term that runs.
     *
     * @return closes to remove the listener; a call that is under way still happens
     */
    Subscription addListener(LeadershipListener listener);

    /**
     * Returns the queue, the leader first, for display; it may have changed when this returns.
     *
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     */
    List<Participant> participants() throws InterruptedException;

    /** Reads the queue without blocking. The future completes on the callback executor of the client. */
    CompletableFuture<List<Participant>> participantsAsync();

    /**
     * Returns who leads, or is about to, for display; it may have changed when this returns.
     *
     * @throws TimeoutExceededException if the backend did not answer within the operation time-out of the client
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     */
    Optional<Participant> leader() throws InterruptedException;

    /**
     * Leaves the queue, and hands a leadership over at once. Idempotent.
     *
     * <p>The leadership is lost when this returns. The future completes once the next in line can lead; it never fails.
     */
    CompletableFuture<Void> closeAsync();

    /** Leaves the queue as {@link #closeAsync()} does, without waiting for the backend. */
    @Override
    void close();
}
