package io.quorate.remote.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.jspecify.annotations.Nullable;

/** One ZooKeeper server in this JVM, which can be stopped and started again with its port and its data. */
interface ServerNode {
    /** Begins to start; the server serves some time after, see {@link #serving()}. */
    void start() throws Exception;

    /** Stops and waits for the server's threads; does nothing if it does not run. */
    void stop() throws IOException, InterruptedException;

    /** Where clients connect to; the port is known from the first start on. */
    InetSocketAddress address();

    /** The server, once it accepts sessions and until it stops. */
    @Nullable
    ZooKeeperServer serving();

    /** Whether it serves and orders the transactions. */
    boolean leads();

    /** What kept the server from running, if anything. */
    @Nullable
    Throwable failure();
}
