package io.quorate.remote;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.curator.RetryPolicy;
import org.apache.curator.RetrySleeper;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.utils.ThreadUtils;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.jspecify.annotations.Nullable;

/**
 * The Curator client of one session, and the one ZooKeeper handle it may ever have.
 *
 * <p>Curator owns the connection, the ensemble and the authentication. It would also replace the handle, and with it the
 * session, after an expiry; the factory that is put into its builder makes one handle and refuses a second one, so that the
 * session that was opened is the session until the end.
 */
final class Connection {

    /**
     * The largest reply that is accepted. ZooKeeper's default of 1 MiB is meant for single nodes; reads that batch many nodes
     * stay below this limit by their number of nodes, see {@link SubtreeReader}.
     */
    private static final int MAX_REPLY_BYTES = 320 * 1024 * 1024;

    private static final RetryPolicy NO_RETRY = new NoRetry();

    private final CuratorFramework curator;
    private final PinnedHandle handle;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    Connection(ZooKeeperConfig config, Duration sessionTimeout, Watcher watcher) {
        CuratorFrameworkFactory.Builder builder = builder(config);
        ZKClientConfig client = clientConfig(config, builder.getZkClientConfig());
        handle = new PinnedHandle(builder.getZookeeperFactory(), watcher);
        curator = builder.sessionTimeoutMs(millis(sessionTimeout))
                // Curator warns of a longer one, and waits for nothing here by this time-out: opening has its own.
                .connectionTimeoutMs(Math.min(millis(config.connectionTimeout()), millis(sessionTimeout)))
                .waitForShutdownTimeoutMs(millis(config.connectionTimeout()))
                .maxCloseWaitMs(millis(config.connectionTimeout()))
                .retryPolicy(NO_RETRY)
                .canBeReadOnly(false)
                .ensembleTracker(false)
                .defaultData(new byte[0])
                .threadFactory(recording(builder.getThreadFactory()))
                .zookeeperFactory(handle)
                .zkClientConfig(client)
                .build();
    }

    private static CuratorFrameworkFactory.Builder builder(ZooKeeperConfig config) {
        CuratorFrameworkFactory.Builder builder = config.curator() == null
                ? CuratorFrameworkFactory.builder()
                : config.curator().get();
        if (builder.getEnsembleProvider() == null) {
            builder.connectString(reconnectable(config.connectString()));
        }
        if (config.authentication() instanceof ZooKeeperConfig.Authentication.Digest digest) {
            builder.authorization("digest", ZooKeeperConfig.credentials(digest));
        }
        return builder;
    }

    /**
     * Names a single server twice. ZooKeeper's client pauses for a second once it has tried every server of its list, which for a list of
     * one is before the first attempt to come back.
     */
    private static String reconnectable(String connectString) {
        return connectString.contains(",") ? connectString : connectString + "," + connectString;
    }

    private static ZKClientConfig clientConfig(ZooKeeperConfig config, @Nullable ZKClientConfig given) {
        ZKClientConfig client = given == null ? new ZKClientConfig() : given;
        if (!(config.authentication() instanceof ZooKeeperConfig.Authentication.Sasl) && given == null) {
            client.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        }
        // Bounds the one blocking request there is, the end of the session, and leaves time to join the threads.
        client.setProperty(
                ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT,
                Integer.toString(Math.max(1, millis(config.connectionTimeout()) / 2)));
        client.setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(MAX_REPLY_BYTES));
        for (Map.Entry<String, String> property : config.clientProperties().entrySet()) {
            client.setProperty(property.getKey(), property.getValue());
        }
        return client;
    }

    /** Starts to connect. Returns without waiting for a server. */
    void start() {
        curator.start();
    }

    /** Returns the handle. Only after {@link #start()}. */
    ZooKeeper zooKeeper() {
        return requireNonNull(handle.zooKeeper, "not started");
    }

    /**
     * Ends the session as far as a server can be reached, and joins the threads. Waits for the connection time-out at most for
     * the reply of a server.
     */
    private void close() {
        curator.close();
        for (Thread thread : threads) {
            joinQuietly(thread);
        }
    }

    /** Closes on a thread of its own, which is returned, and then runs something more there. */
    Thread closeOnThread(String name, Runnable then) {
        Thread thread = new Thread(
                () -> {
                    try {
                        close();
                    } finally {
                        then.run();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ThreadFactory recording(@Nullable ThreadFactory given) {
        ThreadFactory factory = given == null ? ThreadUtils.newThreadFactory("quorate-curator") : given;
        return task -> {
            Thread thread = factory.newThread(task);
            threads.add(thread);
            return thread;
        };
    }

    private static int millis(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.MILLISECONDS.convert(duration)));
    }

    /**
     * Makes one handle, and lets the adapter see what happens to it before Curator reacts.
     *
     * <p>Curator is not told of disconnections: it would inject an expiry into the handle when one has lasted for a session
     * time-out by its own clock, and that cannot be switched off. Whether a session has expired is for the servers to say, and
     * after an outage of the whole ensemble they let it live. Nor is it told of an expiry, after which it would make a new
     * handle.
     */
    private static final class PinnedHandle implements ZookeeperFactory {

        private final ZookeeperFactory delegate;
        private final Watcher watcher;
        private volatile @Nullable ZooKeeper zooKeeper;

        PinnedHandle(ZookeeperFactory delegate, Watcher watcher) {
            this.delegate = delegate;
            this.watcher = watcher;
        }

        @Override
        public ZooKeeper newZooKeeper(String connectString, int sessionTimeout, Watcher curator, boolean canBeReadOnly)
                throws Exception {
            return pin(delegate.newZooKeeper(connectString, sessionTimeout, observed(curator), false));
        }

        @Override
        public ZooKeeper newZooKeeper(
                String connectString,
                int sessionTimeout,
                Watcher curator,
                boolean canBeReadOnly,
                ZKClientConfig clientConfig)
                throws Exception {
            return pin(delegate.newZooKeeper(connectString, sessionTimeout, observed(curator), false, clientConfig));
        }

        private Watcher observed(Watcher curator) {
            if (zooKeeper != null) {
                throw new IllegalStateException("the session has ended; another one is not made in its place");
            }
            return (WatchedEvent event) -> {
                watcher.process(event);
                if (isForCurator(event.getState())) {
                    curator.process(event);
                }
            };
        }

        private static boolean isForCurator(Watcher.Event.KeeperState state) {
            return state != Watcher.Event.KeeperState.Disconnected && state != Watcher.Event.KeeperState.Expired;
        }

        private ZooKeeper pin(ZooKeeper made) {
            zooKeeper = made;
            return made;
        }
    }

    /** Leaves every decision on retries to the adapter. */
    private static final class NoRetry implements RetryPolicy {

        @Override
        public boolean allowRetry(int retryCount, long elapsedTimeMs, RetrySleeper sleeper) {
            return false;
        }

        @Override
        public boolean allowRetry(Throwable exception) {
            return false;
        }
    }
}
