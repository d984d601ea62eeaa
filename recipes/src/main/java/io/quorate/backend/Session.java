package io.quorate.backend;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's standing with a backend: what it owns there lives as long as the session does.
 *
 * <p><b>Threads.</b> Every method may be called by any thread, the event lane included, and returns without waiting for
 * the backend. Futures complete, listeners are called and scheduled tasks run on the
 * {@linkplain #scheduler() event lane}.
 *
 * <p><b>Arguments</b> are immutable and checked before anything is sent; what is refused is refused by an exception
 * from the call itself. Keys are relative to the namespace of the session.
 *
 * <p><b>Order.</b> Operations of one session on one key take effect in the order in which they were issued, and many
 * may be in flight: nobody needs to wait for one before issuing the next.
 *
 * <p><b>Silence.</b> While the session is {@link SessionState#SUSPENDED}, operations wait. A read, and a write that has
 * not been sent, simply continue after a reconnection. For a write whose reply was lost the backend finds out what
 * became of it and returns the original result; it is never applied twice. Nothing here times out by itself: whoever
 * needs a deadline cancels the future ({@link CompletableFuture#orTimeout} does), and may then conclude what the
 * operation's comment says about cancellation.
 *
 * <p><b>The end.</b> After {@link SessionState#EXPIRED} or {@link SessionState#CLOSED} every operation fails with
 * {@link SessionExpiredException} or {@link SessionClosedException}: the returned future is done already. A commit that
 * was in flight then fails with {@link OutcomeUnknownException} if its fate could not be learned. The state is
 * published before any operation fails and any watch ends because of it.
 */
public interface Session extends AutoCloseable {

    /** Returns the identity that the backend gave this session. */
    SessionId id();

    /** Returns the options with which it was opened, with the time-out that the backend granted. */
    SessionOptions options();

    /** Returns the limits of the backend. */
    Capabilities capabilities();

    /** Returns the current state. It may change right after. */
    SessionState state();

    /**
     * Returns the instant on {@link #ticker()} before which the backend cannot have expired this session.
     *
     * <p>With {@code tSend} the reading before the last renewal was sent that a quorum has confirmed, {@code T} the
     * granted time-out, {@code rho} an assumed clock-rate error of 0.1 % and {@code epsilon} a margin of the larger of
     * 50 ms and 2 % of T, it is {@code tSend + T * (1 - 2 * rho) - epsilon}; a backend whose confirmations prove less
     * subtracts more and says so. Every commit, ticket and
     * {@link Read#LATEST} read of the session that succeeds is such a renewal; beyond that the backend renews by
     * itself, often enough that a healthy session is always proven for at least a quarter of T.
     *
     * <p>It only ever moves forward. In the past it proves nothing, in either direction.
     */
    long provenUntilNanos();

    /** Returns the source of time on which {@link #provenUntilNanos()} is an instant. */
    Ticker ticker();

    /** Returns the event lane. */
    Scheduler scheduler();

    /**
     * Registers a listener of state changes, called on the event lane once per change, in order, beginning with the
     * next one. The state is published before the listener is called; the last call is for a terminal state.
     */
    Subscription onState(Consumer<SessionState> listener);

    /**
     * Reads one entry; empty if the key does not exist. Cancelling it leaves nothing behind.
     *
     * @param key not {@link Key#ROOT}
     */
    CompletableFuture<Optional<Entry>> get(Key key, Read mode);

    /**
     * Reads the direct children of a key, in creation order, together with whether the key exists.
     *
     * <p>The listing is one state of the parent's children. Values that are asked for may each be as of a slightly
     * later revision; a child that was deleted in between is left out. Use {@link #snapshot} for one state of
     * everything.
     */
    CompletableFuture<Listing> list(Key parent, Content content, Read mode);

    /**
     * Reads the key and everything below it, true at one revision, as fresh as {@link Read#LATEST}. {@link Key#ROOT}
     * itself is no entry and never part of a snapshot, nor of what a watch on it reports.
     */
    CompletableFuture<Snapshot> snapshot(Key prefix);

    /**
     * Commits all operations if every guard holds, or none of them. Linearizable, and durable once acknowledged.
     *
     * <p>Fails with a {@link CommitFailedException} when it certainly did not happen, naming the first guard or
     * operation in the way, and with {@link OutcomeUnknownException} when nothing can be known. Completes after every
     * watch batch of this session with a smaller revision, and after the batch of its own revision if it changed
     * something watched.
     *
     * <p>Cancelling it before it was sent prevents it; afterwards it only stops the waiting.
     *
     * @throws TooLargeException if it exceeds {@link #capabilities()}
     */
    CompletableFuture<CommitResult> commit(Commit commit);

    /**
     * Takes a ticket: creates a session-owned entry at the end of a queue and says who is ahead.
     *
     * <p>One round trip, whether or not others are ahead. A missing queue is created, with its parents; what was
     * created in this way is removed by the backend some time after it became empty, what a commit created stays. Fails
     * with {@link SessionOwnedHasNoChildrenException} if the queue is or lies below a session-owned entry. Completes
     * after the batch by which a watch of this session on the queue learns of the ticket. Cancelling it removes the
     * ticket if there is one or comes to be one; the removal is retried until the session ends.
     *
     * @param queue not {@link Key#ROOT}
     * @param label what kind of ticket it is, visible to everybody without reading values; {@code [a-z0-9]{1,16}}
     * @param value what to store, for people and listings
     * @throws TooLargeException if the value exceeds {@link #capabilities()}
     */
    CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value);

    /**
     * Takes a ticket in each of several queues as one commit, so that all tickets have the same revision: of two such
     * calls, one is ahead of the other in every queue that they share. That is what makes it impossible for them to
     * wait for each other.
     *
     * <p>Otherwise like {@link #enqueue}: one round trip however many queues there are, all tickets or none, and
     * cancelling it removes them all.
     *
     * @param queues different keys, at least one
     * @return the tickets in the order of the queues
     * @throws TooLargeException if there are more queues than a commit of this backend has room for
     */
    CompletableFuture<List<Ticket>> enqueueAll(List<Key> queues, String label, @Nullable Bytes value);

    /**
     * Gives a ticket back. Idempotent; the removal is retried until it is confirmed or the session has ended, so that
     * the future only ever fails with {@link SessionExpiredException} or {@link SessionClosedException}, and even then
     * the ticket is gone. It removes this very ticket and never a later one. Cancelling only stops the waiting.
     *
     * @throws IllegalArgumentException if the ticket is another session's
     */
    CompletableFuture<Void> dequeue(Ticket ticket);

    /**
     * Watches a key. The first batch carries the whole state; each further batch brings the listener's view to the true
     * state at a later revision. A commit is never seen half-applied. Intermediate states may be skipped, the latest
     * one always arrives. A reply about a key in scope never overtakes the batch that brings the listener to that
     * state.
     *
     * <p>Reconnections are the backend's business: it reads again what may have been missed and delivers one batch,
     * marked as a gap, even if nothing was missed: it tells that the view is in step again. Entries are compared by
     * both revisions.
     *
     * @param key any key that need not exist; not {@link Key#ROOT} for {@link Scope#QUEUE} and {@link Scope#ENTRY}
     * @param listener called on the event lane
     * @throws SessionExpiredException if the session has expired
     * @throws SessionClosedException if the session has been closed
     */
    Watch watch(Key key, Scope scope, WatchListener listener);

    /**
     * Ends the session and releases all it owns, as one commit. Idempotent.
     *
     * <p>From the call on no operation is accepted; operations in flight complete, each exactly once. The future
     * completes when the backend has confirmed the end or can no longer be reached, in which case it will expire the
     * session by itself. It completes on the lane, as its last task.
     */
    CompletableFuture<Void> closeAsync();

    /**
     * Ends the session as {@link #closeAsync()} does, waits for it at most for a connection time-out, and joins the
     * threads of the session. A call on the event lane does not wait.
     */
    @Override
    void close();
}
