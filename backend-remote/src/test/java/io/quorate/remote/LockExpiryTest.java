package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.lease.FencingGate;
import io.quorate.lease.StaleTokenException;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import io.quorate.remote.testing.ZooKeeperProxy;
import io.quorate.remote.testing.ZooKeeperServers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A holder whose machine has fallen silent stops believing in its lock before the servers, by their own clock, give the lock to somebody
 * else. Nothing is injected: the session runs out.
 */
final class LockExpiryTest {

    private static final Duration SESSION = Duration.ofSeconds(2);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private ZooKeeperServers servers;
    private ZooKeeperProxy proxy;

    @BeforeEach
    void open() throws Exception {
        servers = ZooKeeperServers.standalone(Duration.ofMillis(100));
        proxy = ZooKeeperProxy.start(servers.leaderAddress());
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
        servers.close();
    }

    /** Asks over and over, some ten thousand times a second, on a thread of its own, and remembers when the answer was last yes. */
    private static final class Sampler implements AutoCloseable {

        private final AtomicBoolean ended = new AtomicBoolean();
        private final Thread thread;
        private volatile long lastTrue = System.nanoTime();
        private volatile long samples;

        Sampler(BooleanSupplier held) {
            thread = new Thread(() -> {
                long count = 0;
                while (!ended.get()) {
                    if (held.getAsBoolean()) {
                        lastTrue = System.nanoTime();
                    }
                    samples = ++count;
                    // Leaves the processor to those who are being watched.
                    LockSupport.parkNanos(20_000);
                }
            });
            thread.start();
        }

        /** Returns how long after the grant the answer was still yes; negative if it was no before. */
        Duration overlap(long grantedAt) {
            return Duration.ofNanos(lastTrue - grantedAt);
        }

        @Override
        public void close() {
            ended.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void silentHolderIsLostBeforeTheNextOneIsGrantedTheLock() throws Exception {
        // The connection is not seen to break, so that the proven deadline alone decides.
        holderIsLostBeforeTheGrant(SuspensionPolicy.UNTIL_DEADLINE, proxy::hang);
    }

    @Test
    void disconnectedHolderIsLostBeforeTheNextOneIsGrantedTheLock() throws Exception {
        holderIsLostBeforeTheGrant(SuspensionPolicy.UNTIL_DEADLINE, proxy::cut);
    }

    @Test
    void holderThatFailsFastIsLostBeforeTheNextOneIsGrantedTheLock() throws Exception {
        holderIsLostBeforeTheGrant(SuspensionPolicy.FAIL_FAST, proxy::cut);
    }

    private void holderIsLostBeforeTheGrant(SuspensionPolicy policy, Runnable fault) throws Exception {
        try (Quorate a = client(proxy.connectString(), SESSION);
                Quorate b = client(servers.connectString(), Duration.ofSeconds(20))) {
            LockLease stale = a.lock("ledger", LockOptions.defaults().withSuspensionPolicy(policy))
                    .acquire(LIMIT);
            CompletableFuture<Long> grantedAt = new CompletableFuture<>();
            CompletableFuture<LockLease> next = b.lock("ledger").acquireAsync();
            next.thenRun(() -> grantedAt.complete(System.nanoTime()));
            LockLease current;
            try (Sampler sampler = new Sampler(stale::isHeld)) {
                fault.run();
                long granted = grantedAt.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                current = next.get();
                Duration overlap = sampler.overlap(granted);
                System.out.printf(
                        "overlap of two holders, %s: %d ms (%d samples)%n",
                        policy, overlap.toMillis(), sampler.samples);
                assertThat(overlap).isNegative();
                assertThat(stale.isHeld()).isFalse();
            }
            expectRefused(stale, current);
            proxy.restore();
            proxy.resume();
        }
    }

    private void expectRefused(LockLease stale, LockLease current) throws Exception {
        assertThatThrownBy(stale::ensureHeld).isInstanceOf(OwnershipLostException.class);
        assertThat(stale.token()).isLessThan(current.token());
        FencingGate gate = FencingGate.create();
        gate.run(current.token(), () -> {});
        assertThatThrownBy(() -> gate.run(stale.token(), () -> {})).isInstanceOf(StaleTokenException.class);
        try (Quorate fresh = client(servers.connectString(), Duration.ofSeconds(20))) {
            assertThatThrownBy(() -> fresh.commit(Commit.builder()
                            .guard(stale.guard())
                            .create(Key.of("/data"), Bytes.utf8("stale"))
                            .build()))
                    .isInstanceOf(GuardFailedException.class);
            fresh.commit(Commit.builder()
                    .guard(current.guard())
                    .create(Key.of("/data"), Bytes.utf8("current"))
                    .build());
        }
    }

    private static Quorate client(String connectString, Duration sessionTimeout) throws InterruptedException {
        return Quorate.open(
                "zookeeper://" + connectString + "?minSessionTimeout=500ms&connectionTimeout=5s",
                QuorateOptions.defaults().withSessionTimeout(sessionTimeout));
    }

    /** The same, for comparison, with a mutex whose holder stops when Curator reports that the session is lost; see {@link #SESSION}. */
    @Test
    void holderOfCuratorsMutexWhoWaitsForTheLossIsMeasured() throws Exception {
        try (CuratorFramework a = curator(proxy.connectString(), SESSION);
                CuratorFramework b = curator(servers.connectString(), Duration.ofSeconds(20))) {
            AtomicBoolean held = new AtomicBoolean(true);
            a.getConnectionStateListenable().addListener((client, state) -> {
                if (state == ConnectionState.LOST) {
                    held.set(false);
                }
            });
            new InterProcessMutex(a, "/mutex").acquire();
            try (Sampler sampler = new Sampler(held::get)) {
                proxy.hang();
                InterProcessMutex next = new InterProcessMutex(b, "/mutex");
                assertThat(next.acquire(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                long granted = System.nanoTime();
                Awaitility.await().atMost(LIMIT).untilFalse(held);
                Duration overlap = sampler.overlap(granted);
                System.out.printf(
                        "overlap of two holders, Curator with LOST only: %d ms (%d samples)%n",
                        overlap.toMillis(), sampler.samples);
                assertThat(overlap).isPositive();
                next.release();
            }
            proxy.resume();
        }
    }

    private static CuratorFramework curator(String connectString, Duration sessionTimeout) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(connectString)
                .sessionTimeoutMs(Math.toIntExact(sessionTimeout.toMillis()))
                .connectionTimeoutMs(2000)
                .retryPolicy(new RetryOneTime(100))
                .ensembleTracker(false)
                .build();
        client.start();
        client.blockUntilConnected();
        return client;
    }
}
