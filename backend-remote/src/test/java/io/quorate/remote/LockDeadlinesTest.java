package io.quorate.remote;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.SessionState;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import io.quorate.remote.testing.ZooKeeperProxy;
import io.quorate.remote.testing.ZooKeeperServers;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A limit is kept whatever the servers do, the reason is told, and whatever the attempt had sent by then leaves nothing behind: not even
 * what reaches the servers afterwards.
 *
 * <p>The limits are kept to a few milliseconds, which the output shows; what is asserted leaves room for a machine that is busy.
 */
final class LockDeadlinesTest {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private static final Duration TOLERANCE = Duration.ofMillis(500);

    private static final String QUEUE = "/locks/ledger";

    private ZooKeeperServers servers;
    private ZooKeeperProxy proxy;
    private Quorate client;
    private Quorate other;
    private DistributedLock lock;

    /** An operation that may fail. */
    private interface Operation {
        Object run() throws InterruptedException;
    }

    /** How an operation ended. */
    private record End(Duration elapsed, @Nullable RuntimeException failure) {

        RuntimeException failed() {
            return requireNonNull(failure, "the operation succeeded");
        }
    }

    @BeforeEach
    void open() throws Exception {
        servers = ZooKeeperServers.standalone();
        proxy = ZooKeeperProxy.start(servers.leaderAddress());
        client = client(proxy.connectString());
        other = client(servers.connectString());
        lock = client.lock("ledger");
    }

    private static Quorate client(String connectString) throws InterruptedException {
        return Quorate.open(
                "zookeeper://" + connectString,
                QuorateOptions.defaults()
                        .withSessionTimeout(Duration.ofSeconds(20))
                        .withOperationTimeout(LIMIT));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        other.close();
        proxy.close();
        servers.close();
    }

    @Test
    void acquireEndsInTimeWhileTheServerIsDown() throws Exception {
        servers.stop();
        awaitSuspended();

        expectTimeout("acquire, server stopped", this::acquire, "the connection to the backend is lost");

        servers.start();
        expectNothingLeft();
    }

    @Test
    void acquireEndsInTimeWhileTheServerIsSilent() throws Exception {
        proxy.hang();

        expectTimeout("acquire, server silent", this::acquire, "the backend did not answer");

        proxy.resume();
        expectNothingLeft();
    }

    @Test
    void acquireEndsInTimeWhenTheConnectionBreaksAfterTheServerCommitted() throws Exception {
        // The queue exists, so that one request is enough to create the ticket.
        acquire().release().get(10, TimeUnit.SECONDS);
        proxy.cutReplies();
        CompletableFuture<End> ending = inBackground("acquire, cut after the commit", this::acquire);
        await().until(() -> tickets().size() == 1);
        proxy.cut();

        expectTimeout(ending.get(10, TimeUnit.SECONDS), "the connection to the backend is lost");

        proxy.restore();
        expectNothingLeft();
    }

    @Test
    void acquireEndsInTimeWhenTheConnectionBreaksBeforeTheServerGotTheRequest() throws Exception {
        proxy.hang();
        CompletableFuture<End> ending = inBackground("acquire, cut before the commit", this::acquire);
        proxy.cut();

        expectTimeout(ending.get(10, TimeUnit.SECONDS), "the connection to the backend is lost");
        assertThat(tickets()).isEmpty();

        proxy.restore();
        proxy.resume();
        expectNothingLeft();
    }

    @Test
    void waiterEndsInTimeWhenTheServiceStopsWhileItWaits() throws Exception {
        LockLease held = other.lock("ledger").acquire();
        CompletableFuture<End> ending = inBackground("acquire, stopped while waiting", this::acquire);
        await().until(() -> tickets().size() == 2);
        servers.stop();

        expectTimeout(ending.get(10, TimeUnit.SECONDS), "the connection to the backend is lost");

        servers.start();
        // It is the loss of the connection that took it from its holder.
        assertThat(held.isHeld()).isFalse();
        expectNothingLeft();
    }

    @Test
    void everyOtherOperationEndsWithinTheOperationTimeout() throws Exception {
        servers.stop();
        awaitSuspended();

        expectTimeout("tryAcquire", () -> lock.tryAcquire(), "");
        expectTimeout("holder", () -> lock.holder(), "");
        expectTimeout("queue", () -> lock.queue(), "");
        expectTimeout("get", () -> client.get(Key.of("/data")), "");
        Commit commit =
                Commit.builder().create(Key.of("/data"), Bytes.utf8("1")).build();
        End end = run("commit", () -> client.commit(commit));
        assertThat(end.failed())
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("read before retrying");
        assertThat(end.elapsed()).isLessThan(LIMIT.plus(TOLERANCE));

        servers.start();
        expectNothingLeft();
    }

    @Test
    void openEndsInTimeWhereNobodyListensAndNamesTheAddress() throws Exception {
        String nobody = "127.0.0.1:" + unusedPort();

        End end = run("open, nobody listens", () -> Quorate.open("zookeeper://" + nobody + "?connectionTimeout=1s"));

        assertThat(end.failed()).isInstanceOf(BackendUnavailableException.class).hasMessageContaining(nobody);
        assertThat(end.elapsed()).isLessThan(LIMIT.plus(TOLERANCE));
    }

    private LockLease acquire() throws InterruptedException {
        return lock.acquire(LIMIT);
    }

    private static void expectTimeout(String what, Operation operation, String reason) throws InterruptedException {
        expectTimeout(run(what, operation), reason);
    }

    private static void expectTimeout(End end, String reason) {
        assertThat(end.failed()).isInstanceOf(TimeoutExceededException.class).hasMessageContaining(reason);
        assertThat(end.elapsed()).isBetween(LIMIT, LIMIT.plus(TOLERANCE));
    }

    /** Whatever the attempt has sent is through once a later operation of the session has been answered. */
    private void expectNothingLeft() throws Exception {
        await().until(() -> client.session().get(10, TimeUnit.SECONDS).state() == SessionState.CONNECTED);
        assertThat(client.get(Key.of("/nothing"))).isEmpty();
        await().until(() -> tickets().isEmpty());
        LockLease lease = lock.tryAcquire().orElseThrow();
        assertThat(lease.isHeld()).isTrue();
        assertThat(tickets()).hasSize(1);
        lease.close();
    }

    private void awaitSuspended() throws Exception {
        var session = client.session().get(10, TimeUnit.SECONDS);
        await().until(() -> session.state() == SessionState.SUSPENDED);
    }

    /** Returns the tickets of the lock as the server has them. */
    private Set<String> tickets() {
        return servers.ephemeralsBelow(QUEUE);
    }

    private static CompletableFuture<End> inBackground(String what, Operation operation) {
        CompletableFuture<End> end = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        end.complete(run(what, operation));
                    } catch (InterruptedException | RuntimeException | Error e) {
                        end.completeExceptionally(e);
                    }
                })
                .start();
        return end;
    }

    private static End run(String what, Operation operation) throws InterruptedException {
        long start = System.nanoTime();
        RuntimeException failure = null;
        try {
            operation.run();
        } catch (RuntimeException e) {
            failure = e;
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        System.out.printf("limit of 1 s: %-32s %5d ms  %s%n", what, elapsed.toMillis(), failure);
        return new End(elapsed, failure);
    }

    private static int unusedPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
    }
}
