package io.quorate.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.test.TestingCluster;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** A ZooKeeper server or ensemble in this process, with curator-test's defaults, and ZooKeeper's own client. */
final class ZooKeeperSubject implements Subject {

    private static final String PATH = "/key";
    private static final byte[] VALUE = new byte[100];

    /** What is measured. */
    @FunctionalInterface
    interface Measurement {
        double run(ZooKeeperSubject subject) throws Exception;
    }

    private final Closeable servers;
    private final Measurement measurement;
    private final ZooKeeper client;

    private ZooKeeperSubject(Closeable servers, String connectString, Measurement measurement) throws Exception {
        this.servers = servers;
        this.measurement = measurement;
        CountDownLatch connected = new CountDownLatch(1);
        this.client = new ZooKeeper(connectString, 30_000, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        connected.await();
        client.create(PATH, VALUE, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    static Subject.Factory server(Measurement measurement) {
        return () -> {
            TestingServer server = new TestingServer();
            return new ZooKeeperSubject(server, server.getConnectString(), measurement);
        };
    }

    static Subject.Factory ensemble(Measurement measurement) {
        return () -> {
            TestingCluster cluster = new TestingCluster(3);
            cluster.start();
            return new ZooKeeperSubject(cluster, cluster.getConnectString(), measurement);
        };
    }

    /** Servers that run in processes of their own, which are ended with the subject. */
    static ZooKeeperSubject of(ZooKeeperJvms servers) throws Exception {
        return new ZooKeeperSubject(servers, servers.connectString(), ZooKeeperSubject::one);
    }

    double one() throws Exception {
        client.setData(PATH, VALUE, -1);
        return 1;
    }

    double synchronousWrites() throws Exception {
        return Load.oneByOne(() -> client.setData(PATH, VALUE, -1));
    }

    double pipelinedWrites() throws Exception {
        return Load.pipelined(1000, () -> {
            CompletableFuture<Void> done = new CompletableFuture<>();
            client.setData(
                    PATH,
                    VALUE,
                    -1,
                    (code, path, context, stat) -> {
                        if (code == 0) {
                            done.complete(null);
                        } else {
                            done.completeExceptionally(KeeperException.create(KeeperException.Code.get(code)));
                        }
                    },
                    null);
            return done;
        });
    }

    double reads() throws Exception {
        return Load.oneByOne(() -> client.getData(PATH, false, null));
    }

    @Override
    public double measure() throws Exception {
        return measurement.run(this);
    }

    @Override
    public void close() throws IOException {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        servers.close();
    }
}
