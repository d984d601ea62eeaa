package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Key;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticket;
import io.quorate.lease.LossCause;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
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
public final class Acquisition<T> {

    /**
     * What is wanted.
     *
     * @param what in words, for messages
     * @param queues the queues in which the turn is taken, in all of them or in none
     * @param label the tickets' label
     * @param owner who wants it, for listings
     * @param rule when it is the turn
     * @param terms the entry on which the rule depends; {@code null} if it depends on none
     * @param policy what the lease does while suspended; {@code null} for what the backend recommends
     * @param onlyAtOnce whether to give up rather than to wait
     */
    public record Request(
            String what,
            List<Key> queues,
            String label,
            Bytes owner,
            GrantRule rule,
            @Nullable QueueTerms terms,
            @Nullable SuspensionPolicy policy,
            boolean onlyAtOnce) {

        /** Copies the list. */
        public Request {
            queues = List.copyOf(queues);
        }

        /** Creates a request for the turn in one queue, by a rule without terms. */
        public Request(
                String what,
                Key queue,
                String label,
                Bytes owner,
                GrantRule rule,
                @Nullable SuspensionPolicy policy,
                boolean onlyAtOnce) {
            this(what, List.of(queue), label, owner, rule, null, policy, onlyAtOnce);
        }
    }

    /** Makes what the user gets out of the ownerships, one per queue, or out of nothing if it was to be at once and was not. */
    public interface ToResult<T> {
        /** Makes the result. */
        T of(Optional<List<Ownership>> ownerships);
    }

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

    private final SessionSource sessions;
    private final Request request;
    private final Executor callbackExecutor;
    private final Executor completionExecutor;
    private final ToResult<T> toResult;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private volatile @Nullable Stand stand;
    private volatile boolean queued;
    private Observer observer = Observer.NONE;

    /** Whether the end of a grant of several ownerships was told. */
    private final AtomicBoolean endTold = new AtomicBoolean();

    /**
     * Creates an attempt at one queue; {@link #begin()} makes it.
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
        this(sessions, request, callbackExecutor, completionExecutor, (ToResult<T>)
                ownerships -> toResult.apply(ownerships.map(all -> all.get(0))));
    }

    private Acquisition(
            SessionSource sessions,
            Request request,
            Executor callbackExecutor,
            Executor completionExecutor,
            ToResult<T> toResult) {
        this.sessions = sessions;
        this.request = request;
        this.callbackExecutor = callbackExecutor;
        this.completionExecutor = completionExecutor;
        this.toResult = toResult;
    }

    /** Creates an attempt at any number of queues; otherwise as the constructor does. */
    public static <T> Acquisition<T> ofAll(
            SessionSource sessions,
            Request request,
            Executor callbackExecutor,
            Executor completionExecutor,
            ToResult<T> toResult) {
        return new Acquisition<>(sessions, request, callbackExecutor, completionExecutor, toResult);
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

    /** Returns whether the attempt has its place in the queue, and others are ahead. */
    public boolean isWaiting() {
        Stand current = stand;
        return current != null && queued && current.live.session().state() == SessionState.CONNECTED;
    }

    /** Returns what is known about the reason why there is no result yet, in words. */
    public String whyNotYet() {
        Stand current = stand;
        if (current == null) {
            return "the backend did not answer";
        }
        return switch (current.live.session().state()) {
            case CONNECTED -> queued ? "others hold it or wait for it" : "the backend did not answer";
            case SUSPENDED -> "the connection to the backend is lost";
            case EXPIRED, CLOSED -> "the session has ended and no new one could be opened";
        };
    }

    /** Where the attempt stands on one session: a place in each queue, or the turn already. Touched on the lane. */
    private final class Stand {

        private final LiveSession live;
        private final Map<Integer, Ownership> owned = new TreeMap<>();
        private List<Place> places = List.of();
        private boolean over;

        Stand(LiveSession live) {
            this.live = live;
        }

        WaitingLine.Waiter part(int index) {
            return new WaitingLine.Waiter() {
                @Override
                public void hasToWait() {
                    queued = true;
                    if (request.onlyAtOnce()) {
                        nothing();
                    }
                }

                @Override
                public void granted(Ownership ownership) {
                    Stand.this.granted(index, ownership);
                }

                @Override
                public void removed() {
                    if (giveUp()) {
                        attempt();
                    }
                }

                @Override
                public void failed(QuorateException cause) {
                    if (giveUp()) {
                        endedBy(cause);
                    }
                }
            };
        }

        private int othersInQueue() {
            int size = 0;
            for (Key queue : request.queues()) {
                size = Math.max(size, live.lines().sizeOf(queue));
            }
            return Math.max(0, size - 1);
        }

        private void granted(int index, Ownership ownership) {
            if (over) {
                ownership.release();
                return;
            }
            owned.put(index, ownership);
            if (owned.size() < request.queues().size()) {
                return;
            }
            List<Ownership> all = List.copyOf(owned.values());
            if (all.stream().allMatch(Ownership::isHeld) || all.size() == 1) {
                over = true;
                observer.granted(all.get(0), othersInQueue());
                complete(all);
            } else if (giveUp()) {
                // One of them was lost while the others were waited for.
                attempt();
            }
        }

        /** Leaves all places and gives back what is owned; returns whether there was anything left to give up. */
        boolean giveUp() {
            boolean first = !over;
            over = true;
            if (first) {
                for (int i = 0; i < places.size(); i++) {
                    live.lines().leave(request.queues().get(i), places.get(i));
                }
                owned.values().forEach(Ownership::release);
            }
            return first;
        }
    }

    private void complete(List<Ownership> all) {
        try {
            completionExecutor.execute(() -> {
                if (!result.complete(toResult.of(Optional.of(all)))) {
                    all.forEach(Ownership::release);
                }
            });
        } catch (RuntimeException e) {
            // A grant of which nobody can be told would keep everybody else waiting.
            all.forEach(Ownership::release);
            result.completeExceptionally(new OverloadedException(
                    request.what() + " was granted and given back, because the callback executor takes no tasks;"
                            + " try again, or use an executor that does not reject",
                    e));
        }
    }

    private void endedBy(QuorateException cause) {
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
            endedBy(Failures.of(e));
        }
    }

