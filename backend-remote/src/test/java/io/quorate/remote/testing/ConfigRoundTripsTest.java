package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Key;
import io.quorate.config.ConfigCodec;
import io.quorate.config.ConfigEntries;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.retry.RetryOneTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What it costs to load a configuration and to follow its changes, counted frame by frame, beside Curator's cache on the same
 * tree in the same run.
 */
class ConfigRoundTripsTest {

    /** Long, so that no renewal falls into a measurement. */
    private static final Duration SESSION_TIMEOUT = Duration.ofMillis(SessionTimeouts.MAXIMUM_MILLIS);

    private static final ConfigOptions<ConfigEntries> RAW =
            ConfigOptions.of(ConfigCodec.raw()).withoutStatus();

    private static @Nullable ZooKeeperServers servers;

    @BeforeAll
    static void startServers() throws Exception {
        servers = ZooKeeperServers.standalone();
    }

    @AfterAll
    static void stopServers() throws Exception {
        requireNonNull(servers).close();
    }

    @Test
    void loadOf131NodesTakesFiveRequestsAndAChangeOfAnyNumberOfKeysOne() throws Exception {
        // The root, ten groups and 120 leaves.
        publish("counted", groups(10, 12));
        Counts ours;
        Counts ourChange;
        Counts ourBurst;
        try (ZooKeeperProxy proxy = proxy();
                Quorate client = open(proxy.connectString(), "counted")) {
            client.session().get(10, TimeUnit.SECONDS);
            Recording load = proxy.startCounting();
            ConfigWatcher<ConfigEntries> watcher = client.watchConfig("app", RAW);
            assertThat(watcher.await(Duration.ofSeconds(10)).value().size()).isEqualTo(120);
            ours = load.stop();

            ourChange = counted(proxy, watcher, ConfigUpdate.create().set("g3/k3", "one"), "g3/k3", "one");
            Map<String, String> burst = new TreeMap<>(groups(10, 5));
            burst.replaceAll((key, value) -> "burst");
            ourBurst = counted(proxy, watcher, ConfigUpdate.create().setAll(burst), "g9/k4", "burst");
        }
        Counts theirs;
        Counts theirChange;
        Counts theirBurst;
        try (ZooKeeperProxy proxy = proxy();
                CuratorFramework curator = curator(proxy.connectString())) {
            Recording load = proxy.startCounting();
            try (CuratorCache cache = loaded(curator, "/counted/config/app")) {
                theirs = load.stop();
                assertThat(cache.size()).isEqualTo(131);
                theirChange = counted(proxy, cache, Map.of("g3/k3", "two"));
                Map<String, String> burst = new TreeMap<>(groups(10, 5));
                burst.replaceAll((key, value) -> "burst of two");
                theirBurst = counted(proxy, cache, burst);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%nrequests (round trips)     | Quorate | CuratorCache%nload of 131 nodes          | %d (%d) | %d (%d)%n"
                        + "change of one key          | %d (%d) | %d (%d)%nchange of 50 keys at once  | %d (%d) | %d (%d)%n",
                ours.requests(),
                ours.roundTrips(),
                theirs.requests(),
                theirs.roundTrips(),
                ourChange.requests(),
                ourChange.roundTrips(),
                theirChange.requests(),
                theirChange.roundTrips(),
                ourBurst.requests(),
                ourBurst.roundTrips(),
                theirBurst.requests(),
                theirBurst.roundTrips());

        assertThat(ours.requests()).as(ours.toString()).isLessThanOrEqualTo(5);
        // All notifications of a commit come before the reply to what the first of them made the watch ask, which
        // covers the whole of a small tree.
        assertThat(ourChange.requests()).as(ourChange.toString()).isEqualTo(1);
        assertThat(ourBurst.requests()).as(ourBurst.toString()).isEqualTo(1);
        assertThat(theirs.requests()).as("the baseline is what we say it is").isEqualTo(263);
        // The key, and the root with the number of the publication.
        assertThat(theirChange.requests()).as(theirChange.toString()).isEqualTo(2);
        assertThat(theirBurst.requests()).as(theirBurst.toString()).isEqualTo(51);
    }

    /** Prints how long both take for 10,000 leaves. How fast a machine is, is nothing to assert. */
    @Test
    void loadOfTenThousandLeavesIsMeasuredBesideCurators() throws Exception {
        publish("many", groups(100, 100));
        try (Quorate client = open(requireNonNull(servers).connectString(), "many");
                CuratorFramework curator = curator(requireNonNull(servers).connectString())) {
            client.session().get(10, TimeUnit.SECONDS);
            String tree = "/many/config/app";
            for (int round = 1; round <= 3; round++) {
                long start = System.nanoTime();
                ConfigWatcher<ConfigEntries> watcher = client.watchConfig("app", RAW);
                assertThat(watcher.await(Duration.ofSeconds(60)).value().size()).isEqualTo(10_000);
                long ours = System.nanoTime() - start;
                watcher.close();
                start = System.nanoTime();
                try (CuratorCache cache = loaded(curator, tree)) {
                    long theirs = System.nanoTime() - start;
                    assertThat(cache.size()).isGreaterThan(10_000);
                    System.out.printf(
                            Locale.ROOT,
                            "load of 10,000 leaves, round %d: Quorate %d ms, CuratorCache %d ms, %.1f times%n",
                            round,
                            TimeUnit.NANOSECONDS.toMillis(ours),
                            TimeUnit.NANOSECONDS.toMillis(theirs),
                            (double) theirs / ours);
                }
            }
        }
    }

    private static Counts counted(
            ZooKeeperProxy proxy, ConfigWatcher<ConfigEntries> watcher, ConfigUpdate update, String key, String value)
            throws Exception {
        Recording recording = proxy.startCounting();
        try (Quorate publisher = open(requireNonNull(servers).connectString(), "counted")) {
            publisher.configPublisher("app").publish(update);
        }
        await().until(() -> watcher.current().value().text(key).orElse("").equals(value));
        return recording.stop();
    }

    /** Counts what a cache of Curator asks for after a publish, until it has all of it. */
    private static Counts counted(ZooKeeperProxy proxy, CuratorCache cache, Map<String, String> update)
            throws Exception {
        Recording recording = proxy.startCounting();
        publish("counted", update);
        await().until(() -> update.entrySet().stream()
                .allMatch(entry -> cache.get("/counted/config/app/" + entry.getKey())
                        .map(node -> new String(node.getData(), UTF_8).equals(entry.getValue()))
                        .orElse(false)));
        return recording.stop();
    }

    private static void publish(String namespace, Map<String, String> content) throws Exception {
        try (Quorate client = open(requireNonNull(servers).connectString(), namespace)) {
            // In pieces that fit into one commit each, so that all of it is in place and nothing else is beside it.
            ConfigUpdate update = ConfigUpdate.create();
            int count = 0;
            for (Map.Entry<String, String> entry : content.entrySet()) {
                update = update.set(entry.getKey(), entry.getValue());
                if (++count % 100 == 0 || count == content.size()) {
                    client.configPublisher("app").publish(update);
                    update = ConfigUpdate.create();
                }
            }
        }
    }

    private static Map<String, String> groups(int groups, int keys) {
        Map<String, String> content = new TreeMap<>();
        for (int group = 0; group < groups; group++) {
            for (int key = 0; key < keys; key++) {
                content.put("g" + group + "/k" + key, "value of this key");
            }
        }
        return content;
    }

    private static ZooKeeperProxy proxy() throws Exception {
        return ZooKeeperProxy.start(requireNonNull(servers).leaderAddress());
    }

    private static Quorate open(String connectString, String namespace) throws InterruptedException {
        return Quorate.open(
                "zookeeper://" + connectString + "?maxSessionTimeout=" + SESSION_TIMEOUT,
                QuorateOptions.defaults().withSessionTimeout(SESSION_TIMEOUT).withNamespace(Key.of(namespace)));
    }

    private static CuratorFramework curator(String connectString) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(connectString)
                .sessionTimeoutMs(10_000)
                .connectionTimeoutMs(10_000)
                .retryPolicy(new RetryOneTime(100))
                .ensembleTracker(false)
                .build();
        client.start();
        client.blockUntilConnected();
        return client;
    }

    private static CuratorCache loaded(CuratorFramework curator, String path) throws InterruptedException {
        CuratorCache cache = CuratorCache.build(curator, path);
        CountDownLatch initialized = new CountDownLatch(1);
        cache.listenable()
                .addListener(CuratorCacheListener.builder()
                        .forInitialized(initialized::countDown)
                        .build());
        cache.start();
        assertThat(initialized.await(60, TimeUnit.SECONDS)).isTrue();
        return cache;
    }
}
