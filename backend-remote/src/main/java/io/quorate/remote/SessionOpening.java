package io.quorate.remote;

import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Capabilities;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionId;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from nothing to a session, and afterwards the ear on its connection.
 *
 * <p>Once there is a connection, one round trip creates slot 0 and reads the nodes that the adapter keeps for itself; only the
 * first session ever has to create them.
 */
final class SessionOpening implements Watcher {

    private static final Logger log = LoggerFactory.getLogger(SessionOpening.class);

    private static final byte[] NO_DATA = new byte[0];

    private final ZooKeeperConfig config;
    private final Capabilities capabilities;
    private final SessionOptions options;
    private final Consumer<ZooKeeperSession> whenOpen;
    private final Consumer<ZooKeeperSession> whenEnded;
    private final Runnable whenOver;
    private final Lane lane;
    private final Dispatcher dispatcher = new Dispatcher();
    private final Result<Session> result;
    private @Nullable Connection connection;
    private @Nullable Subscription timer;
    private @Nullable SessionContext context;
    private @Nullable ZooKeeperSession session;
    private boolean over;

    /**
     * Creates it; nothing is started.
     *
     * @param whenOpen told of the session on the lane, before its user
     * @param whenEnded told of the end of the session, on the lane
     * @param whenOver told that no session came about, when all threads but the lane have ended
     */
    SessionOpening(
            ZooKeeperConfig config,
            Capabilities capabilities,
            SessionOptions options,
            Consumer<ZooKeeperSession> whenOpen,
            Consumer<ZooKeeperSession> whenEnded,
            Runnable whenOver) {
        this.config = config;
        this.capabilities = capabilities;
        this.options = options;
        this.whenOpen = whenOpen;
        this.whenEnded = whenEnded;
        this.whenOver = whenOver;
        this.lane = new Lane(config.ticker());
        this.result = new Result<>(lane, this::abandoned);
    }

    CompletableFuture<Session> start() {
        lane.execute(this::connect);
        return result;
    }

    private void connect() {
        timer = lane.schedule(this::timedOut, config.connectionTimeout());
        try {
            Connection made = new Connection(config, options.timeout(), this);
            connection = made;
            made.start();
        } catch (RuntimeException e) {
            fail(new BackendUnavailableException("the ZooKeeper client could not be started: " + e.getMessage(), e));
        }
    }

    /** Takes the news of the connection from ZooKeeper's event thread. */
    @Override
    public void process(WatchedEvent event) {
        if (event.getType() == Event.EventType.None) {
            lane.post(() -> changed(event.getState()));
        }
    }

    private void changed(Event.KeeperState state) {
        switch (state) {
            case SyncConnected -> connected();
            case Disconnected -> disconnected();
            case Expired, Closed -> expired();
            case AuthFailed -> authFailed();
            default -> log.debug("ZooKeeper's client is {}", state);
        }
    }

    private void connected() {
        if (over) {
            return;
        }
        if (session != null) {
            session.reconnected();
        } else if (context == null) {
            prepare();
        } else {
            dispatcher.connected();
            dispatcher.resendAll();
        }
    }

    private void disconnected() {
        if (session != null) {
            session.suspended();
        } else {
            dispatcher.disconnected();
        }
    }

    private void expired() {
        if (session != null) {
            session.expired();
        } else {
            fail(new BackendUnavailableException("the session ended before it was ready; try again", null));
        }
    }

    private void authFailed() {
        if (session != null) {
            log.error("ZooKeeper refuses the credentials of session {}; it is given up", session.id());
            session.expired();
        } else {
            fail(new AccessDeniedException("ZooKeeper refuses the credentials; check the authentication", null));
        }
    }

    private void prepare() {
        ZooKeeper zooKeeper = connection().zooKeeper();
        SessionId id = new SessionId(zooKeeper.getSessionId());
        lane.rename("quorate-lane-" + id);
        Duration granted = Duration.ofMillis(zooKeeper.getSessionTimeout());
        PathMapping paths = new PathMapping(config.namespace(), options.namespace());
        Layout layout = new Layout(paths.privateRoot(), config.acl());
        List<ACL> acl = config.acl();
        Wire wire = new Wire(zooKeeper, lane, dispatcher, this::expired);
        SessionContext made = new SessionContext(
                id,
                paths,
                layout,
                acl,
                config.maxRequestBytes(),
                config.ticker(),
                lane,
                dispatcher,
                wire,
                new Renewal(layout, id.value(), acl, granted, config.ticker(), lane, dispatcher, wire),
                new SlotPool(layout, id.value(), acl, dispatcher),
                new IncarnationStripes(layout),
                new WatchRegistry(lane, dispatcher, wire));
        context = made;
        dispatcher.connected();
        dispatcher.submit(new Preparation(made, layout, granted));
    }

