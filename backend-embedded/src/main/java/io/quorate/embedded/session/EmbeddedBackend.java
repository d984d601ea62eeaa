package io.quorate.embedded.session;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SuspensionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client of the members of this process. */
public final class EmbeddedBackend implements Backend {

    /** What every embedded ensemble grants. */
    public static final Capabilities CAPABILITIES = new Capabilities(
            Capabilities.DEFAULT_MAX_VALUE_BYTES,
            Capabilities.DEFAULT_MAX_COMMIT_SIZE,
            Duration.ofMillis(100),
            Duration.ofSeconds(60),
            SuspensionPolicy.UNTIL_DEADLINE);

    private static final Logger log = LoggerFactory.getLogger(EmbeddedBackend.class);

    private final FrontEnd frontEnd;
    private final Supplier<BackendView> view;
    private final Runnable onClose;
    private final AtomicInteger opened = new AtomicInteger();
    private final Set<ClientSession> sessions = ConcurrentHashMap.newKeySet();
    private final Set<EventLane> lanes = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean closed;
    private volatile boolean unreachable;

    /**
     * Creates a client.
     *
     * @param frontEnd the sessions of this process
     * @param view describes the ensemble
     * @param onClose called at the end of the first {@link #close}
     */
    public EmbeddedBackend(FrontEnd frontEnd, Supplier<BackendView> view, Runnable onClose) {
        this.frontEnd = frontEnd;
        this.view = view;
        this.onClose = onClose;
    }

    @Override
    public CompletableFuture<Session> open(SessionOptions options) {
        return begin(options).future();
    }

    /**
     * Opens a session, or fails if the ensemble turns out to be unable to start.
     *
     * @param startFailure completes, on any thread, with why the ensemble could not start if it could not
     */
    public CompletableFuture<Session> open(SessionOptions options, CompletableFuture<QuorateException> startFailure) {
        SessionOpening opening = begin(options);
        CompletableFuture<?> unused = startFailure.thenAccept(failure -> frontEnd.submit(() -> opening.fail(failure)));
        return opening.future();
    }

    private SessionOpening begin(SessionOptions options) {
        CAPABILITIES.check(options);
        if (closed) {
            throw new IllegalStateException("this backend is closed; create another one");
        }
        EventLane lane = frontEnd.openLane("quorate-session-" + options.ownerName() + "-" + opened.incrementAndGet());
        lanes.add(lane);
        SessionOpening opening = new SessionOpening(this, frontEnd, options, lane);
        frontEnd.submit(opening::begin);
        return opening;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isUnreachable() {
        return unreachable;
    }

    void began(ClientSession session) {
        sessions.add(session);
    }

    void ended(ClientSession session) {
        sessions.remove(session);
    }

    void laneEnded(EventLane lane) {
        lanes.remove(lane);
    }

    /** Returns the names of the threads of this client that are alive. */
    public List<String> liveThreads() {
        return lanes.stream().filter(EventLane::isAlive).map(EventLane::name).toList();
    }

    // ---- faults, for tests; called by any thread

    /** Breaks the connections of all sessions, and lets none be opened, until {@link #restore}. */
    public void cut() {
        unreachable = true;
        sessions.forEach(ClientSession::cut);
    }

    /** Loses everything in both directions, and lets no session be opened, until {@link #restore}. */
    public void hang() {
        unreachable = true;
        sessions.forEach(ClientSession::hang);
    }

    /** Ends what {@link #cut} or {@link #hang} began. */
    public void restore() {
        unreachable = false;
        sessions.forEach(ClientSession::restore);
    }

    /** Breaks the connection of each open session when its next write is answered, before the answer arrives. */
    public void loseNextReply() {
        sessions.forEach(ClientSession::loseNextReply);
    }

    /** Loses no answer after all, if none was lost yet. */
    public void keepReplies() {
        sessions.forEach(ClientSession::keepReplies);
    }

    /** Returns the lanes that have not ended. */
    public List<EventLane> lanes() {
        return List.copyOf(lanes);
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public CompletableFuture<BackendView> describe() {
        return CompletableFuture.completedFuture(view.get());
    }

    /** Closes clients, all at once, and returns when all of them are closed. */
    public static void closeAll(Collection<EmbeddedBackend> clients) {
        for (EmbeddedBackend client : clients) {
            client.closed = true;
            client.sessions.forEach(ClientSession::closeQuietly);
        }
        clients.forEach(EmbeddedBackend::close);
    }

    @Override
    public void close() {
        closed = true;
        boolean first = told.compareAndSet(false, true);
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        sessions.forEach(session -> ends.add(session.closeAsync()));
        List<EventLane> ending = List.copyOf(lanes);
        if (ending.stream().noneMatch(EventLane::isOnLane)) {
            waitFor(ends, ending);
        }
        if (first) {
            onClose.run();
        }
    }

    private void waitFor(List<CompletableFuture<Void>> ends, List<EventLane> ending) {
        long limit = frontEnd.connectionTimeout().toMillis() + 1000;
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new)).get(limit, TimeUnit.MILLISECONDS);
            for (EventLane lane : ending) {
                lane.join(limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("not all sessions were closed in time; the ensemble will expire them", e);
        }
    }
}
