package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.lease.LossCause;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to own something, from the wish to the grant.
 *
 * <p>The future that {@link #begin()} returns may be completed by the user at any time, by cancelling it or with a time-out. Whatever the attempt
 * has left in the backend by then is removed, and a grant that comes too late is given back.
 *
 * <p>An attempt outlives the session on which it began: as nothing was granted yet, nothing is lost by queueing up again on
 * the next one.
 *
 * @param <T> what the user gets
 */
public final class Acquisition<T> implements WaitingLine.Waiter {

    /**
     * What is wanted.
     *
     * @param what in words, for messages
     * @param queue the queue in which the turn is taken
     * @param label the ticket's label
     * @param owner who wants it, for listings
     * @param rule when it is the turn
     * @param policy what the lease does while suspended; {@code null} for what the backend recommends
     * @param onlyAtOnce whether to give up rather than to wait
     */
    public record Request(
            String what,
            Key queue,
            String label,
            Bytes owner,
            GrantRule rule,
            @Nullable SuspensionPolicy policy,
            boolean onlyAtOnce) {}

    /** Somebody who is told how an attempt goes: all of it on the lane but for the end, which any thread may bring about. */
    public interface Observer {

        /** Nobody. */
        Observer NONE = new Observer() {};

        /** The attempt has a session whose time it can be measured by; told again for each further session. */
        default void began(Session session) {}

        /**
         * The turn has come.
         *
         * @param others how many other tickets are in the queue, behind it or beside it
         */
        default void granted(Ownership ownership, int others) {}

        /** What was granted has ended, be it by a release. Told once. */
        default void ended(long token, LossCause cause) {}

        /** The attempt is over without a grant. */
        default void notGranted() {}
    }

    /** Where the attempt stands at the moment. */
    private record Stand(LiveSession live, Place place) {}

    private final SessionSource sessions;
    private final Request request;
    private final Executor callbackExecutor;
    private final Executor completionExecutor;
    private final Function<Optional<Ownership>, T> toResult;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private volatile @Nullable Stand stand;
    private volatile boolean queued;
    private Observer observer = Observer.NONE;

    /**
     * Creates an attempt; {@link #begin()} makes it.
     *
     * @param callbackExecutor where the callbacks of the lease run
     * @param completionExecutor where the result is completed, and with it what the user made dependent on it
     * @param toResult makes what the user gets out of the ownership, or out of nothing if it was to be at once and was not
     */
    public Acquisition(
            SessionSource sessions,
            Request request,
            Executor callbackExecutor,
            Executor completionExecutor,
            Function<Optional<Ownership>, T> toResult) {
        this.sessions = sessions;
        this.request = request;
        this.callbackExecutor = callbackExecutor;
        this.completionExecutor = completionExecutor;
        this.toResult = toResult;
    }

    /** Has somebody told how the attempt goes. Called before it begins. */
    public Acquisition<T> observedBy(Observer told) {
        this.observer = told;
        return this;
    }

    /** Makes the attempt and returns the result. */
    public CompletableFuture<T> begin() {
        result.whenComplete((value, failure) -> {
            if (failure != null) {
                observer.notGranted();
                abandon();
            }
        });
        attempt();
        return result;
    }

    /** Returns what is known about the reason why there is no result yet, in words. */
    public String whyNotYet() {
        Stand current = stand;
        if (current == null) {
            return "the backend did not answer";
        }
        return switch (current.live().session().state()) {
            case CONNECTED -> queued ? "others hold it or wait for it" : "the backend did not answer";
            case SUSPENDED -> "the connection to the backend is lost";
            case EXPIRED, CLOSED -> "the session has ended and no new one could be opened";
        };
    }

    @Override
    public void granted(Ownership ownership) {
        observer.granted(ownership, othersInQueue());
        try {
            completionExecutor.execute(() -> {
                if (!result.complete(toResult.apply(Optional.of(ownership)))) {
                    ownership.release();
                }
            });
        } catch (RuntimeException e) {
            // A grant of which nobody can be told would keep everybody else waiting.
            ownership.release();
            result.completeExceptionally(new OverloadedException(
                    request.what() + " was granted and given back, because the callback executor takes no tasks;"
                            + " try again, or use an executor that does not reject",
                    e));
        }
    }

    @Override
    public void hasToWait() {
        queued = true;
        if (request.onlyAtOnce()) {
            nothing();
        }
    }

    @Override
    public void removed() {
        attempt();
    }

    @Override
    public void failed(QuorateException cause) {
        if (cause instanceof SessionExpiredException) {
            attempt();
        } else {
            fail(cause);
        }
    }

    private void attempt() {
        if (result.isDone()) {
            return;
        }
        sessions.current().whenComplete((live, failure) -> {
            if (live == null) {
                fail(Failures.of(failure));
            } else {
                onLane(live, () -> tryToBegin(live));
            }
        });
    }

    private void tryToBegin(LiveSession live) {
        try {
            begin(live);
        } catch (RuntimeException e) {
            failed(Failures.of(e));
        }
    }

    private void begin(LiveSession live) {
        if (result.isDone()) {
            return;
        }
        observer.began(live.session());
        if (!request.onlyAtOnce() || live.lines().isKnownEmpty(request.queue())) {
            join(live);
            return;
        }
        // Looking first costs the backend no write where the answer is no, which it mostly is for those who only try.
        live.session().list(request.queue(), Content.KEYS, Read.SYNCED).whenComplete((listing, failure) -> {
            if (listing == null) {
                failed(Failures.of(failure));
            } else if (listing.keys().stream().anyMatch(Acquisition::isTicket)) {
                nothing();
            } else {
                join(live);
            }
        });
    }

    private void join(LiveSession live) {
        if (result.isDone()) {
            return;
        }
        Place place;
        try {
            place = live.lines()
                    .join(
                            request.queue(),
                            request.label(),
                            request.owner(),
                            request.rule(),
                            ticket -> own(live.session(), ticket),
                            this);
        } catch (RuntimeException e) {
            failed(Failures.of(e));
            return;
        }
        queued = false;
        stand = new Stand(live, place);
        if (result.isDone()) {
            live.lines().leave(request.queue(), place);
        }
    }

    private Ownership own(Session session, Ticket ticket) {
        SuspensionPolicy asked = request.policy();
        SuspensionPolicy policy = asked != null ? asked : session.capabilities().suspensionPolicy();
        return new Ownership(
                request.what(),
                session,
                ticket,
                policy,
                callbackExecutor,
                cause -> observer.ended(ticket.revision(), cause));
    }

    private void nothing() {
        complete(() -> {
            if (result.complete(toResult.apply(Optional.empty()))) {
                observer.notGranted();
                abandon();
            }
        });
    }

    private void fail(QuorateException cause) {
        complete(() -> result.completeExceptionally(cause));
    }

    private void complete(Runnable completion) {
        try {
            completionExecutor.execute(completion);
        } catch (RuntimeException e) {
            // The client was closed, and its executor with it, or the user's executor fails; whoever still waits is
            // told here.
            completion.run();
        }
    }

    private int othersInQueue() {
        Stand current = stand;
        return current == null ? 0 : Math.max(0, current.live().lines().sizeOf(request.queue()) - 1);
    }

    private void abandon() {
        Stand current = stand;
        if (current != null) {
            onLane(current.live(), () -> current.live().lines().leave(request.queue(), current.place()));
        }
    }

    private void onLane(LiveSession live, Runnable task) {
        try {
            live.session().scheduler().execute(task);
        } catch (RejectedExecutionException e) {
            // That session has ended in this very moment; an attempt that still waits goes on with the next one.
            attempt();
        }
    }

    private static boolean isTicket(Key key) {
        return TicketName.parse(key.name()).isPresent();
    }
}
