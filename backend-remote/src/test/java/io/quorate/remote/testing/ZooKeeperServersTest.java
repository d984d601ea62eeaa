package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;
import static io.quorate.remote.testing.Conditions.onceConnected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.SessionExpiredException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ZooKeeperServersTest {
    @Test
    void whatAClientHoldsIsSeenOnTheServerAndGoesWithItsSession() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone()) {
            assertThat(servers.residue().isEmpty()).isTrue();
            try (RawClient client = RawClient.connect(servers.connectString())) {
                create(client, "/a", CreateMode.PERSISTENT);
                create(client, "/a/e", CreateMode.EPHEMERAL);
                client.addWatch("/a", event -> {}, AddWatchMode.PERSISTENT_RECURSIVE);
                assertThat(servers.sessions()).containsExactly(client.getSessionId());
                assertThat(servers.ephemerals()).isEqualTo(Map.of(client.getSessionId(), Set.of("/a/e")));
                assertThat(servers.watches()).isPositive();
                assertThat(servers.paths()).containsExactly("/a", "/a/e");
            }
            await().until(() -> servers.residue().isEmpty());
            assertThat(servers.paths()).containsExactly("/a");
        }
    }

    @Test
    void sessionThatOwnsNothingIsSeenToo() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone();
                RawClient client = RawClient.connect(servers.connectString())) {
            assertThat(servers.residue()).isEqualTo(new Residue(Set.of(client.getSessionId()), Map.of(), 0));
        }
    }

    @Test
    void sessionTimeoutsFromTwoTicksOnAreGranted() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone(Duration.ofMillis(200));
                RawClient shortest = RawClient.connect(servers.connectString(), 300);
                RawClient usual = RawClient.connect(servers.connectString(), 1_000);
                RawClient longest = RawClient.connect(servers.connectString(), Integer.MAX_VALUE)) {
            assertThat(shortest.getSessionTimeout()).isEqualTo(400);
            assertThat(usual.getSessionTimeout()).isEqualTo(1_000);
            assertThat(longest.getSessionTimeout()).isEqualTo(60_000);
        }
    }

    @Test
    void restartKeepsPortDataAndSessions() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone();
                RawClient client = RawClient.connect(servers.connectString())) {
            create(client, "/a", CreateMode.EPHEMERAL);
            String before = servers.connectString();
            servers.restart();
            assertThat(servers.connectString()).isEqualTo(before);
            assertThat(servers.sessions()).containsExactly(client.getSessionId());
            assertThat(onceConnected(() -> client.exists("/a", false))).isNotNull();
        }
    }

    @Test
    void expiredSessionLosesItsNodesAndItsClientLearnsOfIt() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone();
                RawClient client = RawClient.connect(servers.connectString())) {
            create(client, "/a", CreateMode.EPHEMERAL);
            servers.expireSession(client.getSessionId());
            assertThat(servers.paths()).isEmpty();
            await().until(() -> client.getState() == ZooKeeper.States.CLOSED);
            assertThatThrownBy(() -> client.exists("/a", false)).isInstanceOf(SessionExpiredException.class);
            assertThatThrownBy(() -> servers.expireSession(client.getSessionId()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void containerIsReapedOnceItIsEmptyAgain() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone();
                RawClient client = RawClient.connect(servers.connectString())) {
            create(client, "/a", CreateMode.CONTAINER);
            create(client, "/a/b", CreateMode.PERSISTENT);
            servers.reapContainers();
            assertThat(servers.paths()).containsExactly("/a", "/a/b");
            client.delete("/a/b", -1);
            servers.reapContainers();
            await().until(() -> servers.paths().isEmpty());
        }
    }

    @Test
    void ensembleSurvivesItsLeaderAndTakesItBack() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.ensemble(3)) {
            assertThat(servers.leaderAddress()).isEqualTo(servers.address(servers.leader()));
            try (RawClient client = RawClient.connect(servers.connectString())) {
                create(client, "/a", CreateMode.EPHEMERAL);
                int killed = servers.killLeader();
                assertThat(servers.awaitLeader()).isNotEqualTo(killed);
                assertThat(onceConnected(() -> client.exists("/a", false))).isNotNull();
                servers.start(killed);
                servers.expireSession(client.getSessionId());
                assertThat(servers.paths()).isEmpty();
            }
            await().until(() -> servers.residue().isEmpty());
        }
    }

    @Test
    void expiryReachesAClientOfAFollower() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.ensemble(3);
                ZooKeeperProxy follower = ZooKeeperProxy.start(servers.address((servers.leader() + 1) % 3));
                RawClient client = RawClient.connect(follower.connectString())) {
            create(client, "/a", CreateMode.EPHEMERAL);
            client.exists("/a", true);
            assertThat(servers.watches()).isEqualTo(1);
            servers.expireSession(client.getSessionId());
            await().until(() -> client.getState() == ZooKeeper.States.CLOSED);
            await().until(() -> servers.residue().isEmpty());
        }
    }

    @Test
    void serversListenOnLoopbackOnly() throws Exception {
        try (ZooKeeperServers alone = ZooKeeperServers.standalone();
                ZooKeeperServers ensemble = ZooKeeperServers.ensemble(3)) {
            assertThat(alone.listeners())
                    .hasSize(1)
                    .allMatch(address -> address.getAddress().isLoopbackAddress());
            assertThat(ensemble.listeners())
                    .hasSize(3)
                    .allMatch(address -> address.getAddress().isLoopbackAddress());
        }
    }

    @Test
    void closedServersLeaveNoThreads() throws Exception {
        Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
        ZooKeeperServers alone = ZooKeeperServers.standalone();
        ZooKeeperServers ensemble = ZooKeeperServers.ensemble(3);
        alone.close();
        ensemble.close();
        ensemble.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .filteredOn(thread -> !thread.getName().startsWith("awaitility"))
                .isEmpty());
    }

    @Test
    void ensembleOfOneIsRefused() {
        assertThatThrownBy(() -> ZooKeeperServers.ensemble(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("standalone");
    }

    private static void create(ZooKeeper client, String path, CreateMode mode) throws Exception {
        client.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, mode);
    }
}
