package io.quorate.remote;

import io.quorate.backend.Backend;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.Fault;
import io.quorate.backend.testing.ServiceState;
import io.quorate.remote.testing.Frame;
import io.quorate.remote.testing.Operation;
import io.quorate.remote.testing.ZooKeeperProxy;
import io.quorate.remote.testing.ZooKeeperServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.utils.DefaultZookeeperFactory;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** Sessions on shared ZooKeeper servers, each behind proxies of its own, so that a fault hits one session alone. */
final class ZooKeeperFixture implements BackendFixture {

    /** Long enough for the client's pause of up to a second before it reconnects, on a busy machine. */
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    /** What a test of a service that is down has to wait for. */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final AtomicInteger FIXTURES = new AtomicInteger();

    private final ZooKeeperServers servers;
    private final EnumSet<Fault> faults = EnumSet.of(
            Fault.CUT,
            Fault.HANG,
            Fault.EXPIRE,
            Fault.LOSE_REPLY,
            Fault.LOSE_REQUEST,
            Fault.STOP_SERVICE,
            Fault.DELETE_RAW);
    private final String name = "fixture-" + FIXTURES.incrementAndGet();
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final List<ZooKeeperBackend> backends = new ArrayList<>();
    private final ZooKeeperBackend backend;
    private long lastReaping = System.nanoTime();

    /** The way of one session to the servers. */
    private static final class Link {

        private final List<ZooKeeperProxy> proxies = new ArrayList<>();
        private volatile @Nullable ZooKeeper handle;

        /** Names a single server twice, as the backend itself does: the client pauses for a second once it has tried all. */
        String connectString() {
            String once = proxies.stream().map(ZooKeeperProxy::connectString).collect(Collectors.joining(","));
            return proxies.size() > 1 ? once : once + "," + once;
        }

        void arm(boolean afterRequest) {
            Predicate<Frame> write = frame ->
                    frame.op().isWrite() && frame.op() != Operation.SET_DATA && frame.op() != Operation.CLOSE_SESSION;
            List<CompletableFuture<Frame>> armed = new ArrayList<>();
            for (ZooKeeperProxy proxy : proxies) {
                armed.add(afterRequest ? proxy.cutAfterRequest(write) : proxy.cutBeforeRequest(write));
            }
            for (CompletableFuture<Frame> one : armed) {
                CompletableFuture<?> ignored = one.thenRun(() -> armed.forEach(other -> other.cancel(false)));
            }
        }
    }

    ZooKeeperFixture(ZooKeeperServers servers) {
        this.servers = servers;
        if (servers.size() > 1) {
            faults.add(Fault.KILL_LEADER);
        }
        this.backend = make();
    }

    private ZooKeeperBackend make() {
        ZooKeeperBackend made = ZooKeeperBackend.create(ZooKeeperConfig.of(servers.connectString())
                .withNamespace(Key.of(name))
                .withConnectionTimeout(CONNECTION_TIMEOUT)
                .withSessionTimeouts(Duration.ofMillis(500), Duration.ofSeconds(60))
                .withCurator(this::curator));
        backends.add(made);
        return made;
    }

    private CuratorFrameworkFactory.Builder curator() {
        Link link = new Link();
        try {
            for (int i = 0; i < servers.size(); i++) {
                link.proxies.add(ZooKeeperProxy.start(servers.address(i)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.add(link);
        return CuratorFrameworkFactory.builder()
                .connectString(link.connectString())
                .zookeeperFactory(new DefaultZookeeperFactory() {
                    @Override
                    public ZooKeeper newZooKeeper(
                            String connectString, int timeout, Watcher watcher, boolean readOnly, ZKClientConfig config)
                            throws Exception {
                        ZooKeeper made = super.newZooKeeper(connectString, timeout, watcher, readOnly, config);
                        link.handle = made;
                        return made;
                    }
                });
    }

    private Link link(Session session) {
        for (Link link : links) {
            ZooKeeper handle = link.handle;
            if (handle != null && handle.getSessionId() == session.id().value()) {
                return link;
            }
        }
        throw new IllegalArgumentException("not a session of this fixture: " + session.id());
    }

    /** Returns the proxy of a session on a single server. */
    ZooKeeperProxy proxy(Session session) {
        return link(session).proxies.get(0);
    }

    @Override
    public ZooKeeperBackend backend() {
        return backend;
    }

    @Override
    public Backend newBackend() {
        return make();
    }

    @Override
    public Key namespace() {
        return Key.of("tests");
    }

    /** Returns the node below which everything of this fixture lies. */
    String root() {
        return "/" + name;
    }

    @Override
    public Duration sessionTimeout() {
        return TIMEOUT;
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no result within " + LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void eventually(BooleanSupplier condition, String what) {
        try {
            Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(LIMIT).until(() -> {
                reapContainers();
                return condition.getAsBoolean();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("did not come about: " + what, e);
        }
    }

    /** Does what the leader does once a minute. */
    private void reapContainers() throws InterruptedException {
        long now = System.nanoTime();
        if (now - lastReaping > TimeUnit.MILLISECONDS.toNanos(300) && servers.hasLeader()) {
            lastReaping = now;
            servers.reapContainers();
        }
    }

    @Override
    public Set<Fault> faults() {
        return faults;
    }

    @Override
    public void cut(Session session) {
        link(session).proxies.forEach(ZooKeeperProxy::cut);
    }

    @Override
    public void hang(Session session) {
        link(session).proxies.forEach(ZooKeeperProxy::hang);
    }

    @Override
    public void restore(Session session) {
        restore(link(session));
    }

    private static void restore(Link link) {
        link.proxies.forEach(ZooKeeperProxy::restore);
        link.proxies.forEach(ZooKeeperProxy::resume);
    }

    @Override
    public void expire(Session session) {
        servers.expireSession(session.id().value());
    }

    @Override
    public void loseNextReply(Session session) {
        link(session).arm(true);
    }

    @Override
    public void loseNextRequest(Session session) {
        link(session).arm(false);
    }

    @Override
    public void killLeader() {
        try {
            servers.killLeader();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void stopService() {
        try {
            servers.stop();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void startService() {
        try {
            servers.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void deleteRaw(Key key) {
        InetSocketAddress address = servers.leaderAddress();
        String connectString = address.getAddress().getHostAddress() + ":" + address.getPort();
        try {
            ZooKeeper raw = new ZooKeeper(connectString, 10_000, event -> {});
            try {
                ZKUtil.deleteRecursive(raw, root() + namespace() + key);
            } finally {
                raw.close(10_000);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public ServiceState audit() {
        Set<Long> sessions = servers.sessions();
        long entries = servers.ephemerals().values().stream()
                .flatMap(Set::stream)
                .filter(path -> !path.contains("/quorate/sessions/"))
                .count();
        return new ServiceState(sessions.size(), (int) entries, servers.watches());
    }

    @Override
    public Set<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(thread -> thread.startsWith("quorate-")
                        || thread.contains("SendThread(")
                        || thread.endsWith("-EventThread"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        startService();
        links.forEach(ZooKeeperFixture::restore);
        backends.forEach(ZooKeeperBackend::close);
        links.forEach(link -> link.proxies.forEach(ZooKeeperProxy::close));
        links.clear();
    }
}
