package io.quorate.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingCluster;
import org.apache.curator.test.TestingServer;

/** ZooKeeper with curator-test's defaults, and Curator's clients of it. */
final class CuratorService implements RecipeService {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int RETRY_MILLIS = 100;

    private final String connectString;
    private final Closeable servers;

    CuratorService(String connectString, Closeable servers) {
        this.connectString = connectString;
        this.servers = servers;
    }

    static RecipeService server() throws Exception {
        TestingServer server = new TestingServer();
        return new CuratorService(server.getConnectString(), server);
    }

    static RecipeService cluster() throws Exception {
        TestingCluster cluster = new TestingCluster(3);
        cluster.start();
        return new CuratorService(cluster.getConnectString(), cluster);
    }

    @Override
    public RecipeClient open(int number) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.newClient(
                connectString, TIMEOUT_MILLIS, TIMEOUT_MILLIS, new RetryOneTime(RETRY_MILLIS));
        client.start();
        client.blockUntilConnected();
        return new CuratorClient(client);
    }

    @Override
    public void close() throws IOException {
        servers.close();
    }
}
