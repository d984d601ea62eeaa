package io.quorate.leader;

import io.quorate.backend.Subscription;
import io.quorate.backend.TimeoutExceededException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A candidate that runs a body of code while it leads.
 *
 * <p>The body is told to stop before its proof of leadership ends, by {@link LeaderElectionOptions#stopGrace()}, so that
 * it has the time to finish while nobody else leads; after a loss that could not be foreseen it is told at once. The
 * next term begins only after the body of the one before has ended.
 *
 * <p>It never dies silently: an attempt to queue up that fails is repeated with growing pauses, a body that throws is
 * logged and shown by {@link #state()}, and what follows is the {@link Requeue} policy's choice.
 *
 * <p><b>Order of callbacks</b>, for terms k and k+1: {@code onAcquired(k)}; the body is told to stop; {@code onLost(k)};
 * {@code onAcquired(k+1)}, not before the body of k has ended.
 *
 * <p>Safe for use by many threads.
 */
public interface LeaderElection extends AutoCloseable {

    /** Returns the name for which the election competes. */
    String name();

    /**
     * Queues up. Returns without waiting; further calls have no effect.
     *
     * @throws IllegalStateException if the election is closed
     */
    void start();

    /** Returns whether this candidate leads at this moment, by a proof that {@link Leadership#isHeld()} describes. */
    boolean hasLeadership();

    /** Returns the term if this candidate leads at this moment. */
    Optional<Leadership> leadership();

    /** Returns what the election is doing. */
    LeaderElectionState state();

    /**
     * Adds a listener. If this candidate leads, {@link LeadershipListener#onAcquired} is called for the term that runs.
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
     * Stops the body, then leaves the queue. Idempotent.
     *
     * <p>The entry stays until the body has ended, so that no other leads while it still works; but not for longer than
     * {@link LeaderElectionOptions#closeGrace()}: then it is given up, and the state says that the end was not clean.
     * The future completes once the next in line can lead; it never fails.
     */
    CompletableFuture<Void> closeAsync();

    /**
     * Closes as {@link #closeAsync()} does and waits until the body has ended, at most for the grace. A call by the body
     * itself, on an event lane, or by an interrupted thread does not wait.
     */
    @Override
    void close();
}
