package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.QuorumConfigBuilder;
import org.apache.zookeeper.server.ContainerManager;
import org.apache.zookeeper.server.DataNode;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.Request;
import org.apache.zookeeper.server.RequestProcessor;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper servers in this JVM, one alone or an ensemble, whose state a test can look into without being a client.
 *
 * <p>The servers are made from ZooKeeper's public classes rather than Curator's {@code TestingServer}, which listens on
 * every interface and keeps the server it runs to itself; of curator-test, the configuration of an ensemble is used.
 * Servers listen on the loopback interface only, and their data is deleted on {@link #close()}. A server keeps its port and
 * its data over a stop and a start.
 *
 * <p>Servers are named by index, from 0. Not thread-safe: one test thread uses it.
 */
public final class ZooKeeperServers implements AutoCloseable {
    /** A tick that makes session timeouts from half a second on possible. */
    public static final Duration DEFAULT_TICK = Duration.ofMillis(250);

    private final Path directory;
    private final List<ServerNode> nodes;
    private final @Nullable QuorumConfigBuilder ensemble;

    private ZooKeeperServers(Path directory, List<ServerNode> nodes, @Nullable QuorumConfigBuilder ensemble) {
        this.directory = directory;
        this.nodes = List.copyOf(nodes);
        this.ensemble = ensemble;
    }

    /** A running single server with {@link #DEFAULT_TICK}. */
    public static ZooKeeperServers standalone() throws Exception {
        return standalone(DEFAULT_TICK);
    }

    /** A running single server; session timeouts are possible from two ticks to one minute, and expire on ticks. */
    public static ZooKeeperServers standalone(Duration tick) throws Exception {
        ServerProperties.apply();
        Path directory = Files.createTempDirectory("quorate-zookeeper");
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ServerNode node = new StandaloneNode(directory.toFile(), tick, anyPort);
        return started(new ZooKeeperServers(directory, List.of(node), null));
    }

    /** A running ensemble of {@code size} servers with {@link #DEFAULT_TICK}. */
    public static ZooKeeperServers ensemble(int size) throws Exception {
        return ensemble(size, DEFAULT_TICK);
    }

    /** A running ensemble; all its servers serve when this returns. Session timeouts as in {@link #standalone(Duration)}. */
    public static ZooKeeperServers ensemble(int size, Duration tick) throws Exception {
        if (size < 2) {
            throw new IllegalArgumentException(
                    "an ensemble has at least 2 servers, not " + size + ": use standalone()");
        }
        ServerProperties.apply();
        Path directory = Files.createTempDirectory("quorate-zookeeper");
        QuorumConfigBuilder config = new QuorumConfigBuilder(specs(directory, size, tick));
        List<ServerNode> members = IntStream.range(0, size)
                .<ServerNode>mapToObj(index -> new EnsembleMember(config, index))
                .toList();
        return started(new ZooKeeperServers(directory, members, config));
    }

    private static ZooKeeperServers started(ZooKeeperServers servers) throws Exception {
        try {
            servers.start();
            return servers;
        } catch (Exception | Error e) {
            servers.close();
            throw e;
        }
    }

    private static List<InstanceSpec> specs(Path directory, int size, Duration tick) throws IOException {
        Map<String, Object> properties = Map.of(
                "clientPortAddress", InetAddress.getLoopbackAddress().getHostAddress(),
                "minSessionTimeout", Integer.toString(SessionTimeouts.minimumMillis(tick)),
                "maxSessionTimeout", Integer.toString(SessionTimeouts.MAXIMUM_MILLIS),
                // Both in ticks, of which a busy machine must not cost the leader its followers. The first is also how
                // long
                // an elected server waits whose followers gave up on it too early: 5 s with the default tick.
                "initLimit", "20",
                "syncLimit", "20");
        Deque<Integer> ports = freePorts(3 * size);
        List<InstanceSpec> specs = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            File data = Files.createDirectory(directory.resolve("server-" + id)).toFile();
            specs.add(new InstanceSpec(
                    data,
                    ports.remove(),
                    ports.remove(),
                    ports.remove(),
                    false,
                    id,
                    (int) tick.toMillis(),
                    0,
                    properties,
                    InetAddress.getLoopbackAddress().getHostAddress()));
        }
        return specs;
    }

    /** Ports that were free together; the servers of an ensemble must know each other's ports before they bind them. */
    private static Deque<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).collect(Collectors.toCollection(ArrayDeque::new));
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    // Running and stopping.

    /** Starts every server that does not run, and waits until all serve. */
    public void start() throws Exception {
        for (ServerNode node : nodes) {
            if (node.serving() == null) {
                node.start();
            }
        }
        await().until(() -> nodes.stream().allMatch(ZooKeeperServers::isServing));
        awaitLeader();
    }

    /** Starts a server again, and waits until it serves; in an ensemble that needs a quorum of running servers. */
    public void start(int index) throws Exception {
        ServerNode node = nodes.get(index);
        node.start();
        await().until(() -> isServing(node));
    }

    /** Stops a server; its clients are disconnected, their sessions live on. */
    public void stop(int index) throws IOException, InterruptedException {
        nodes.get(index).stop();
    }

    /** Stops all servers. */
    public void stop() throws IOException, InterruptedException {
        for (ServerNode node : nodes) {
            node.stop();
        }
    }

    /** Stops a server and starts it again with the same port and data. */
    public void restart(int index) throws Exception {
        stop(index);
        start(index);
    }

    /** Stops all servers, then starts them with the same ports and data. */
    public void restart() throws Exception {
        stop();
        start();
    }

    /**
     * Stops the leader and does not wait for the next.
     *
     * @return its index, for {@link #start(int)}
     */
    public int killLeader() throws IOException, InterruptedException {
        int leader = leader();
        stop(leader);
        return leader;
    }

    /** Waits until a server leads, and returns its index. */
    public int awaitLeader() {
        await().until(() -> leaderOrNull() != null);
        return leader();
    }

    private static boolean isServing(ServerNode node) {
        if (node.failure() != null) {
            throw new IllegalStateException("the server at " + node.address() + " failed", node.failure());
        }
        return node.serving() != null;
    }

    // Where the servers are.

    /** The number of servers, running or not. */
    public int size() {
        return nodes.size();
    }

    /**
     * The index of the server that leads; a single server leads while it runs.
     *
     * @throws IllegalStateException if none does
     */
    public int leader() {
        ServerNode leader = leaderOrNull();
        if (leader == null) {
            throw new IllegalStateException("no server leads: use awaitLeader(), or start more servers");
        }
        return nodes.indexOf(leader);
    }

    /** Whether a server leads at the moment. */
    public boolean hasLeader() {
        return leaderOrNull() != null;
    }

    /** Where the clients of the server that leads connect to. */
    public InetSocketAddress leaderAddress() {
        return address(leader());
    }

    /** Where the clients of a server connect to, running or not. */
    public InetSocketAddress address(int index) {
        return nodes.get(index).address();
    }

    /** The addresses the running servers have bound for their clients, as the sockets tell them. */
    List<InetSocketAddress> listeners() {
        return running()
                .map(server -> server.getServerCnxnFactory().getLocalAddress())
                .toList();
    }

    /** The addresses of all servers, as ZooKeeper's and Curator's constructors take them. */
    public String connectString() {
        return nodes.stream()
                .map(ServerNode::address)
                .map(address -> address.getAddress().getHostAddress() + ":" + address.getPort())
                .collect(Collectors.joining(","));
    }

    private @Nullable ServerNode leaderOrNull() {
        return nodes.stream().filter(ServerNode::leads).findFirst().orElse(null);
    }

    // What the servers hold. Sessions and nodes are read at the leader, which has applied the latest transaction.

    /** Ids of the sessions that are open. */
    public SortedSet<Long> sessions() {
        return new TreeSet<>(sessions(leading()));
    }

    /** The database's getSessions() would name only those that own ephemeral nodes. */
    private static Set<Long> sessions(ZooKeeperServer server) {
        return server.getZKDatabase().getSessionWithTimeOuts().keySet();
    }

    /** Paths of the ephemeral nodes, by the session that owns them; sessions that own none are absent. */
    public Map<Long, Set<String>> ephemerals() {
        Map<Long, Set<String>> owned = new HashMap<>(leading().getZKDatabase().getEphemerals());
        owned.values().removeIf(Set::isEmpty);
        return owned;
    }

    /** Paths of the ephemeral nodes below a node, whoever owns them. */
    public Set<String> ephemeralsBelow(String path) {
        return ephemerals().values().stream()
                .flatMap(Set::stream)
                .filter(ephemeral -> ephemeral.startsWith(path + "/"))
                .collect(Collectors.toSet());
    }

    /** The number of watches clients hold, summed over the running servers; persistent ones count for each kind of event. */
    public int watches() {
        return running()
                .mapToInt(server -> server.getZKDatabase().getDataTree().getWatchCount())
                .sum();
    }

    /** Every path that exists, except ZooKeeper's own and the root. */
    public NavigableSet<String> paths() {
        DataTree tree = leading().getZKDatabase().getDataTree();
        NavigableSet<String> paths = new TreeSet<>();
        collect(tree, "", paths);
        paths.removeIf(path -> path.equals("/zookeeper") || path.startsWith("/zookeeper/"));
        return paths;
    }

    private static void collect(DataTree tree, String parent, Set<String> paths) {
        DataNode node = tree.getNode(parent);
        if (node == null) {
            return;
        }
        Set<String> children;
        synchronized (node) {
            children = Set.copyOf(node.getChildren());
        }
        for (String child : children) {
            paths.add(parent + "/" + child);
            collect(tree, parent + "/" + child, paths);
        }
    }

    /** Packets received from clients since the running servers were started, pings among them. */
    public long packetsReceived() {
        return running()
                .mapToLong(server -> server.serverStats().getPacketsReceived())
                .sum();
    }

    /** Sessions, ephemeral nodes and watches together; empty when clients have cleaned up after themselves. */
    public Residue residue() {
        return new Residue(sessions(), ephemerals(), watches());
    }

    // What the servers can be made to do.

    /**
     * Expires a session as its timeout would, and waits until every running server has carried that out: the session's
     * ephemeral nodes are gone, and its client, connected or not, will learn of it.
     *
     * @throws IllegalArgumentException if there is no such session
     */
    public void expireSession(long sessionId) {
        if (!sessions().contains(sessionId)) {
            throw new IllegalArgumentException("no session 0x" + Long.toHexString(sessionId));
        }
        leading().expire(sessionId);
        await().until(() -> running().noneMatch(server -> sessions(server).contains(sessionId)));
    }

    /** Deletes the container nodes that had children and have none, as the leader does by itself once a minute. */
    public void reapContainers() throws InterruptedException {
        ZooKeeperServer leader = leading();
        new ContainerManager(leader.getZKDatabase(), new Submission(leader), 1, Integer.MAX_VALUE).checkContainers();
    }

    /**
     * Sets the counter that numbers the sequential children of a node, as so many creations would have. Nothing may be under way at the
     * node; the servers of an ensemble are all set.
     *
     * @throws IllegalArgumentException if there is no such node
     */
    public void setNextSequence(String path, int next) {
        running().forEach(server -> {
            DataNode node = server.getZKDatabase().getDataTree().getNode(path);
            if (node == null) {
                throw new IllegalArgumentException("no node " + path);
            }
            synchronized (node) {
                node.stat.setCversion(next);
            }
        });
    }

    /** Passes requests to a server as if they were its own. */
    private record Submission(ZooKeeperServer server) implements RequestProcessor {
        @Override
        public void processRequest(Request request) {
            server.submitRequest(request);
        }

        @Override
        public void shutdown() {}
    }

    private ZooKeeperServer leading() {
        ZooKeeperServer server = nodes.get(leader()).serving();
        if (server == null) {
            throw new IllegalStateException("the leader has just stopped: use awaitLeader()");
        }
        return server;
    }

    private Stream<ZooKeeperServer> running() {
        return nodes.stream().map(ServerNode::serving).flatMap(Stream::ofNullable);
    }

    /** Stops all servers and deletes their data. Closing twice is fine. */
    @Override
    public void close() throws IOException {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the servers had stopped", e);
        }
        if (ensemble != null) {
            ensemble.close();
        }
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(ZooKeeperServers::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
