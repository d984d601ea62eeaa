package io.quorate.internal;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Guard;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticket;
import io.quorate.lease.Lease;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lease.RevocationRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A granted ticket: the one implementation of {@link Lease}, for locks and leadership alike.
 *
 * <p>The state is one value, {@link OwnershipState}, which any thread may turn to lost by one compare-and-set: whoever first
 * observes that the deadline has passed, the connection is gone, or the entry was deleted. The winner tells the callbacks and gives
 * the ticket back. Everything else happens on the session's lane.
 */
public final class Ownership implements Lease {

    private final String what;
    private final Session session;
    private final Ticket ticket;
    private final SuspensionPolicy policy;
    private final LossCallbacks callbacks;
    private final Consumer<LossCause> onEnd;
    private final AtomicReference<OwnershipState> state = new AtomicReference<>(new OwnershipState.Held());
    private final CompletableFuture<Void> given = new CompletableFuture<>();

    /** The watches for requests to let go; touched on the lane only. */
    private final List<Revocation.Listening> revocations = new ArrayList<>();

    /** Told of the removal of the ticket; touched on the lane only. */
    private Runnable onRemoved = () -> {};

    /** The timer of {@link #awaitDeadline()}; touched on the lane only. */
    private @Nullable Subscription deadline;

    /**
     * Creates the ownership of a ticket that was just granted, on the lane.
     *
     * @param what what is owned, in words, for error messages
     * @param callbackExecutor where callbacks run, one at a time
     */
    public Ownership(String what, Session session, Ticket ticket, SuspensionPolicy policy, Executor callbackExecutor) {
        this(what, session, ticket, policy, callbackExecutor, cause -> {});
    }

    /**
     * Creates the ownership of a ticket that was just granted, on the lane.
     *
     * @param onEnd told once when the ownership ends, a release included, by the thread that ends it: after the state has turned and
     *     the removal of the ticket was asked for; it must not wait
     */
    public Ownership(
            String what,
            Session session,
            Ticket ticket,
            SuspensionPolicy policy,
            Executor callbackExecutor,
            Consumer<LossCause> onEnd) {
        this.what = what;
        this.session = session;
        this.ticket = ticket;
        this.policy = policy;
        this.callbacks = new LossCallbacks(what, callbackExecutor);
        this.onEnd = onEnd;
    }

    /**
     * Begins to watch the deadline. Called once, on the lane.
     *
     * @param onRemoved called once the backend has confirmed that the ticket is removed, on the lane; not if the session has ended
     */
    void start(Runnable onRemoved) {
        this.onRemoved = onRemoved;
        awaitDeadline();
    }

    @Override
    public long token() {
        return ticket.revision();
    }

    @Override
    public LeaseState state() {
        return isHeld() ? current().visible() : LeaseState.LOST;
    }

    @Override
    public boolean isHeld() {
        if (current().isLost()) {
            return false;
        }
        if (provenNanos() <= 0) {
            lose(LossCause.DEADLINE_PASSED);
            return false;
        }
        SessionState sessionState = session.state();
        if (policy == SuspensionPolicy.FAIL_FAST && sessionState == SessionState.SUSPENDED) {
            lose(LossCause.CONNECTION_LOST);
            return false;
        }
        if (sessionState.isTerminal()) {
            lose(OwnershipState.lossBy(sessionState));
            return false;
        }
        return true;
    }

    @Override
    public void ensureHeld() {
        if (!isHeld()) {
            throw lostException();
        }
    }

    @Override
    public void ensureHeld(Duration atLeast) {
        if (atLeast.isNegative()) {
            throw new IllegalArgumentException("the time must not be negative, but is " + atLeast);
        }
        ensureHeld();
        Duration remaining = remaining();
        if (remaining.compareTo(atLeast) < 0) {
            throw OwnershipLostException.provenTooShortly(what, token(), remaining, atLeast);
        }
    }

    @Override
    public Duration remaining() {
        return isHeld() ? Duration.ofNanos(Math.max(0, provenNanos())) : Duration.ZERO;
    }

    @Override
    public Guard guard() {
        return Guard.heldBy(ticket);
    }

    @Override
    public Subscription onLost(Consumer<LossCause> callback) {
        return callbacks.register(callback);
    }