    /** Sees to it that slot 0 and the nodes of the adapter exist. */
    private final class Preparation extends Operation {

        private final SessionContext made;
        private final Layout layout;
        private final Duration granted;
        private List<Op> missing = List.of();
        private long sentAt;

        Preparation(SessionContext made, Layout layout, Duration granted) {
            this.made = made;
            this.layout = layout;
            this.granted = granted;
        }

        @Override
        void send() {
            made.wire().multi(this, layout.read(), this::read);
            sentAt = made.ticker().nanos();
            made.wire()
                    .multi(
                            this,
                            List.of(Op.create(
                                    layout.slot(made.id().value(), 0), NO_DATA, made.acl(), CreateMode.EPHEMERAL)),
                            this::slotCreated);
        }

        private void read(Code code, List<OpResult> results) {
            if (results.isEmpty()) {
                fail(Replies.failure(code, "opening a session"));
                return;
            }
            missing = layout.missing(results);
            int stripes = results.size() - IncarnationStripes.COUNT;
            for (int i = 0; i < IncarnationStripes.COUNT; i++) {
                if (results.get(stripes + i) instanceof OpResult.GetDataResult found) {
                    made.stripes().stripeRead(i, found.getStat().getVersion());
                }
            }
        }

        private void slotCreated(Code code, List<OpResult> results) {
            Code outcome = results.isEmpty() ? code : Replies.code(results.get(0));
            if (!missing.isEmpty() && (outcome == Code.OK || outcome == Code.NONODE || outcome == Code.NODEEXISTS)) {
                made.wire().multi(this, missing, this::created);
            } else if (outcome == Code.OK) {
                made.renewal().proven(sentAt);
                ready();
            } else if (outcome == Code.NODEEXISTS) {
                ready();
            } else {
                fail(Replies.failure(outcome, "opening a session"));
            }
        }

        private void created(Code code, List<OpResult> results) {
            Code outcome = Replies.outcome(code, results);
            if (outcome == Code.OK || outcome == Code.NODEEXISTS || outcome == Code.NONODE) {
                // Another session may have been faster: look again.
                send();
            } else {
                fail(Replies.failure(outcome, "creating the nodes of the adapter"));
            }
        }

        private void ready() {
            dispatcher.done(this);
            open(made, granted);
        }

        @Override
        void end(QuorateException cause) {}
    }

    private void open(SessionContext made, Duration granted) {
        if (timer != null) {
            timer.close();
        }
        ZooKeeperSession opened = new ZooKeeperSession(
                made, options.withTimeout(granted), capabilities, connection(), config.connectionTimeout(), whenEnded);
        session = opened;
        made.renewal().start();
        whenOpen.accept(opened);
        if (!result.settle(opened)) {
            opened.startClosing();
        }
    }

    private void timedOut() {
        fail(new BackendUnavailableException(
                "no session within " + config.connectionTimeout() + ": none of " + config.connectString()
                        + " accepted one; check that the servers run and have a quorum",
                null));
    }

    private void abandoned() {
        if (session == null) {
            fail(new BackendUnavailableException("the opening was abandoned", null));
        }
    }

    private void fail(QuorateException failure) {
        if (over || session != null) {
            return;
        }
        over = true;
        if (timer != null) {
            timer.close();
        }
        dispatcher.end(failure);
        if (connection == null) {
            whenOver.run();
        } else {
            connection.closeOnThread("quorate-close", whenOver);
        }
        result.fail(failure);
        lane.terminate();
    }

    private Connection connection() {
        Connection made = connection;
        if (made == null) {
            throw new IllegalStateException("not connected yet");
        }
        return made;
    }

    /** Gives the attempt up, unless it has led to a session. */
    void cancel() {
        lane.post(this::abandoned);
    }
}
