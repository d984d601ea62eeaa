package io.quorate.backend.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.SessionId;
import io.quorate.backend.Subscription;
import io.quorate.backend.testing.ModelBackend.Bug;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The service side of the model backend: one store, its sessions and its watches, in one thread under virtual time.
 *
 * <p>Every message that arrives is handled at once and in full. The state is an immutable value that a commit replaces, so
 * most of the contract holds by construction: what is left is to remember the outcomes of operations until their replies
 * have arrived, to send the difference that a commit makes to those who watch it before the reply to the commit, and to
 * forget sessions that have been silent for their time-out.
 *
 * <p>It is as unkind as the contract allows: revisions have gaps, reads with {@link io.quorate.backend.Read#ANY} are stale,
 * the sequence numbers of a new queue may begin just below their overflow.
 */
public final class ModelService {

    /** How many of the last states may still be shown to a read that asks for any. */
    private static final int STALENESS = 8;

    private static final Duration MAX_LATENCY = Duration.ofMillis(5);
    private static final Duration MAX_REAPING_DELAY = Duration.ofSeconds(3);
    private static final Duration ELECTION = Duration.ofMillis(200);
    private static final Instant BIRTH = Instant.parse("2026-01-01T00:00:00Z");

    /** A request as the service carries it out; throws what the client's future is to fail with. */
    interface Request<T extends @Nullable Object> {
        T execute(ModelService service, SessionRecord session);
    }

    /**
     * What became of a request.
     *
     * @param revision the revision of the newest state that the client has seen with this reply
     */
    record Outcome<T extends @Nullable Object>(
            @Nullable T result, @Nullable QuorateException failure, long revision) {}

    /** What a watch is sent: the whole view at first, then what each commit changed. */
    interface WatchSink {
        void whole(NavigableMap<Key, Entry> view, long revision);

        void difference(List<Change> changes, long revision);
    }

    private record Registration(Key key, Scope scope, WatchSink sink) {}

    private record Place(Key key, Scope scope) {}

    /** How the service answers a client that wants to come back. */
    enum Welcome {
        ATTACHED,
        EXPIRED,
        STALE
    }

    /** What the service knows of one session. */
    static final class SessionRecord {

        final SessionId id;
        final Duration timeout;
        final Map<Long, Outcome<?>> outcomes = new HashMap<>();
        final Map<Long, Registration> watches = new LinkedHashMap<>();

        @Nullable
        ModelConnection connection;

        Consumer<ModelConnection> onExpired = connection -> {};
        long seenRevision;
        long lastHeardNanos;
        boolean losesNextReply;

        SessionRecord(SessionId id, Duration timeout) {
            this.id = id;
            this.timeout = timeout;
        }
    }

    private final VirtualTime time;
    private final Set<Bug> bugs = EnumSet.noneOf(Bug.class);
    private final Deque<ModelState> history = new ArrayDeque<>(List.of(ModelState.EMPTY));
    private final Map<Place, Long> lastChanges = new HashMap<>();
    private final Map<SessionId, SessionRecord> sessions = new LinkedHashMap<>();
    private final List<ModelBackend> clients = new ArrayList<>();
    private boolean running = true;
    private int incarnation;

    /** Creates a service without data that runs from the start. */
    public ModelService(VirtualTime time) {
        this.time = time;
    }

    /** Creates a service that is wrong in one way, to see a test notice. */
    public ModelService(VirtualTime time, Bug bug) {
        this(time);
        bugs.add(bug);
    }

    /** Makes a client with connections of its own. */
    public ModelBackend newBackend() {
        ModelBackend client = new ModelBackend(this, time, "client-" + (clients.size() + 1));
        clients.add(client);
        return client;
    }

    /** Returns the clients that were made so far. */
    List<ModelBackend> clients() {
        return List.copyOf(clients);
    }

    /** Stops serving and breaks all connections; what was acknowledged is kept. */
    public void stop() {
        time.note("service stops");
        running = false;
        incarnation++;
        if (has(Bug.RESTART_LOSES_THE_LAST_COMMIT) && history.size() > 1) {
            history.removeLast();
        }
        sessions.values().forEach(ModelService::disconnect);
    }

    /** Serves again. Every session gets its whole time-out to come back. */
    public void start() {
        if (running) {
            return;
        }
        time.note("service starts");
        running = true;
        for (SessionRecord session : sessions.values()) {
            session.lastHeardNanos = time.nowNanos();
            watchForSilence(session);
        }
    }

    /** Lets the leader die and another one take over after an election. */
    public void killLeader() {
        stop();
        time.after(ELECTION, this::start);
    }

    /** Copies everything that is kept; the returned action stops the service, puts the copy back, and starts it again. */
    public Runnable backUp() {
        ModelState saved = state();
        Map<SessionId, SessionRecord> savedSessions = new LinkedHashMap<>();
        sessions.forEach((id, session) -> savedSessions.put(id, copy(session)));
        Map<Place, Long> savedChanges = Map.copyOf(lastChanges);
        return () -> {
            stop();
            time.note("service is restored to revision " + saved.revision());
            history.clear();
            history.add(saved);
            lastChanges.clear();
            lastChanges.putAll(savedChanges);
            sessions.clear();
            sessions.putAll(savedSessions);
            start();
        };
    }

    private static SessionRecord copy(SessionRecord session) {
        SessionRecord copy = new SessionRecord(session.id, session.timeout);
        copy.outcomes.putAll(session.outcomes);
        copy.seenRevision = session.seenRevision;
        return copy;
    }

    /** Expires a session as if it had been silent for its time-out. */
    public void expire(SessionId id) {
        SessionRecord session = sessions.get(id);
        if (session == null) {
            return;
        }
        time.note("service expires " + id);
        removeSession(session);
        ModelConnection connection = session.connection;
        if (connection != null) {
            session.onExpired.accept(connection);
        }
    }

    /** Deletes an entry and everything below it in one commit, whoever owns it. */
    public void deleteRaw(Key key) {
        time.note("operator deletes " + key);
        ModelState.Draft draft = state().draft();
        List.copyOf(draft.entries.keySet()).stream()
                .filter(existing -> existing.startsWith(key))
                .forEach(draft::remove);
        if (has(Bug.FOREIGN_DELETION_IS_NOT_TOLD)) {
            history.add(draft.finish(nextRevision()));
        } else {
            publish(draft.finish(nextRevision()));
        }
    }

    /** Returns the keys that exist at this moment. */
    public Set<Key> keys() {
        return Set.copyOf(state().entries().keySet());
    }

    /** Returns whether a key exists at this moment. */
    public boolean exists(Key key) {
        return state().entry(key) != null;
    }

    /** Returns whether the service knows a session at this moment. */
    public boolean isOpen(SessionId session) {
        return sessions.containsKey(session);
    }

    /** Counts what is kept on behalf of clients. */
    public ServiceState audit() {
        int owned = (int) state().entries().values().stream()
                .filter(Entry::isSessionOwned)
                .count();
        int watches = sessions.values().stream()
                .mapToInt(session -> session.watches.size())
                .sum();
        return new ServiceState(sessions.size(), owned, watches);
    }

    boolean has(Bug bug) {
        return bugs.contains(bug);
    }

    boolean isRunning() {
        return running;
    }

    int sessionCount() {
        return sessions.size();
    }

    Duration maxLatency() {
        return MAX_LATENCY;
    }

    ModelState state() {
        return requireNonNull(history.peekLast());
    }

    VirtualTime time() {
        return time;
    }

    Instant now() {
        return BIRTH.plusNanos(time.nowNanos());
    }

    /** The next revision; there may be gaps, as in a log that other clients write to. */
    long nextRevision() {
        return state().revision() + 1 + time.random().nextInt(3);
    }

    /** One of the last states, but none older than what the session has seen. */
    ModelState staleState(SessionRecord session) {
        List<ModelState> eligible = history.stream()
                .filter(state -> has(Bug.ANY_READ_GOES_BACK) || state.revision() >= session.seenRevision)
                .toList();
        return eligible.get(time.random().nextInt(eligible.size()));
    }

    /** Whether one of the last states shows this value at this revision; what a planted bug relies on. */
    boolean hadValue(Key key, long modRevision, @Nullable Bytes value) {
        return history.stream()
                .map(state -> state.entry(key))
                .anyMatch(entry ->
                        entry != null && entry.modRevision() == modRevision && Objects.equals(entry.value(), value));
    }

    SessionRecord openSession(ModelConnection connection, Duration timeout, Consumer<ModelConnection> onExpired) {
        SessionId id = new SessionId(time.random().nextLong(1, Long.MAX_VALUE));
        SessionRecord session = new SessionRecord(id, timeout);
        session.connection = connection;
        session.onExpired = onExpired;
        session.lastHeardNanos = time.nowNanos();
        sessions.put(id, session);
        watchForSilence(session);
        time.note("service opens " + id);
        return session;
    }

    /** Takes a client back that has lost its connection. */
    Welcome attach(ModelConnection connection, SessionId id, long seenRevision, Consumer<ModelConnection> onExpired) {
        if (seenRevision > state().revision() && !has(Bug.STALE_SERVICE_ACCEPTED)) {
            return Welcome.STALE;
        }
        SessionRecord session = sessions.get(id);
        if (session == null) {
            return Welcome.EXPIRED;
        }
        disconnect(session);
        session.connection = connection;
        session.onExpired = onExpired;
        session.seenRevision = Math.max(session.seenRevision, seenRevision);
        session.lastHeardNanos = time.nowNanos();
        return Welcome.ATTACHED;
    }

    /** Returns the session if it lives and this is its current connection; whatever else arrives is out of date. */
    @Nullable
    SessionRecord heard(ModelConnection connection, SessionId id) {
        SessionRecord session = sessions.get(id);
        if (session == null && has(Bug.EXPIRED_SESSION_STILL_WRITES)) {
            session = new SessionRecord(id, Duration.ZERO);
            session.connection = connection;
        }
        if (!running || session == null || session.connection != connection) {
            return null;
        }
        session.lastHeardNanos = time.nowNanos();
        return session;
    }

    /**
     * Carries out a request, or finds that it has been carried out before.
     *
     * @param number the client's own number of the operation, the same for each retry
     * @param settledBelow all operations below have been answered, so that their outcomes can be forgotten
     */
    <T extends @Nullable Object> void receive(
            SessionRecord session,
            long number,
            long settledBelow,
            String what,
            boolean isWrite,
            Request<T> request,
            Consumer<Outcome<T>> reply) {
        session.outcomes.keySet().removeIf(old -> old < settledBelow);
        Outcome<T> outcome = remembered(session, number);
        if (outcome == null) {
            outcome = execute(session, request);
            session.outcomes.put(number, outcome);
            time.note("service " + session.id + "#" + number + " " + what + " -> " + describe(outcome));
        }
        ModelConnection connection = session.connection;
        if (isWrite && session.losesNextReply && connection != null) {
            session.losesNextReply = false;
            time.note("service loses the reply to " + session.id + "#" + number);
            disconnect(session);
            connection.breakUp();
            return;
        }
        reply.accept(outcome);
    }

    @SuppressWarnings("unchecked") // The number identifies the request, and with it the type of its result.
    private <T extends @Nullable Object> @Nullable Outcome<T> remembered(SessionRecord session, long number) {
        return has(Bug.RETRY_IS_APPLIED_AGAIN) ? null : (Outcome<T>) session.outcomes.get(number);
    }

    private <T extends @Nullable Object> Outcome<T> execute(SessionRecord session, Request<T> request) {
        try {
            T result = request.execute(this, session);
            return new Outcome<>(result, null, session.seenRevision);
        } catch (QuorateException e) {
            return new Outcome<>(null, e, session.seenRevision);
        }
    }

    private static String describe(Outcome<?> outcome) {
        QuorateException failure = outcome.failure();
        return failure == null ? "done" : failure.getClass().getSimpleName();
    }

    /** Makes a state the current one, tells those who watch what it changed, and looks after emptied queues. */
    void publish(ModelState next) {
        ModelState previous = state();
        history.add(next);
        while (history.size() > STALENESS) {
            history.remove();
        }
        Set<Key> changed = ModelState.differences(previous, next);
        changed.forEach(key -> rememberChange(key, next.revision()));
        sessions.values().forEach(session -> notifyWatches(session, previous, next));
        for (Key key : changed) {
            key.parent().ifPresent(this::reapLaterIfEmpty);
        }
    }

    private void rememberChange(Key key, long revision) {
        lastChanges.put(new Place(key, Scope.ENTRY), revision);
        lastChanges.put(new Place(key, Scope.SUBTREE), revision);
        for (Key above = key; !above.isRoot(); ) {
            above = above.parent().orElseThrow();
            lastChanges.put(new Place(above, Scope.SUBTREE), revision);
        }
        if (ModelState.place(key).isPresent()) {
            lastChanges.put(new Place(key.parent().orElseThrow(), Scope.QUEUE), revision);
        }
    }

    private void notifyWatches(SessionRecord session, ModelState previous, ModelState next) {
        for (Registration watch : List.copyOf(session.watches.values())) {
            List<Change> changes = ModelState.changes(
                    previous.view(watch.key(), watch.scope()), next.view(watch.key(), watch.scope()), watch.scope());
            if (changes.isEmpty()) {
                continue;
            }
            session.seenRevision = Math.max(session.seenRevision, next.revision());
            if (has(Bug.BATCH_IS_SPLIT) && changes.size() > 1) {
                watch.sink().difference(changes.subList(0, 1), next.revision() - 1);
                watch.sink().difference(changes.subList(1, changes.size()), next.revision());
            } else {
                watch.sink().difference(changes, next.revision());
            }
        }
    }

    void register(SessionRecord session, long watch, Key key, Scope scope, WatchSink sink) {
        session.watches.put(watch, new Registration(key, scope, sink));
        session.seenRevision = Math.max(session.seenRevision, state().revision());
        sink.whole(
                has(Bug.FIRST_BATCH_IS_EMPTY) ? new TreeMap<>() : state().view(key, scope),
                lastChanges.getOrDefault(new Place(key, scope), 0L));
    }

    void unregister(SessionRecord session, long watch) {
        if (!has(Bug.CLOSED_WATCH_STAYS_REGISTERED)) {
            session.watches.remove(watch);
        }
    }

    /** Ends a session and removes all it owns, in one commit. */
    void removeSession(SessionRecord session) {
        sessions.remove(session.id);
        session.watches.clear();
        List<Key> owned = state().ownedBy(session.id);
        if (owned.isEmpty() || has(Bug.END_OF_SESSION_LEAVES_ENTRIES)) {
            return;
        }
        List<List<Key>> commits = has(Bug.EXPIRY_IN_SEVERAL_COMMITS)
                ? owned.stream().map(List::of).toList()
                : List.of(owned);
        for (List<Key> keys : commits) {
            ModelState.Draft draft = state().draft();
            keys.forEach(draft::remove);
            publish(draft.finish(nextRevision()));
        }
    }

    SessionRecord requireSession(SessionId id) {
        return requireNonNull(sessions.get(id), () -> "the service knows no session " + id);
    }

    private static void disconnect(SessionRecord session) {
        ModelConnection connection = session.connection;
        session.connection = null;
        session.watches.clear();
        if (connection != null) {
            connection.breakUp();
        }
    }

    /** Tells the service that a connection is broken, so that it forgets the watches that were served through it. */
    void onBroken(ModelConnection connection) {
        for (SessionRecord session : sessions.values()) {
            if (session.connection == connection) {
                if (has(Bug.SESSION_ENDS_WITH_CONNECTION)) {
                    time.after(Duration.ZERO, () -> expire(session.id));
                }
                disconnect(session);
            }
        }
    }

    private void watchForSilence(SessionRecord session) {
        int begun = incarnation;
        long due = session.lastHeardNanos + session.timeout.toNanos();
        Subscription unused = time.at(due, () -> {
            if (begun != incarnation || sessions.get(session.id) != session) {
                return;
            }
            if (time.nowNanos() - session.lastHeardNanos >= session.timeout.toNanos()) {
                expire(session.id);
            } else {
                watchForSilence(session);
            }
        });
    }

    private void reapLaterIfEmpty(Key queue) {
        if (isEmptyContainer(queue) && !has(Bug.EMPTY_QUEUE_STAYS)) {
            long delay = time.random().nextLong(MAX_REAPING_DELAY.toNanos());
            time.after(Duration.ofNanos(delay), () -> reap(queue));
        }
    }

    private void reap(Key queue) {
        if (!running) {
            time.after(MAX_REAPING_DELAY, () -> reap(queue));
        } else if (isEmptyContainer(queue)) {
            time.note("service removes the empty queue " + queue);
            ModelState.Draft draft = state().draft();
            draft.remove(queue);
            publish(draft.finish(nextRevision()));
        }
    }

    private boolean isEmptyContainer(Key key) {
        return state().containers().contains(key) && state().children(key).isEmpty();
    }
}
