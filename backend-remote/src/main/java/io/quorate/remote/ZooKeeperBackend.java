package io.quorate.remote;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.BackendView.Role;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SuspensionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * Apache ZooKeeper as a backend.
 *
 * <p>Every session has a Curator client of its own, so that what it owns, what it watches and its connection share one fate.
 * A session is never replaced: when the servers have ended it, it is expired for good.
 *
 * <p>Values are stored as they are, as the data of nodes, so that other tools can read them; a revision is a zxid. The adapter
 * keeps nodes of its own below {@code /quorate} in its namespace, and creates them with the first session. Servers of version
 * 3.9 or newer tell the revisions of events; older ones, from 3.6 on, cost some more requests.
 *
 * <p>Entries that other tools delete and create again may deceive {@code Unchanged} guards and expected revisions, since ZooKeeper
 * itself cannot tell them apart; those that are changed by Quorate alone cannot. Nor can they be told apart across a deletion of the
 * nodes below {@code /quorate}: these are created again when they are missed, and what is held stays held, but they count anew.
 *
 * <p>Thread-safe.
 */
public final class ZooKeeperBackend implements Backend {

    private static final Duration STATUS_TIMEOUT = Duration.ofSeconds(2);

    private static final int STATUS_THREADS = 8;

    private final ZooKeeperConfig config;
    private final Capabilities capabilities;
    private final Set<ZooKeeperSession> sessions = ConcurrentHashMap.newKeySet();
    private final Set<SessionOpening> openings = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor statusThreads;
    private volatile boolean closed;

    private ZooKeeperBackend(ZooKeeperConfig config) {
        this.config = config;
        this.capabilities = new Capabilities(
                config.maxValueBytes(),
                config.maxCommitSize(),
                config.minSessionTimeout(),
                config.maxSessionTimeout(),
                // A lease of this backend ends early enough with its proven deadline; but that takes clocks on trust.
                SuspensionPolicy.FAIL_FAST);
        this.statusThreads = new ThreadPoolExecutor(
                STATUS_THREADS, STATUS_THREADS, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "quorate-zookeeper-status");
                    thread.setDaemon(true);
                    return thread;
                });
        statusThreads.allowCoreThreadTimeOut(true);
    }

    /** Creates a backend. Nothing is started and nothing is contacted yet. */
    public static ZooKeeperBackend create(ZooKeeperConfig config) {
        return new ZooKeeperBackend(config);
    }

    /** Returns the configuration. */
    public ZooKeeperConfig config() {
        return config;
    }

    @Override
    public CompletableFuture<Session> open(SessionOptions options) {
        capabilities.check(options);
        if (closed) {
            throw new IllegalStateException("this backend is closed; create a new one");
        }
        SessionOpening[] self = new SessionOpening[1];
        SessionOpening opening = new SessionOpening(
                config,
                capabilities,
                options,
                session -> {
                    sessions.add(session);
                    openings.remove(self[0]);
                },
                sessions::remove,
                () -> openings.remove(self[0]));
        self[0] = opening;
        openings.add(opening);
        CompletableFuture<Session> session = opening.start();
        if (closed) {
            opening.cancel();
        }
        return session;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Each server of the connect string is asked with the four-letter word {@code srvr}, which it must allow (as it does by
     * default). The epoch is that of the newest zxid it has seen.
     */
    @Override
    public CompletableFuture<BackendView> describe() {
        if (closed) {
            throw new IllegalStateException("this backend is closed; create a new one");
        }
        ZKClientConfig client = new ZKClientConfig();
        config.clientProperties().forEach(client::setProperty);
        List<CompletableFuture<BackendView.Member>> answers = new ArrayList<>();
        for (String server : config.connectString().split(",", -1)) {
            String name = server.trim();
            answers.add(
                    CompletableFuture.supplyAsync(() -> ServerStatus.ask(name, client, STATUS_TIMEOUT), statusThreads));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(nothing ->
                        view(answers.stream().map(CompletableFuture::join).toList()));
    }

    private static BackendView view(List<BackendView.Member> members) {
        boolean available = members.stream()
                .anyMatch(member -> member.role() == Role.LEADER
                        || member.role() == Role.STANDALONE
                        || member.role() == Role.FOLLOWER
                        || member.role() == Role.OBSERVER);
        return new BackendView("zookeeper", available, members);
    }

    @Override
    public void close() {
        closed = true;
        openings.forEach(SessionOpening::cancel);
        List<ZooKeeperSession> open = new ArrayList<>(sessions);
        // All at once, so that a service that does not answer costs one time-out and not one per session.
        open.forEach(ZooKeeperSession::startClosing);
        open.forEach(ZooKeeperSession::close);
        statusThreads.shutdown();
    }
}
