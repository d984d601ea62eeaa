package io.quorate.remote.testing;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.jspecify.annotations.Nullable;

/** A server without an ensemble. It starts within the call, and on a port the system chose. */
final class StandaloneNode implements ServerNode {
    private static final int NO_CLIENT_LIMIT = 0;
    private static final int DEFAULT_BACKLOG = -1;

    private final File directory;
    private final Duration tick;
    private InetSocketAddress address;
    private @Nullable ServerCnxnFactory connections;
    private @Nullable ZooKeeperServer server;

    StandaloneNode(File directory, Duration tick, InetSocketAddress address) {
        this.directory = directory;
        this.tick = tick;
        this.address = address;
    }

    @Override
    public void start() throws Exception {
        FileTxnSnapLog log = new FileTxnSnapLog(directory, directory);
        ZooKeeperServer starting = new ZooKeeperServer(
                log,
                (int) tick.toMillis(),
                SessionTimeouts.minimumMillis(tick),
                SessionTimeouts.MAXIMUM_MILLIS,
                DEFAULT_BACKLOG,
                new ZKDatabase(log),
                "");
        ServerCnxnFactory factory = ServerCnxnFactory.createFactory(address, NO_CLIENT_LIMIT);
        factory.startup(starting);
        connections = factory;
        server = starting;
        address = factory.getLocalAddress();
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        ServerCnxnFactory factory = connections;
        ZooKeeperServer stopping = server;
        if (factory == null || stopping == null) {
            return;
        }
        connections = null;
        server = null;
        factory.shutdown();
        factory.join();
        stopping.shutdown();
        stopping.getZKDatabase().close();
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public @Nullable ZooKeeperServer serving() {
        return server != null && server.isRunning() ? server : null;
    }

    @Override
    public boolean leads() {
        return serving() != null;
    }

    @Override
    public @Nullable Throwable failure() {
        return null;
    }
}