    private void begin(LiveSession live) {
        if (result.isDone()) {
            return;
        }
        observer.began(live.session());
        if (request.onlyAtOnce()) {
            // Looking first costs the backend no write where the answer is no, which it mostly is for those who only
            // try.
            new Look(live.session(), request).begin().whenComplete((sharing, failure) -> {
                if (sharing == null) {
                    endedBy(Failures.of(failure));
                } else if (sharing.isPresent()) {
                    request.queues().forEach(queue -> live.lines().noteSharing(queue, sharing.get()));
                    join(live);
                } else {
                    nothing();
                }
            });
        } else {
            join(live);
        }
    }

    private void join(LiveSession live) {
        if (result.isDone()) {
            return;
        }
        Stand next = new Stand(live);
        try {
            next.places = places(live, next);
        } catch (RuntimeException e) {
            endedBy(Failures.of(e));
            return;
        }
        queued = false;
        stand = next;
        if (result.isDone()) {
            next.giveUp();
        }
    }

    private List<Place> places(LiveSession live, Stand next) {
        WaitingLine.Grants grants = ticket -> own(live.session(), ticket);
        List<Key> queues = request.queues();
        QueueTerms terms = request.terms();
        if (terms != null) {
            queues.forEach(queue -> live.lines().watchTerms(queue, terms));
        }
        if (queues.size() > 1) {
            return live.lines().joinAll(queues, request.label(), request.owner(), request.rule(), grants, next::part);
        }
        return List.of(live.lines()
                .join(queues.get(0), request.label(), request.owner(), request.rule(), grants, next.part(0)));
    }

    private Ownership own(Session session, Ticket ticket) {
        SuspensionPolicy asked = request.policy();
        SuspensionPolicy policy = asked != null ? asked : session.capabilities().suspensionPolicy();
        return new Ownership(request.what(), session, ticket, policy, callbackExecutor, cause -> ended(ticket, cause));
    }

    /** Several ownerships that are one to the user end as one, with the first of them. */
    private void ended(Ticket ticket, LossCause cause) {
        if (request.queues().size() == 1 || endTold.compareAndSet(false, true)) {
            observer.ended(ticket.revision(), cause);
        }
    }

    private void nothing() {
        complete(() -> {
            if (result.complete(toResult.of(Optional.empty()))) {
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

    private void abandon() {
        Stand current = stand;
        if (current != null) {
            onLane(current.live, current::giveUp);
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
}
