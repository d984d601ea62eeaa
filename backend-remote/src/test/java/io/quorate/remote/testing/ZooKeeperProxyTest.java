package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;
import static io.quorate.remote.testing.Conditions.onceConnected;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.quorate.remote.testing.Frame.Direction;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.ChildrenCallback;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** What the backend's tests conclude rests on this proxy: its figures have to be right, and its faults what they say. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class ZooKeeperProxyTest {
    private static final byte[] DATA = "data".getBytes(UTF_8);

    private ZooKeeperServers servers;
    /** Connected to the server itself, to clean up whatever has happened to the proxy. */
    private RawClient janitor;

    private ZooKeeperProxy proxy;
    private RawClient client;

    @BeforeAll
    void startServer() throws Exception {
        servers = ZooKeeperServers.standalone();
        janitor = RawClient.connect(servers.connectString());
    }

    @AfterAll
    void stopServer() throws IOException {
        janitor.close();
        servers.close();
    }

    @BeforeEach
    void connect() throws Exception {
        proxy = ZooKeeperProxy.start(servers.address(0));
        client = RawClient.connect(proxy.connectString());
    }

    /** Every test must leave the server as it found it. */
    @AfterEach
    void disconnect() throws Exception {
        long session = client.getSessionId();
        client.close();
        proxy.close();
        if (servers.sessions().contains(session)) {
            // The client was not connected, and so could not tell the server that it left.
            servers.expireSession(session);
        }
        for (String path : servers.paths().descendingSet()) {
            janitor.delete(path, -1);
        }
        await().untilAsserted(() ->
                assertThat(servers.residue()).isEqualTo(new Residue(Set.of(janitor.getSessionId()), Map.of(), 0)));
    }

    // Counting.

    @Test
    void sequentialRequestsAreCountedByKindOperationAndPath() throws Exception {
        Counts counts = proxy.measure(() -> {
            create("/a");
            client.setData("/a", DATA, -1);
            client.getData("/a", false, null);
            client.exists("/b", false);
            client.getChildren("/", false);
        });
        assertThat(counts.requests()).isEqualTo(5);
        assertThat(counts.writes()).isEqualTo(2);
        assertThat(counts.reads()).isEqualTo(3);
        assertThat(counts.roundTrips()).isEqualTo(5);
        assertThat(counts.notifications()).isZero();
        assertThat(counts.byOperation())
                .isEqualTo(Map.of(
                        Operation.CREATE, 1,
                        Operation.SET_DATA, 1,
                        Operation.GET_DATA, 1,
                        Operation.EXISTS, 1,
                        Operation.GET_CHILDREN, 1));
        assertThat(counts.byPath()).isEqualTo(Map.of("/a", 3, "/b", 1, "/", 1));
    }

    @Test
    void traceShowsRequestsAndRepliesWithTheirErrorsInOrder() throws Exception {
        Counts counts = proxy.measure(() -> {
            create("/a");
            client.exists("/b", false);
        });
        assertThat(counts.trace())
                .extracting(Frame::direction, Frame::op, Frame::paths, Frame::err)
                .containsExactly(
                        tuple(Direction.TO_SERVER, Operation.CREATE, List.of("/a"), 0),
                        tuple(Direction.TO_CLIENT, Operation.CREATE, List.of("/a"), 0),
                        tuple(Direction.TO_SERVER, Operation.EXISTS, List.of("/b"), 0),
                        tuple(Direction.TO_CLIENT, Operation.EXISTS, List.of("/b"), Code.NONODE.intValue()));
        Frame created = counts.trace().get(1);
        assertThat(created.zxid()).isEqualTo(client.exists("/a", false).getCzxid());
        assertThat(counts.toString())
                .contains("2 requests (1 writes, 1 reads), 2 round trips")
                .contains("exists /b");
        assertThat(counts.toString().lines()).hasSize(5);
    }

    @Test
    void createAndListSentBackToBackAreOneRoundTrip() throws Exception {
        create("/a");
        for (int i = 0; i < 10; i++) {
            Counts counts = proxy.measure(() -> {
                CountDownLatch answered = new CountDownLatch(2);
                StringCallback created = (rc, path, ctx, name) -> answered.countDown();
                ChildrenCallback listed = (rc, path, ctx, children) -> answered.countDown();
                client.create("/a/n-", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL, created, null);
                client.getChildren("/a", false, listed, null);
                assertThat(answered.await(5, TimeUnit.SECONDS)).isTrue();
            });
            assertThat(counts.requests()).isEqualTo(2);
            assertThat(counts.roundTrips()).as(counts.toString()).isEqualTo(1);
        }
    }

    /**
     * Else the server might answer the first request of a batch before the last was written, which now and then it does,
     * and the batch would seem to be two.
     */
    @Test
    void repliesAreHeldWhileSomebodyCounts() throws Exception {
        int requests = 10;
        Recording recording = proxy.startCounting();
        long start = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            client.exists("/a", false);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(20L * requests));
        assertThat(recording.stop().roundTrips()).isEqualTo(requests);
    }

    /** The step returns before its request was even sent; the count must not end before that was answered. */
    @Test
    void countWaitsForRequestsTheStepLeftBehind() throws Exception {
        proxy.delay(Duration.ofMillis(60));
        Counts counts = proxy.measure(() -> client.create(
                "/a", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, (rc, path, ctx, name) -> {}, null));
        assertThat(counts.trace()).hasSize(2);
    }

    @Test
    void everyOperationOfAMultiIsNamed() throws Exception {
        create("/a");
        Counts counts = proxy.measure(() -> client.multi(List.of(
                Op.check("/a", -1),
                Op.create("/a/b", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                Op.setData("/a", DATA, -1))));
        Frame multi = counts.requestFrames().get(0);
        assertThat(multi.paths()).containsExactly("/a", "/a/b", "/a");
        assertThat(multi.detail()).isEqualTo("[check, create, setData]");
        assertThat(counts.writes()).isEqualTo(1);
        assertThat(counts.byPath()).isEqualTo(Map.of("/a", 1, "/a/b", 1));
    }

    @Test
    void failedMultiShowsItsCause() throws Exception {
        Counts counts = proxy.measure(() -> assertThatThrownBy(() -> client.multi(
                        List.of(Op.create("/a", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT), Op.check("/b", -1))))
                .isInstanceOf(KeeperException.NoNodeException.class));
        assertThat(counts.trace().get(1).err()).isEqualTo(Code.NONODE.intValue());
    }

    @Test
    void multiReadIsARead() throws Exception {
        create("/a");
        Counts counts = proxy.measure(() -> client.multi(List.of(Op.getData("/a"), Op.getChildren("/"))));
        assertThat(counts.byOperation()).isEqualTo(Map.of(Operation.MULTI_READ, 1));
        assertThat(counts.reads()).isEqualTo(1);
        assertThat(counts.requestFrames().get(0).paths()).containsExactly("/a", "/");
    }

    @Test
    void theRarerOperationsAreDecodedToo() throws Exception {
        Counts counts = proxy.measure(() -> {
            client.create("/c", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
            client.create("/a", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, new Stat());
            client.getChildren("/a", false, new Stat());
            client.addWatch("/a", event -> {}, AddWatchMode.PERSISTENT_RECURSIVE);
            client.removeAllWatches("/a", WatcherType.Any, false);
            client.getEphemerals("/a");
            client.getAllChildrenNumber("/a");
            client.getACL("/a", null);
            CountDownLatch synced = new CountDownLatch(1);
            client.sync("/a", (rc, path, ctx) -> synced.countDown(), null);
            synced.await();
            client.delete("/a", -1);
        });
        assertThat(counts.requestFrames())
                .extracting(Frame::op)
                .containsExactly(
                        Operation.CREATE_CONTAINER,
                        Operation.CREATE2,
                        Operation.GET_CHILDREN2,
                        Operation.ADD_WATCH,
                        Operation.REMOVE_WATCHES,
                        Operation.GET_EPHEMERALS,
                        Operation.GET_ALL_CHILDREN_NUMBER,
                        Operation.GET_ACL,
                        Operation.SYNC,
                        Operation.DELETE);
        assertThat(counts.requestFrames()).allMatch(frame -> frame.names("/a") || frame.names("/c"));
    }

    @Test
    void notificationsAreCountedApartFromReplies() throws Exception {
        create("/a");
        CountDownLatch fired = new CountDownLatch(1);
        Counts counts = proxy.measure(() -> {
            client.getData("/a", event -> fired.countDown(), null);
            client.setData("/a", DATA, -1);
            assertThat(fired.await(5, TimeUnit.SECONDS)).isTrue();
        });
        assertThat(counts.notifications()).isEqualTo(1);
        assertThat(counts.requests()).isEqualTo(2);
        assertThat(counts.trace())
                .filteredOn(frame -> frame.op() == Operation.NOTIFICATION)
                .singleElement()
                .satisfies(frame -> {
                    assertThat(frame.names("/a")).isTrue();
                    assertThat(frame.detail()).isEqualTo("NodeDataChanged");
                });
    }

    @Test
    void renewalsThatAreLeftOutDoNotCount() throws Exception {
        create("/quorate");
        create("/quorate/session");
        create("/a");
        proxy.leaveOutWritesUnder("/quorate/");
        Counts counts = proxy.measure(() -> {
            client.setData("/quorate/session", DATA, -1);
            client.multi(List.of(Op.check("/quorate/session", -1), Op.setData("/quorate/session", DATA, -1)));
            client.multi(List.of(Op.check("/quorate/session", -1), Op.setData("/a", DATA, -1)));
            client.getData("/quorate/session", false, null);
        });
        assertThat(counts.byOperation()).isEqualTo(Map.of(Operation.MULTI, 1, Operation.GET_DATA, 1));
        assertThat(counts.roundTrips()).isEqualTo(2);
        assertThat(counts.trace()).hasSize(4);
    }

    @Test
    void pingsAreNotCounted() throws Exception {
        try (RawClient restless = RawClient.connect(proxy.connectString(), 600)) {
            long received = servers.packetsReceived();
            Counts counts = proxy.measure(() -> await().until(() -> servers.packetsReceived() >= received + 3));
            assertThat(counts.trace()).isEmpty();
            assertThat(restless.getState().isConnected()).isTrue();
        }
    }

    @Test
    void recordingCannotBeStoppedTwice() {
        Recording recording = proxy.startCounting();
        recording.stop();
        assertThatThrownBy(recording::stop).isInstanceOf(IllegalStateException.class);
    }

    // Faults.

    @Test
    void lostReplyLeavesANodeTheClientKnowsNothingOf() throws Exception {
        CompletableFuture<Frame> lost = proxy.cutAfterRequest(frame -> frame.names("/a"));
        assertThatThrownBy(() -> create("/a")).isInstanceOf(ConnectionLossException.class);
        Frame reply = lost.get(5, TimeUnit.SECONDS);
        assertThat(reply.isRequestFor(Operation.CREATE)).isFalse();
        assertThat(reply.op()).isEqualTo(Operation.CREATE);
        assertThat(reply.err()).isZero();
        assertThat(servers.paths()).containsExactly("/a");
        assertThat(onceConnected(() -> client.exists("/a", false)).getCzxid()).isEqualTo(reply.zxid());
    }

    @Test
    void lostRequestLeavesNothing() throws Exception {
        CompletableFuture<Frame> lost = proxy.cutBeforeRequest(frame -> frame.isRequestFor(Operation.CREATE));
        assertThatThrownBy(() -> create("/a")).isInstanceOf(ConnectionLossException.class);
        assertThat(lost.get(5, TimeUnit.SECONDS).paths()).containsExactly("/a");
        assertThat(servers.paths()).isEmpty();
        assertThat(onceConnected(() -> create("/a"))).isEqualTo("/a");
    }

    /** A batch has an order; what was sent before the request that is cut must arrive, and its reply too. */
    @Test
    void requestsBeforeTheCutAreAnswered() throws Exception {
        CompletableFuture<Frame> lost = proxy.cutAfterRequest(frame -> frame.names("/b"));
        CompletableFuture<Integer> first = new CompletableFuture<>();
        CompletableFuture<Integer> second = new CompletableFuture<>();
        client.create(
                "/a", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, (rc, p, c, name) -> first.complete(rc), null);
        client.create(
                "/b", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, (rc, p, c, name) -> second.complete(rc), null);
        assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo(Code.OK.intValue());
        assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo(Code.CONNECTIONLOSS.intValue());
        assertThat(lost).isDone();
        assertThat(servers.paths()).containsExactly("/a", "/b");
    }

    @Test
    void disarmedFaultDoesNotStrike() throws Exception {
        proxy.cutAfterRequest(frame -> true).cancel(false);
        create("/a");
    }

    @Test
    void silenceLastsUntilResumed() throws Exception {
        proxy.hang();
        proxy.hang();
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        StatCallback answered = (rc, path, ctx, stat) -> answer.complete(rc);
        client.exists("/a", false, answered, null);
        try (Socket newcomer =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            await().until(() -> proxy.connections() == 2);
            assertThat(newcomer.isConnected()).isTrue();
        }
        assertThat(answer).isNotDone();
        assertThat(client.getState().isConnected()).isTrue();
        proxy.resume();
        assertThat(answer.get(5, TimeUnit.SECONDS)).isEqualTo(Code.NONODE.intValue());
    }

    @Test
    void cutLastsUntilRestored() throws Exception {
        proxy.cut();
        proxy.cut();
        assertThat(proxy.connections()).isZero();
        await().until(() -> !client.getState().isConnected());
        try (Socket refused =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            assertThat(refused.getInputStream().read()).isEqualTo(-1);
        }
        proxy.restore();
        assertThat(onceConnected(() -> create("/a"))).isEqualTo("/a");
    }

    /** The server hears the client and keeps its session; the client hears nothing. */
    @Test
    void withoutRepliesWritesAreStillCommitted() throws Exception {
        proxy.cutReplies();
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        client.create(
                "/a", DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, (rc, p, c, name) -> answer.complete(rc), null);
        await().until(() -> servers.paths().contains("/a"));
        assertThat(answer).isNotDone();
        proxy.restore();
        assertThat(answer.get(5, TimeUnit.SECONDS)).isEqualTo(Code.CONNECTIONLOSS.intValue());
    }

    /** The delay is a lower bound, twice; frames do not queue for each other's delay. */
    @Test
    void delayIsAddedOncePerDirectionHoweverManyRequestsAreUnderway() throws Exception {
        Duration eachWay = Duration.ofMillis(100);
        proxy.delay(eachWay);
        long start = System.nanoTime();
        int requests = 50;
        CountDownLatch answered = new CountDownLatch(requests);
        for (int i = 0; i < requests; i++) {
            client.exists("/a", false, (rc, path, ctx, stat) -> answered.countDown(), null);
        }
        assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took).isGreaterThanOrEqualTo(eachWay.multipliedBy(2)).isLessThan(eachWay.multipliedBy(requests));
        proxy.delay(Duration.ZERO);
    }

    @Test
    void negativeDelayIsRefused() {
        assertThatThrownBy(() -> proxy.delay(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clientsAreDisconnectedWhileTheServerIsDown() throws Exception {
        try (ZooKeeperServers others = ZooKeeperServers.standalone();
                ZooKeeperProxy toOthers = ZooKeeperProxy.start(others.address(0));
                RawClient before = RawClient.connect(toOthers.connectString())) {
            others.stop(0);
            await().until(() -> !before.getState().isConnected());
            others.start(0);
            await().until(() -> before.getState().isConnected());
        }
    }

    // Strangers.

    @Test
    void garbageClosesTheConnectionItCameOnAndNoOther() throws Exception {
        sendAndAwaitClose(out -> out.writeInt(-1));
        sendAndAwaitClose(out -> out.writeInt(Integer.MAX_VALUE));
        sendAndAwaitClose(out -> out.write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8)));
        sendAndAwaitClose(out -> {
            out.writeInt(3);
            out.write(new byte[] {1, 2, 3});
        });
        assertThat(client.getState().isConnected()).isTrue();
        create("/a");
    }

    @Test
    void clientOfAServerThatWasNeverUpIsDisconnected() throws Exception {
        try (ZooKeeperProxy toNobody =
                ZooKeeperProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))) {
            try (Socket socket = new Socket(
                    toNobody.address().getAddress(), toNobody.address().getPort())) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            await().until(() -> toNobody.connections() == 0);
        }
    }

    private interface Sender {
        void send(DataOutputStream out) throws IOException;
    }

    private void sendAndAwaitClose(Sender sender) throws IOException {
        try (Socket socket =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            sender.send(new DataOutputStream(socket.getOutputStream()));
            assertThat(readToEnd(socket)).isTrue();
        }
    }

    /** A socket closed with bytes unread ends in a reset rather than in an end of stream; both are a close. */
    private static boolean readToEnd(Socket socket) {
        try {
            return socket.getInputStream().read() == -1;
        } catch (IOException reset) {
            return true;
        }
    }

    // The end.

    @Test
    void closedProxyHasNoThreadNoPortAndNoConnections() throws Exception {
        ZooKeeperProxy other = ZooKeeperProxy.start(servers.address(0));
        String thread = "zookeeper-proxy-" + other.address().getPort();
        assertThat(threadNames()).contains(thread);
        try (Socket socket =
                new Socket(other.address().getAddress(), other.address().getPort())) {
            await().until(() -> other.connections() == 1);
            CompletableFuture<Frame> armed = other.cutAfterRequest(frame -> true);
            other.close();
            other.close();
            assertThat(armed).isCancelled();
            assertThat(readToEnd(socket)).isTrue();
        }
        assertThat(threadNames()).doesNotContain(thread);
        assertThatThrownBy(() ->
                        new Socket(other.address().getAddress(), other.address().getPort()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(other::cut).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @Test
    void predicateThatThrowsIsReportedOnClose() throws Exception {
        ZooKeeperProxy other = ZooKeeperProxy.start(servers.address(0));
        try (RawClient victim = RawClient.connect(other.connectString())) {
            CompletableFuture<Frame> armed = other.cutAfterRequest(frame -> {
                throw new ArithmeticException("from the test");
            });
            assertThatThrownBy(() -> victim.exists("/", false)).isInstanceOf(ConnectionLossException.class);
            assertThat(armed).isCompletedExceptionally();
            assertThat(onceConnected(() -> victim.exists("/", false))).isNotNull();
        }
        assertThatThrownBy(other::close).hasRootCauseInstanceOf(ArithmeticException.class);
    }

    private static List<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    private String create(String path) throws KeeperException, InterruptedException {
        return client.create(path, DATA, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }
}
