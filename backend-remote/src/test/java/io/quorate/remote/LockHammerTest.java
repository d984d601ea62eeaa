package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.remote.testing.ZooKeeperServers;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** Many threads of two clients compete for one lock while the servers go down and come back under them. */
final class LockHammerTest {

    private static final int THREADS_PER_CLIENT = 50;

    /** Increments that must be confirmed before each fault, and after the last one. */
    private static final int STRETCH = 60;

    /** A fault, which is over when this returns; the clients need some time more. */
    private interface Fault {
        void strike() throws Exception;
    }

    @Test
    void countersAreExactAndTokensRiseThroughRestartsOfASingleServer() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.standalone()) {
            hammer("single server, restarts", servers, 3, servers::restart);
        }
    }

    @Test
    void countersAreExactAndTokensRiseThroughTheDeathsOfTwoLeaders() throws Exception {
        try (ZooKeeperServers servers = ZooKeeperServers.ensemble(3)) {
            hammer("ensemble, leader kills", servers, 2, () -> {
                int killed = servers.killLeader();
                servers.awaitLeader();
                servers.start(killed);
            });
        }
    }

    private static void hammer(String what, ZooKeeperServers servers, int faults, Fault fault) throws Exception {
        long start = System.nanoTime();
        try (LockHammer hammer = LockHammer.open("zookeeper://" + servers.connectString(), THREADS_PER_CLIENT)) {
            for (int i = 1; i <= faults; i++) {
                awaitConfirmed(hammer, i * STRETCH);
                fault.strike();
            }
            awaitConfirmed(hammer, (faults + 1) * STRETCH);
            hammer.stop();
            System.out.printf(
                    "hammer, %s: %s, %d ms%n",
                    what, hammer, Duration.ofNanos(System.nanoTime() - start).toMillis());
            hammer.check();
            await().untilAsserted(
                            () -> assertThat(servers.ephemeralsBelow("/locks")).isEmpty());
        }
        await().untilAsserted(() -> assertThat(servers.residue().isEmpty()).isTrue());
        await().untilAsserted(() -> assertThat(clientThreads()).isEmpty());
    }

    private static void awaitConfirmed(LockHammer hammer, int count) {
        await().until(() -> {
            hammer.rethrow();
            return hammer.confirmed() >= count;
        });
    }

    private static Set<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name ->
                        name.startsWith("quorate-") || name.startsWith("hammer-") || name.contains("SendThread("))
                .collect(Collectors.toSet());
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10));
    }
}
