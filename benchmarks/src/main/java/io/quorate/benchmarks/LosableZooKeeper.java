package io.quorate.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.apache.curator.test.TestingZooKeeperServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.FourLetterWordMain;
import org.apache.zookeeper.common.X509Exception.SSLContextException;

/** Three ZooKeeper servers with curator-test's defaults; a write that meets a lost connection is tried again, as it must be there. */
final class LosableZooKeeper implements Losable {

    private static final String PATH = "/failover";
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final TestingCluster cluster = new TestingCluster(3);
    private final ZooKeeper client;
    private InstanceSpec lost;

    LosableZooKeeper() throws Exception {
        cluster.start();
        lost = leader();
        client = new ZooKeeper(cluster.getConnectString(), 30_000, event -> {});
        retried(() -> client.create(PATH, new byte[100], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
    }

    @Override
    public void write() throws Exception {
        retried(() -> client.setData(PATH, new byte[100], -1));
    }

    private static void retried(Load.Operation write) throws Exception {
        while (true) {
            try {
                write.run();
                return;
            } catch (KeeperException.ConnectionLossException lost) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (KeeperException.NodeExistsException done) {
                return;
            }
        }
    }

    @Override
    public void lose() throws Exception {
        lost = leader();
        cluster.killServer(lost);
    }

    @Override
    public void restore() throws Exception {
        cluster.restartServer(lost);
        // Servers that are still on their way would make the next loss that of the quorum.
        for (TestingZooKeeperServer server : cluster.getServers()) {
            while (mode(server.getInstanceSpec()).isEmpty()) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private InstanceSpec leader() throws SSLContextException {
        while (true) {
            for (InstanceSpec server : cluster.getInstances()) {
                if (mode(server).contains("leader")) {
                    return server;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Returns what a server says of its role; nothing if it has none now. */
    private static String mode(InstanceSpec server) throws SSLContextException {
        try {
            return FourLetterWordMain.send4LetterWord(server.getHostname(), server.getPort(), "srvr")
                    .lines()
                    .filter(line -> line.startsWith("Mode:"))
                    .findFirst()
                    .orElse("");
        } catch (IOException down) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cluster.close();
    }
}
