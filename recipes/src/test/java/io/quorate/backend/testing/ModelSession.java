package io.quorate.backend.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Op;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.StaleClusterException;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.backend.Ticket;
import io.quorate.backend.TicketName;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchListener;
import io.quorate.backend.testing.ModelBackend.Bug;
import io.quorate.backend.testing.ModelService.Outcome;
import io.quorate.backend.testing.ModelService.SessionRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The client side of a session of the model.
 *
 * <p>All of it happens on the lane, except that an operation is numbered in the call itself: the order of the calls is the
 * order of the operations. An operation stays in {@link #pending} until its reply has arrived or the session has ended,
 * and is sent again over each new connection until then.
 */
final class ModelSession implements Session, ModelLink.Owner {

    private final ModelBackend backend;
    private final ModelService service;
    private final VirtualTime time;
    private final Lane lane;
    private final SessionOptions options;
    private final Namespace namespace;
    private final Map<Long, Pending<?>> pending = new LinkedHashMap<>();
    private final Map<Long, ModelWatch> watches = new LinkedHashMap<>();
    private final List<StateListener> stateListeners = new ArrayList<>();
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private final ModelLink link;
    private SessionState state = SessionState.CONNECTED;
    private long nextNumber;
    private boolean closing;
    private boolean losesNextRequest;

    ModelSession(ModelBackend backend, ModelService service, Lane lane, SessionOptions options) {
        this.backend = backend;
        this.service = service;
        this.time = service.time();
        this.lane = lane;
        this.options = options;
        this.namespace = new Namespace(options.namespace());
        this.link = new ModelLink(service, lane, options.timeout(), this);
    }

    /** Opens the session; then runs one of the two on the lane. */
    void open(Runnable onAccepted, Runnable onRefused) {
        link.open(onAccepted, onRefused);
    }

    ModelLink link() {
        return link;
    }

    void loseNextRequest() {
        losesNextRequest = true;
    }

    // ---------------------------------------------------------------- what is known without asking

    @Override
    public SessionId id() {
        return requireNonNull(link.id(), "the session is not open yet");
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    @Override
    public Capabilities capabilities() {
        return backend.capabilities();
    }

    @Override
    public SessionState state() {
        return state;
    }

    @Override
    public long provenUntilNanos() {
        return link.provenUntilNanos();
    }

    @Override
    public Ticker ticker() {
        return time.ticker();
    }

    @Override
    public Lane scheduler() {
        return lane;
    }

    @Override
    public Subscription onState(Consumer<SessionState> listener) {
        checkThread();
        StateListener registered = new StateListener(listener);
        stateListeners.add(registered);
        return registered;
    }

    /** A registration: the same listener may be registered twice, and each registration is closed by itself. */
    private final class StateListener implements Subscription {

        final Consumer<SessionState> listener;

        StateListener(Consumer<SessionState> listener) {
            this.listener = listener;
        }

        @Override
        public void close() {
            checkThread();
            if (!service.has(Bug.CLOSED_STATE_LISTENER_IS_TOLD)) {
                stateListeners.remove(this);
            }
        }
    }

    // ---------------------------------------------------------------- operations

    @Override
    public CompletableFuture<Optional<Entry>> get(Key key, Read mode) {
        refuseRoot(key, "read");
        namespace.absolute(key);
        return read("get " + key + " " + mode, mode, requests -> requests.get(key, mode));
    }

    @Override
    public CompletableFuture<Listing> list(Key parent, Content content, Read mode) {
        namespace.absolute(parent);
        return read("list " + parent + " " + mode, mode, requests -> requests.list(parent, content, mode));
    }

    @Override
    public CompletableFuture<Snapshot> snapshot(Key prefix) {
        namespace.absolute(prefix);
        return read("snapshot " + prefix, Read.LATEST, requests -> requests.snapshot(prefix));
    }

    private <T> CompletableFuture<T> read(String what, Read mode, Function<ModelRequests, T> request) {
        Pending<T> read = new Pending<>(what, Kind.READ, request);
        read.isRenewal = mode == Read.LATEST;
        return submit(read);
    }

    @Override
    public CompletableFuture<CommitResult> commit(Commit commit) {
        if (!service.has(Bug.LIMITS_ARE_NOT_CHECKED)) {
            capabilities().check(commit);
        }
        for (Guard guard : commit.guards()) {
            namespace.absolute(guard.key());
        }
        for (Op op : commit.ops()) {
            namespace.absolute(op.key());
        }
        return submit(new Pending<>("commit " + commit, Kind.COMMIT, requests -> requests.commit(commit)));
    }

    @Override
    public CompletableFuture<Ticket> enqueue(Key queue, String label, @Nullable Bytes value) {
        Pending<List<Ticket>> enqueue = enqueuing(List.of(queue), label, value);
        CompletableFuture<Ticket> ticket = new CompletableFuture<>();
        ticket.whenComplete((taken, failure) -> {
            if (failure != null) {
                enqueue.future.completeExceptionally(failure);
            }
        });
        submit(enqueue).whenComplete((tickets, failure) -> {
            if (tickets == null) {
                ticket.completeExceptionally(failure);
            } else {
                ticket.complete(tickets.get(0));
            }
        });
        return ticket;
    }

    @Override
    public CompletableFuture<List<Ticket>> enqueueAll(List<Key> queues, String label, @Nullable Bytes value) {
        capabilities().check(queues);
        return submit(enqueuing(List.copyOf(queues), label, value));
    }

    private Pending<List<Ticket>> enqueuing(List<Key> queues, String label, @Nullable Bytes value) {
        checkThread();
        TicketName.checkLabel(label);
        List<String> ids = new ArrayList<>();
        for (Key queue : queues) {
            refuseRoot(queue, "queued on");
            capabilities().check(queue, value);
            String id = String.format(
                    "%016x%016x", time.random().nextLong(), time.random().nextLong());
            // A key that is too long for a ticket below it is refused here and not by the service.
            namespace.absolute(queue).child(new TicketName(label, id, Integer.MIN_VALUE).toString());
            ids.add(id);
        }
        Pending<List<Ticket>> enqueue = new Pending<>(
                "enqueue " + queues + " " + label,
                Kind.ENQUEUE,
                requests -> requests.enqueue(queues, label, ids, value));
        enqueue.onUnwanted = tickets -> {
            boolean isCleanedUp = enqueue.future.isCancelled() || !service.has(Bug.ONLY_CANCEL_CLEANS_UP);
            if (isCleanedUp && !service.has(Bug.CANCEL_LEAVES_TICKET)) {
                tickets.forEach(this::removeUnwanted);
            }
        };
        return enqueue;
    }

    private void removeUnwanted(Ticket ticket) {
        addPending(
                new Pending<>("dequeue unwanted " + ticket.key(), Kind.DEQUEUE, requests -> requests.dequeue(ticket)));
    }

    @Override
    public CompletableFuture<Void> dequeue(Ticket ticket) {
        if (!ticket.owner().equals(id())) {
            throw new IllegalArgumentException(
                    ticket.key() + " belongs to session " + ticket.owner() + ", not to " + id());
        }
        return submit(new Pending<@Nullable Void>(
                "dequeue " + ticket.key(), Kind.DEQUEUE, requests -> requests.dequeue(ticket)));
    }

    @Override
    public Watch watch(Key key, Scope scope, WatchListener listener) {
        checkThread();
        if (scope != Scope.SUBTREE) {
            refuseRoot(key, "watched in this scope");
        }
        namespace.absolute(key);
        if (isOver()) {
            throw over();
        }
        ModelWatch watch = new ModelWatch(this, service, namespace, nextNumber++, key, scope, listener);
        watches.put(watch.number(), watch);
        lane.execute(() -> {
            ModelConnection over = link.attached();
            if (over != null) {
                register(watch, over);
            }
        });
        return watch;
    }

    private static void refuseRoot(Key key, String verb) {
        if (key.isRoot()) {
            throw new InvalidKeyException("the root cannot be " + verb, 0);
        }
    }

    // ---------------------------------------------------------------- sending and receiving

    private enum Kind {
        READ,
        COMMIT,
        ENQUEUE,
        DEQUEUE,
        CLOSE
    }

    /** An operation whose reply has not arrived. */
    private final class Pending<T extends @Nullable Object> {

        final long number = nextNumber++;
        final String what;
        final Kind kind;
        final Function<ModelRequests, T> request;
        final CompletableFuture<T> future = new CompletableFuture<>();
        Consumer<T> onUnwanted = result -> {};
        boolean isRenewal = true;

        @Nullable
        ModelConnection sentOver;

        Pending(String what, Kind kind, Function<ModelRequests, T> request) {
            this.what = what;
            this.kind = kind;
            this.request = request;
        }

        boolean wasSent() {
            return sentOver != null;
        }

        boolean isWrite() {
            return kind != Kind.READ;
        }

        /** Whether nobody waits for it and it is enough not to send it. */
        boolean canBeDropped() {
            return future.isDone()
                    && !service.has(Bug.CANCELLED_COMMIT_IS_SENT)
                    && !wasSent()
                    && kind != Kind.DEQUEUE
                    && kind != Kind.CLOSE;
        }

        void onReply(Outcome<T> outcome) {
            if (pending.remove(number) == null) {
                return;
            }
            link.seen(outcome.revision());
            QuorateException failure = outcome.failure();
            if (failure != null) {
                fail(failure);
                return;
            }
            @SuppressWarnings("NullAway") // Null only if T admits it.
            T result = outcome.result();
            if (!future.complete(result)) {
                onUnwanted.accept(result);
            }
        }

        boolean canFailUnsent() {
            return !wasSent() && (kind == Kind.COMMIT || kind == Kind.ENQUEUE);
        }

        void fail(QuorateException failure) {
            future.completeExceptionally(failure);
        }

        void transmit(ModelConnection over) {
            if (sentOver == over) {
                return;
            }
            boolean again = wasSent();
            sentOver = over;
            if (isWrite() && losesNextRequest) {
                losesNextRequest = false;
                note("loses the request #" + number);
                link.breakUp();
            } else if (again && kind == Kind.COMMIT && service.has(Bug.LOST_REQUEST_IS_REPORTED_AS_DONE)) {
                reportAsDone();
            } else {
                request(over, time.nowNanos());
            }
        }

        private void request(ModelConnection over, long sentNanos) {
            long settledBelow = requireNonNull(Collections.min(pending.keySet()));
            Consumer<Outcome<T>> reply = outcome -> link.fromService(over, () -> {
                if (isRenewal && outcome.failure() == null && !service.has(Bug.OPERATIONS_PROVE_NOTHING)) {
                    link.renewed(sentNanos);
                }
                onReply(outcome);
            });
            link.send(
                    over,
                    record -> service.receive(record, number, settledBelow, what, isWrite(), this::execute, reply));
        }

        @SuppressWarnings("unchecked") // The result of a commit, which this is.
        private void reportAsDone() {
            onReply(new Outcome<>((T) new CommitResult(link.seenRevision()), null, 0));
        }

        private T execute(ModelService at, SessionRecord record) {
            return request.apply(new ModelRequests(at, record, namespace));
        }
    }

    private <T extends @Nullable Object> CompletableFuture<T> submit(Pending<T> operation) {
        checkThread();
        if (isOver()) {
            return service.has(Bug.OPERATION_AFTER_THE_END_HANGS)
                    ? new CompletableFuture<>()
                    : CompletableFuture.failedFuture(over());
        }
        addPending(operation);
        return operation.future;
    }

    private void addPending(Pending<?> operation) {
        pending.put(operation.number, operation);
        if (service.has(Bug.OPERATIONS_OVERTAKE_EACH_OTHER)) {
            Duration detour = Duration.ofNanos(time.random().nextLong(1_000_000));
            time.after(detour, () -> link.onLane(() -> send(operation)));
        } else {
            lane.execute(() -> send(operation));
        }
    }

    private void send(Pending<?> operation) {
        if (!pending.containsKey(operation.number)) {
            return;
        }
        if (operation.canBeDropped()) {
            pending.remove(operation.number);
            return;
        }
        ModelConnection over = link.attached();
        if (over != null) {
            operation.transmit(over);
        }
    }

    private void register(ModelWatch watch, ModelConnection over) {
        if (!watch.isClosed() && watch.sentOver(over)) {
            Key key = namespace.absolute(watch.key());
            link.send(over, record -> service.register(record, watch.number(), key, watch.scope(), sink(watch, over)));
        }
    }

    private ModelService.WatchSink sink(ModelWatch watch, ModelConnection over) {
        return new ModelService.WatchSink() {
            @Override
            public void whole(NavigableMap<Key, Entry> view, long revision) {
                link.fromService(over, () -> ifOpen(watch, () -> watch.onWhole(view, revision), revision));
            }

            @Override
            public void difference(List<Change> changes, long revision) {
                Runnable arrival = () -> ifOpen(watch, () -> watch.onDifference(changes, revision), revision);
                if (service.has(Bug.REPLY_OVERTAKES_BATCH)) {
                    time.after(service.maxLatency().multipliedBy(10), () -> link.onLane(arrival));
                } else {
                    link.fromService(over, arrival);
                }
            }
        };
    }

    private void ifOpen(ModelWatch watch, Runnable delivery, long revision) {
        link.seen(revision);
        if (!watch.isClosed() || service.has(Bug.CLOSED_WATCH_STILL_DELIVERS)) {
            delivery.run();
        }
    }

    void forget(ModelWatch watch) {
        watches.remove(watch.number());
        ModelConnection over = link.attached();
        if (over != null) {
            link.send(over, record -> service.unregister(record, watch.number()));
        }
    }

    // ---------------------------------------------------------------- connected, suspended

    @Override
    public void onAttached() {
        note("is connected again");
        state = SessionState.CONNECTED;
        ModelConnection over = requireNonNull(link.attached());
        // The watches first: no reply may overtake the batch that closes a watch's gap.
        if (!service.has(Bug.WATCH_ENDS_WITH_CONNECTION)) {
            List.copyOf(watches.values()).forEach(watch -> register(watch, over));
        }
        List<Pending<?>> again = new ArrayList<>(pending.values());
        if (service.has(Bug.RETRIES_ARE_REVERSED)) {
            Collections.reverse(again);
        }
        again.forEach(this::send);
        tellState();
    }

    @Override
    public void onDetached() {
        note("is suspended");
        if (service.has(Bug.STATE_IS_TOLD_TOO_EARLY)) {
            tellState();
        }
        state = SessionState.SUSPENDED;
        tellState();
    }

    /** Nothing is served by a service that is older than what was seen: what waits for it fails. */
    @Override
    public void onStale() {
        for (Pending<?> operation : List.copyOf(pending.values())) {
            if (operation.kind == Kind.COMMIT && operation.wasSent()) {
                pending.remove(operation.number);
                operation.fail(unknown(operation));
            } else if (operation.kind == Kind.READ || operation.canFailUnsent()) {
                pending.remove(operation.number);
                operation.fail(new StaleClusterException(
                        "the service is older than revision " + link.seenRevision()
                                + ", which this session has seen, as after restoring a backup; open a new session",
                        null));
            }
        }
    }

    private void tellState() {
        SessionState now = state;
        for (StateListener registered : List.copyOf(stateListeners)) {
            if (stateListeners.contains(registered)) {
                try {
                    registered.listener.accept(now);
                } catch (RuntimeException e) {
                    note("a state listener threw " + e);
                }
            }
        }
    }

    // ---------------------------------------------------------------- the end

    @Override
    public CompletableFuture<Void> closeAsync() {
        checkThread();
        if (!isOver()) {
            note("closes");
            closing = true;
            Pending<@Nullable Void> close = new Pending<>("close", Kind.CLOSE, ModelRequests::close);
            CompletableFuture<@Nullable Void> unused =
                    close.future.whenComplete((result, failure) -> end(SessionState.CLOSED));
            addPending(close);
            lane.schedule(() -> end(SessionState.CLOSED), ModelBackend.CONNECTION_TIMEOUT);
            if (service.has(Bug.CLOSE_OVERTAKES_OPERATIONS)) {
                lane.execute(() -> end(SessionState.CLOSED));
            }
        } else if (service.has(Bug.SECOND_CLOSE_HANGS)) {
            return new CompletableFuture<>();
        }
        return end.copy();
    }

    @Override
    public void close() {
        CompletableFuture<Void> ended = closeAsync();
        if (!time.isStepping()) {
            time.await(ended);
        }
    }

    @Override
    public void onExpired() {
        end(closing ? SessionState.CLOSED : SessionState.EXPIRED);
    }

    private void end(SessionState terminal) {
        if (state.isTerminal()) {
            return;
        }
        note("ends as " + terminal);
        state = terminal;
        link.end();
        for (Pending<?> operation : List.copyOf(pending.values())) {
            pending.remove(operation.number);
            operation.fail(causeAtTheEnd(operation));
        }
        for (ModelWatch watch : List.copyOf(watches.values())) {
            watch.end(over());
        }
        watches.clear();
        tellState();
        lane.execute(() -> {
            if (!service.has(Bug.LANE_OUTLIVES_SESSION)) {
                lane.shutdown();
            }
            backend.ended(this);
            end.complete(null);
        });
    }

    private QuorateException causeAtTheEnd(Pending<?> operation) {
        boolean isUnknown = operation.kind == Kind.COMMIT && operation.wasSent();
        return isUnknown && !service.has(Bug.UNKNOWN_IS_REPORTED_AS_GONE) ? unknown(operation) : over();
    }

    private QuorateException unknown(Pending<?> operation) {
        return new OutcomeUnknownException(
                "nobody knows whether this happened, because the reply was lost with the session: " + operation.what
                        + "; read before retrying",
                null);
    }

    private boolean isOver() {
        return closing || state.isTerminal();
    }

    private QuorateException over() {
        return state == SessionState.EXPIRED ? new SessionExpiredException(id()) : new SessionClosedException(id());
    }

    void note(String what) {
        time.note(lane + " " + what);
    }

    void checkThread() {
        time.checkThread();
    }
}
