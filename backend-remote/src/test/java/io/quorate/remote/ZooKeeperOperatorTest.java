package io.quorate.remote;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.AccessDeniedException;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.SessionState;
import io.quorate.backend.WatchBatch;
import io.quorate.lock.LockLease;
import io.quorate.remote.ZooKeeperConfig.Authentication;
import io.quorate.remote.ZooKeeperConfig.Secret;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a session makes of what operators do: access rights that do not fit, nodes that they delete, limits without end. */
@Timeout(60)
final class ZooKeeperOperatorTest {

    private static @Nullable ServerCnxnFactory server;

    private final List<AutoCloseable> closing = new java.util.ArrayList<>();

    @BeforeAll
    static void startServer() throws Exception {
        File directory = Files.createTempDirectory("quorate-zookeeper").toFile();
        directory.deleteOnExit();
        ServerCnxnFactory started =
                ServerCnxnFactory.createFactory(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        started.startup(new ZooKeeperServer(directory, directory, 500));
        server = started;
    }

    @AfterAll
    static void stopServer() {
        requireNonNull(server).shutdown();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = closing.size() - 1; i >= 0; i--) {
            closing.get(i).close();
        }
    }

    /** The servers release what the session owned before they answer, and a holder must not believe himself one by then. */
    @Test
    void sessionIsOverForItselfBeforeItsEntriesAreGoneForOthers() {
        ZooKeeperBackend backend = backend(config("end"));
        Session other = open(backend);
        for (int i = 0; i < 20; i++) {
            Session owner = open(backend);
            Key key = Key.of("own-" + i);
            await(owner.commit(Commit.builder().createOwned(key, null).build()));
            CompletableFuture<SessionState> atTheEnd = new CompletableFuture<>();
            other.watch(key, Scope.ENTRY, (WatchBatch batch) -> {
                if (!batch.initial()) {
                    atTheEnd.complete(owner.state());
                }
            });
            await(other.get(key, Read.ANY));

            CompletableFuture<Void> closed = owner.closeAsync();

            assertThat(await(atTheEnd)).isEqualTo(SessionState.CLOSED);
            await(closed);
        }
    }

    @Test
    void queueThatMustNotBeCreatedIsRefused() throws Exception {
        ZooKeeperBackend backend = backend(config("refused"));
        Session session = open(backend);
        ZooKeeper raw = raw();
        raw.create("/refused/locks", null, ZooDefs.Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT);

        CompletableFuture<?> refused = session.enqueue(Key.of("locks/orders"), "x", null);

        assertThatThrownBy(() -> await(refused))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageContaining("/locks/orders");
    }

    @Test
    void queueDeepBelowAnOwnedEntryIsRefused() {
        Session session = open(backend(config("deep")));
        await(session.commit(Commit.builder().createOwned(Key.of("own"), null).build()));

        CompletableFuture<?> refused = session.enqueue(Key.of("own/some/queue"), "x", null);

        assertThatThrownBy(() -> await(refused)).isInstanceOf(SessionOwnedHasNoChildrenException.class);
    }

    @Test
    void locksGoOnAfterAnOperatorDeletedTheNodesOfTheAdapter() throws Exception {
        Quorate client = quorate(backend(config("deleted")), "a");
        LockLease before = client.lock("one").acquire(Duration.ofSeconds(10));
        Session session = await(client.session());

        ZKUtil.deleteRecursive(raw(), "/deleted/quorate");
        long proven = session.provenUntilNanos();

        LockLease after = client.lock("two").acquire(Duration.ofSeconds(10));
        assertThat(after.isHeld()).isTrue();
        assertThat(await(session.commit(Commit.builder()
                                .guard(after.guard())
                                .create(Key.of("data"), Bytes.EMPTY)
                                .build()))
                        .revision())
                .isGreaterThan(after.token());
        org.awaitility.Awaitility.await().until(() -> session.provenUntilNanos() > proven);
        assertThat(before.isHeld()).isTrue();
    }

    @Test
    void waiterIsServedThoughItMustNotReadTheTicketOfTheHolder() throws Exception {
        Quorate anonymous = quorate(backend(config("rights")), "anonymous");
        anonymous.lock("orders").acquire().close();
        Quorate named = quorate(
                backend(config("rights").withAuthentication(new Authentication.Digest("u", Secret.of("p")))), "named");
        LockLease holder = named.lock("orders").acquire(Duration.ofSeconds(10));

        CompletableFuture<LockLease> waiting = anonymous.lock("orders").acquireAsync();
        org.awaitility.Awaitility.await()
                .until(() -> named.lock("orders").contendersAsync().join().size() == 2);
        // Whatever the waiter's session has been told of the holder by now, it is behind this.
        assertThat(anonymous.lock("orders").tryAcquire()).isEmpty();
        assertThat(waiting).isNotDone();
        await(holder.release());

        assertThat(await(waiting).token()).isGreaterThan(holder.token());
    }

    @Test
    void connectionTimeoutMayBeWithoutEnd() {
        ZooKeeperBackend backend = backend(config("endless").withConnectionTimeout(Duration.ofSeconds(Long.MAX_VALUE)));

        Session session = open(backend);

        assertThat(await(session.get(Key.of("x"), Read.LATEST))).isEmpty();
        session.close();
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
    }

    private static ZooKeeperConfig config(String namespace) {
        return ZooKeeperConfig.of(address())
                .withNamespace(Key.of(namespace))
                .withSessionTimeouts(Duration.ofMillis(1), Duration.ofSeconds(60));
    }

    private static String address() {
        return "127.0.0.1:" + requireNonNull(server).getLocalPort();
    }

    private ZooKeeperBackend backend(ZooKeeperConfig config) {
        ZooKeeperBackend backend = ZooKeeperBackend.create(config);
        closing.add(backend);
        return backend;
    }

    private Quorate quorate(ZooKeeperBackend backend, String owner) throws InterruptedException {
        Quorate client = Quorate.open(
                backend, QuorateOptions.defaults().withOwnerName(owner).withSessionTimeout(Duration.ofSeconds(5)));
        closing.add(client);
        return client;
    }

    private ZooKeeper raw() throws Exception {
        ZooKeeper raw = new ZooKeeper(address(), 10_000, event -> {});
        closing.add(raw);
        return raw;
    }

    private static Session open(ZooKeeperBackend backend) {
        return await(backend.open(SessionOptions.of("test").withTimeout(Duration.ofSeconds(5))));
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.copy().orTimeout(10, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