    /** Returns a guard that holds only as long as the ticket is exactly as it was taken: not deleted, and not shared. */
    public Guard exactGuard() {
        return new Guard.Unchanged(ticket.key(), ticket.revision());
    }

    /**
     * Writes into the ticket that it shares its turn from now on, unless that has been done.
     *
     * @param owner the name to keep in it
     */
    public CompletableFuture<CommitResult> share(Bytes owner) {
        return session.commit(Commit.builder()
                .guard(guard())
                .update(ticket.key(), TicketNote.sharing(owner))
                .build());
    }

    /** Registers a callback for requests to let go. It runs on the callback executor, and not after the loss. */
    public Subscription onRevokeRequested(Consumer<RevocationRequest> callback) {
        Revocation.Listening listening = new Revocation.Listening(session, ticket, callbacks::execute, callback);
        try {
            session.scheduler().execute(() -> {
                if (!current().isLost()) {
                    revocations.add(listening);
                    listening.open();
                }
            });
        } catch (RejectedExecutionException e) {
            // The session has ended, and there is nothing left to let go of.
            listening.close();
        }
        return listening;
    }

    /**
     * Gives the ticket back. The lease is lost when this returns; the future completes once nobody waits behind it any more: the
     * ticket is removed, or its session has ended.
     */
    public CompletableFuture<Void> release() {
        lose(LossCause.RELEASED);
        return given.copy();
    }

    /**
     * Gives the ticket back as {@link #release()} does. What can be done for it without waiting is done by the calling thread,
     * so that none has to be woken.
     */
    public void close() {
        CompletableFuture<Void> unused = session.scheduler().carry(this::release, Duration.ZERO);
    }

    /** Describes what is owned, with its token. */
    @Override
    public String toString() {
        return what + " (token " + token() + ", " + state() + ")";
    }

    /** The session has lost its connection. Called on the lane. */
    void suspended() {
        if (policy == SuspensionPolicy.FAIL_FAST) {
            lose(LossCause.CONNECTION_LOST);
        } else {
            state.updateAndGet(OwnershipState::suspended);
        }
    }

    /** After a reconnection the entry was seen to be there still. Called on the lane. */
    void verified() {
        if (isHeld()) {
            state.updateAndGet(OwnershipState::verified);
        }
    }

    /** Ends the ownership, unless it has ended already. Called by any thread. */
    void lose(LossCause cause) {
        OwnershipState before = requireNonNull(state.getAndUpdate(current -> current.lost(cause)));
        if (before.isLost()) {
            return;
        }
        if (cause != LossCause.RELEASED) {
            callbacks.lost(cause);
        }
        giveBack();
        onEnd.accept(cause);
    }

    private void giveBack() {
        try {
            session.scheduler().execute(() -> {
                forgetDeadline();
                revocations.forEach(Revocation.Listening::close);
                session.dequeue(ticket).whenComplete((done, failure) -> {
                    if (failure == null) {
                        onRemoved.run();
                    }
                    givenBack(failure);
                });
            });
        } catch (RejectedExecutionException e) {
            // The session has ended, and with it the ticket.
            given.complete(null);
        }
    }

    /** A session that is being closed takes no more operations; the ticket goes with it, a moment later. */
    private void givenBack(@Nullable Throwable failure) {
        if (failure != null && Failures.of(failure) instanceof SessionClosedException) {
            session.closeAsync().whenComplete((closed, unclean) -> given.complete(null));
        } else {
            given.complete(null);
        }
    }

    private void awaitDeadline() {
        if (!isHeld()) {
            return;
        }
        try {
            // A renewal moves the deadline while this waits, so that it is judged anew each time.
            deadline = session.scheduler().schedule(this::awaitDeadline, Duration.ofNanos(Math.max(1, provenNanos())));
        } catch (RejectedExecutionException e) {
            lose(LossCause.SESSION_CLOSED);
        }
    }

    private void forgetDeadline() {
        Subscription pending = deadline;
        if (pending != null) {
            pending.close();
        }
    }

    private long provenNanos() {
        return session.provenUntilNanos() - session.ticker().nanos();
    }

    private OwnershipState current() {
        return requireNonNull(state.get());
    }

    private OwnershipLostException lostException() {
        // The state is lost for good by now, so that the cause is there.
        String cause =
                current() instanceof OwnershipState.Lost ended ? ended.cause().description() : "it is not held";
        return new OwnershipLostException(what, token(), cause);
    }
}
