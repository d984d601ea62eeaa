package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.LeaderLatchOptions;
import io.quorate.leader.Leadership;
import io.quorate.remote.testing.ZooKeeperProxy;
import io.quorate.remote.testing.ZooKeeperServers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.RetryOneTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A leader whose machine has fallen silent stops believing in its leadership before the servers, by their own clock, give it to somebody
 * else. Nothing is injected: the session runs out.
 */
final class LeaderExpiryTest {

    private static final Duration SESSION = Duration.ofSeconds(4);

    private static final Duration LIMIT = Duration.ofSeconds(40);

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

    @Test
    void silentLeaderIsLostBeforeTheNextOneLeads() throws Exception {
        leaderIsLostBeforeTheNextOneLeads(SuspensionPolicy.UNTIL_DEADLINE, proxy::hang);
    }

    @Test
    void disconnectedLeaderIsLostBeforeTheNextOneLeads() throws Exception {
        leaderIsLostBeforeTheNextOneLeads(SuspensionPolicy.UNTIL_DEADLINE, proxy::cut);
    }

    @Test
    void leaderThatFailsFastIsLostBeforeTheNextOneLeads() throws Exception {
        leaderIsLostBeforeTheNextOneLeads(SuspensionPolicy.FAIL_FAST, proxy::cut);
    }

    private void leaderIsLostBeforeTheNextOneLeads(SuspensionPolicy policy, Runnable fault) throws Exception {
        try (Quorate a = client(proxy.connectString(), SESSION);
                Quorate b = client(servers.connectString(), Duration.ofSeconds(20));
                LeaderLatch latchOfA =
                        a.leaderLatch("ledger", LeaderLatchOptions.defaults().withSuspensionPolicy(policy));
                LeaderLatch latchOfB = b.leaderLatch("ledger")) {
            latchOfA.start();
            Leadership stale = latchOfA.await(LIMIT);
            latchOfB.start();
            CompletableFuture<Long> ledAt = latchOfB.awaitAsync().thenApply(leadership -> System.nanoTime());
            try (Sampler sampler = new Sampler(latchOfA::hasLeadership)) {
                fault.run();
                Duration overlap = sampler.overlap(ledAt.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
                System.out.printf(
                        "overlap of two leaders, %s: %d ms (%d samples)%n",
                        policy, Math.max(0, overlap.toMillis()), sampler.samples());
                assertThat(overlap).isNegative();
            }
            assertThat(stale.isHeld()).isFalse();
            assertThat(latchOfB.await(LIMIT).term()).isGreaterThan(stale.term());
            proxy.restore();
            proxy.resume();
            Awaitility.await().atMost(LIMIT).until(() -> latchOfB.participants().size() == 2);
            assertThat(latchOfB.hasLeadership()).isTrue();
            assertThat(latchOfA.hasLeadership()).isFalse();
        }
    }

    private static Quorate client(String connectString, Duration sessionTimeout) throws InterruptedException {
        return Quorate.open(
                "zookeeper://" + connectString + "?minSessionTimeout=500ms&connectionTimeout=5s",
                QuorateOptions.defaults().withSessionTimeout(sessionTimeout));
    }

    /** The same, for comparison, with a latch that gives up when Curator reports that the session is lost. */
    @Test
    void leaderOfCuratorsLatchWhoWaitsForTheLossIsMeasured() throws Exception {
        try (CuratorFramework a = curator(proxy.connectString(), SESSION);
                CuratorFramework b = curator(servers.connectString(), Duration.ofSeconds(20));
                var latchOfA = new org.apache.curator.framework.recipes.leader.LeaderLatch(a, "/latch");
                var latchOfB = new org.apache.curator.framework.recipes.leader.LeaderLatch(b, "/latch")) {
            latchOfA.start();
            assertThat(latchOfA.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Long> ledAt = new CompletableFuture<>();
            latchOfB.addListener(new LeaderLatchListener() {
                @Override
                public void isLeader() {
                    ledAt.complete(System.nanoTime());
                }

                @Override
                public void notLeader() {}
            });
            latchOfB.start();
            try (Sampler sampler = new Sampler(latchOfA::hasLeadership)) {
                proxy.hang();
                long led = ledAt.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                Awaitility.await().atMost(LIMIT).until(() -> !latchOfA.hasLeadership());
                Duration overlap = sampler.overlap(led);
                System.out.printf(
                        "overlap of two leaders, Curator with LOST only: %d ms of a session of %d ms (%d samples)%n",
                        overlap.toMillis(), SESSION.toMillis(), sampler.samples());
                // Some two thirds of a session on an idle machine.
                assertThat(overlap).isGreaterThan(SESSION.dividedBy(4));
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
                .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
                .ensembleTracker(false)
                .build();
        client.start();
        client.blockUntilConnected();
        return client;
    }
}
