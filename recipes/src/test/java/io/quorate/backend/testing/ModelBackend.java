package io.quorate.backend.testing;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SuspensionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A client of the {@link ModelService}: the backend contract as a program, for tests of recipes and of the contract suite.
 *
 * <p>It is strict: what the interface forbids is refused, also where a real backend might let it pass. It belongs to the
 * thread of its {@link VirtualTime}. Waiting for it means running that world, so {@link #close()} runs it until all
 * sessions have ended, unless it is called from within an event, where it begins the end only.
 *
 * <p>Between sessions of one client there is no difference but the lane: each has a connection of its own.
 */
public final class ModelBackend implements Backend {

    /** How long an attempt to connect or to say goodbye may take. */
    static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration RETRY_DELAY = Duration.ofMillis(50);

    private static final Capabilities CAPABILITIES = new Capabilities(
            Capabilities.DEFAULT_MAX_VALUE_BYTES,
            Capabilities.DEFAULT_MAX_COMMIT_SIZE,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            SuspensionPolicy.UNTIL_DEADLINE);

    /** Ways in which the model can be made wrong on purpose. Each must be noticed by the contract suite. */
    public enum Bug {
        /** An operation that is retried after its reply was lost is carried out a second time. */
        RETRY_IS_APPLIED_AGAIN,
        /** After a reconnection, operations in flight are sent again in the wrong order. */
        RETRIES_ARE_REVERSED,
        /** A write whose request was lost is reported as done without being sent again. */
        LOST_REQUEST_IS_REPORTED_AS_DONE,
        /** A guard on existence always holds. */
        EXISTS_GUARD_IGNORED,
        /** A guard on a revision always holds. */
        UNCHANGED_GUARD_IGNORED,
        /** A guard on a revision holds for an entry with the same value that was created anew. */
        UNCHANGED_GUARD_COMPARES_VALUES,
        /** A guard on a ticket always holds. */
        TICKET_GUARD_IGNORED,
        /** A failed guard is reported at the first position. */
        WRONG_INDEX,
        /** A commit that fails keeps what it did before the failure. */
        FAILED_COMMIT_IS_HALF_APPLIED,
        /** A missing value is stored as an empty one. */
        NO_VALUE_BECOMES_EMPTY,
        /** A read that must be the latest is served from an older state. */
        LATEST_READ_IS_STALE,
        /** A read that may be stale is staler than what the session has seen. */
        ANY_READ_GOES_BACK,
        /** A listing is in the order of the keys. */
        LISTING_IS_ORDERED_BY_KEY,
        /** The batch of a commit with several changes comes in two. */
        BATCH_IS_SPLIT,
        /** An initial batch without entries is not delivered. */
        EMPTY_FIRST_BATCH_IS_LEFT_OUT,
        /** Batches take another way than replies and may arrive after them. */
        REPLY_OVERTAKES_BATCH,
        /** After a reconnection, entries with equal values are taken for unchanged. */
        GAP_COMPARES_VALUES,
        /** After a reconnection, deletions are not reported. */
        GAP_FORGETS_REMOVALS,
        /** After a reconnection during which nothing happened, a watch is not told that it is in step again. */
        NEEDLESS_GAP_IS_NOT_TOLD,
        /** After a reconnection, watches are not set again. */
        WATCH_ENDS_WITH_CONNECTION,
        /** The service keeps a watch that the client has closed. */
        CLOSED_WATCH_STAYS_REGISTERED,
        /** A watch whose listener threw gets no more batches. */
        THROWING_LISTENER_IS_DROPPED,
        /** The end of a session leaves what it owned. */
        END_OF_SESSION_LEAVES_ENTRIES,
        /** What an expired session owned vanishes one by one. */
        EXPIRY_IN_SEVERAL_COMMITS,
        /** The service carries out what a session sent that has expired in the meantime. */
        EXPIRED_SESSION_STILL_WRITES,
        /** A commit in flight at the end of a session is reported as certainly not done. */
        UNKNOWN_IS_REPORTED_AS_GONE,
        /** A session is proven from the arrival of the confirmation, not from the sending of the renewal. */
        PROOF_COUNTS_FROM_THE_REPLY,
        /** A session counts as proven for its whole time-out. */
        PROOF_HAS_NO_MARGIN,
        /** Operations prove nothing; only the renewals that the backend sends by itself do. */
        OPERATIONS_PROVE_NOTHING,
        /** A synced read is served from an older state. */
        SYNCED_READ_IS_STALE,
        /** A session is never renewed. */
        PROOF_IS_NOT_RENEWED,
        /** A cancelled enqueue leaves its ticket. */
        CANCEL_LEAVES_TICKET,
        /** A queue that is emptied gives its tickets the same names again when it is created anew. */
        TICKET_NAME_IS_USED_AGAIN,
        /** A ticket's revision is its place in the queue. */
        TICKET_REVISION_STARTS_ANEW,
        /** A ticket names its predecessor only. */
        ONLY_THE_PREDECESSOR_IS_AHEAD,
        /** Tickets of several queues are taken one after the other. */
        TICKETS_ARE_TAKEN_ONE_BY_ONE,
        /** Giving a ticket back removes the one at the head. */
        DEQUEUE_REMOVES_THE_FIRST,
        /** A queue stays when it is empty. */
        EMPTY_QUEUE_STAYS,
        /** The lane accepts tasks after its session has ended. */
        LANE_OUTLIVES_SESSION,
        /** Operations after the end of the session wait for ever. */
        OPERATION_AFTER_THE_END_HANGS,
        /** A service that shows an older state than the session has seen is believed. */
        STALE_SERVICE_ACCEPTED,
        /** An update counts as a creation. */
        UPDATE_MOVES_THE_CREATE_REVISION,
        /** An update makes an owned entry persistent. */
        UPDATE_FORGETS_THE_OWNER,
        /** An entry is deleted although it has children. */
        PARENT_IS_DELETED_BEFORE_ITS_CHILDREN,
        /** An owned entry cannot be deleted by others. */
        OWNED_ENTRY_IS_HIDDEN_FROM_OTHERS,
        /** Operations in flight are sent in random order. */
        OPERATIONS_OVERTAKE_EACH_OTHER,
        /** A restart loses the last commit. */
        RESTART_LOSES_THE_LAST_COMMIT,
        /** The limits are not looked at. */
        LIMITS_ARE_NOT_CHECKED,
        /** A state is told before it is published. */
        STATE_IS_TOLD_TOO_EARLY,
        /** A closed registration of a state listener goes on. */
        CLOSED_STATE_LISTENER_IS_TOLD,
        /** What arrives is not handed to the lane. */
        LANE_IS_BYPASSED,
        /** A session ends with its connection. */
        SESSION_ENDS_WITH_CONNECTION,
        /** Closing does not wait for operations in flight. */
        CLOSE_OVERTAKES_OPERATIONS,
        /** A second close waits for ever. */
        SECOND_CLOSE_HANGS,
        /** Closing a backend forgets its sessions. */
        BACKEND_FORGETS_ITS_SESSIONS,
        /** An open that was cancelled leaves its session. */
        CANCELLED_OPEN_LEAVES_SESSION,
        /** An open waits for ever for a service that is down. */
        OPEN_WAITS_FOR_EVER,
        /** A commit that was cancelled before it was sent is sent all the same. */
        CANCELLED_COMMIT_IS_SENT,
        /** An operation that somebody else completed is cancelled too late to prevent anything and cleaned up by nobody. */
        ONLY_CANCEL_CLEANS_UP,
        /** A prefix is compared by characters. */
        PREFIX_IS_COMPARED_BY_CHARACTERS,
        /** The first batch shows what happens from then on only. */
        FIRST_BATCH_IS_EMPTY,
        /** A watch that was closed still gets what is under way. */
        CLOSED_WATCH_STILL_DELIVERS,
        /** A ticket loses its value. */
        TICKET_LOSES_ITS_VALUE,
        /** What an operator deletes is not told to watches. */
        FOREIGN_DELETION_IS_NOT_TOLD,
        /** A service that is up is described as down, and the reverse. */
        DESCRIPTION_IS_UPSIDE_DOWN
    }

    private final ModelService service;
    private final VirtualTime time;
    private final String name;
    private final Set<ModelSession> sessions = new LinkedHashSet<>();
    private final List<Lane> lanes = new ArrayList<>();
    private boolean closed;

    ModelBackend(ModelService service, VirtualTime time, String name) {
        this.service = service;
        this.time = time;
        this.name = name;
    }

    @Override
    public CompletableFuture<Session> open(SessionOptions options) {
        time.checkThread();
        CAPABILITIES.check(options);
        if (closed) {
            throw new IllegalStateException("this backend is closed; create a new one");
        }
        Lane lane = time.newLane(name + "/" + options.ownerName());
        lanes.add(lane);
        Opening opening = new Opening(options, lane);
        lane.execute(opening::attempt);
        lane.schedule(opening::giveUp, CONNECTION_TIMEOUT);
        return opening.result;
    }

    /** One call of {@link #open}: tries until the service answers or time is up. */
    private final class Opening {

        private final CompletableFuture<Session> result = new CompletableFuture<>();
        private final SessionOptions options;
        private final Lane lane;
        private boolean ended;

        Opening(SessionOptions options, Lane lane) {
            this.options = options;
            this.lane = lane;
        }

        void attempt() {
            if (ended || result.isDone()) {
                ended = true;
                lane.shutdown();
                return;
            }
            if (!service.isRunning()) {
                lane.schedule(this::attempt, RETRY_DELAY);
                return;
            }
            ModelSession session = new ModelSession(ModelBackend.this, service, lane, options);
            session.open(() -> accepted(session), () -> lane.schedule(this::attempt, RETRY_DELAY));
        }

        private void accepted(ModelSession session) {
            if (!service.has(Bug.BACKEND_FORGETS_ITS_SESSIONS)) {
                sessions.add(session);
            }
            boolean wanted = !ended;
            ended = true;
            if ((!wanted || !result.complete(session)) && !service.has(Bug.CANCELLED_OPEN_LEAVES_SESSION)) {
                session.close();
            }
        }

        void giveUp() {
            if (!ended && !service.has(Bug.OPEN_WAITS_FOR_EVER)) {
                ended = true;
                result.completeExceptionally(new BackendUnavailableException(
                        "no connection within " + CONNECTION_TIMEOUT + "; check that the service runs, then retry",
                        null));
            }
        }
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public CompletableFuture<BackendView> describe() {
        time.checkThread();
        CompletableFuture<BackendView> view = new CompletableFuture<>();
        time.after(service.maxLatency(), () -> view.complete(view()));
        return view;
    }

    private BackendView view() {
        boolean up = service.isRunning() != service.has(Bug.DESCRIPTION_IS_UPSIDE_DOWN);
        return new BackendView(
                "model",
                up,
                List.of(new BackendView.Member(
                        "model",
                        up ? BackendView.Role.STANDALONE : BackendView.Role.UNREACHABLE,
                        OptionalLong.empty(),
                        up ? Optional.of(service.maxLatency()) : Optional.empty(),
                        up ? OptionalInt.of(service.sessionCount()) : OptionalInt.empty(),
                        up ? OptionalInt.of(service.sessionCount()) : OptionalInt.empty())));
    }

    @Override
    public void close() {
        time.checkThread();
        closed = true;
        for (ModelSession session : List.copyOf(sessions)) {
            CompletableFuture<Void> unused = session.closeAsync();
        }
        if (!time.isStepping()) {
            time.runUntil(sessions::isEmpty);
        }
    }

    void ended(ModelSession session) {
        sessions.remove(session);
    }

    VirtualTime time() {
        return time;
    }

    /** Returns the names of the lanes that have not ended. */
    List<String> liveLanes() {
        return lanes.stream()
                .filter(lane -> !lane.isTerminated())
                .map(Lane::toString)
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
