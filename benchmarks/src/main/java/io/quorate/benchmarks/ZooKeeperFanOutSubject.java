package io.quorate.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** The same on a ZooKeeper server, with persistent watches, which tell of the change and not of the value. */
final class ZooKeeperFanOutSubject implements Subject {

    private static final int WRITES = 20;
    private static final String PATH = "/watched";

    /** A server takes 60 connections from one address unless told otherwise. */
    private static final int MAX_CONNECTIONS = 2_000;

    private final TestingServer server =
            new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, -1, MAX_CONNECTIONS), true);
    private final List<ZooKeeper> clients = new ArrayList<>();
    private final int watches;
    private volatile CountDownLatch unseen = new CountDownLatch(0);

    private ZooKeeperFanOutSubject(int sessionCount, int watchesEach) throws Exception {
        watches = sessionCount * watchesEach;
        for (int i = 0; i < sessionCount; i++) {
            CountDownLatch connected = new CountDownLatch(1);
            ZooKeeper client = new ZooKeeper(server.getConnectString(), 30_000, event -> {
                if (event.getState() == KeeperState.SyncConnected) {
                    connected.countDown();
                }
            });
            connected.await();
            clients.add(client);
            if (i == 0) {
                client.create(PATH, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            for (int j = 0; j < watchesEach; j++) {
                client.addWatch(
                        PATH,
                        event -> {
                            if (event.getType() == EventType.NodeDataChanged) {
                                unseen.countDown();
                            }
                        },
                        AddWatchMode.PERSISTENT);
            }
        }
    }

    static Subject.Factory of(int sessions, int watchesEach) {
        return () -> new ZooKeeperFanOutSubject(sessions, watchesEach);
    }

    @Override
    public double measure() throws Exception {
        double[] millis = new double[WRITES];
        for (int i = 0; i < WRITES; i++) {
            CountDownLatch seen = new CountDownLatch(watches);
            unseen = seen;
            long begin = System.nanoTime();
            clients.get(0).setData(PATH, new byte[100], -1);
            seen.await();
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        return Figures.median(millis);
    }

    @Override
    public long operations() {
        return WRITES;
    }

    @Override
    public void close() throws IOException {
        for (ZooKeeper client : clients) {
            try {
                client.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        server.close();
    }
}
