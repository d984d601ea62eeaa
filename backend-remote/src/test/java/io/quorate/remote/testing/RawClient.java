package io.quorate.remote.testing;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/** ZooKeeper's own client, without Curator, for use in a try statement. */
final class RawClient extends ZooKeeper {
    private static final int SESSION_MILLIS = 8_000;

    private RawClient(String connectString, int sessionMillis, CountDownLatch connected) throws IOException {
        // Named twice, since a client that has tried all its addresses pauses for a second.
        super(connectString + "," + connectString, sessionMillis, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
    }

    /** A client that is connected when this returns. */
    static RawClient connect(String connectString) throws Exception {
        return connect(connectString, SESSION_MILLIS);
    }

    static RawClient connect(String connectString, int sessionMillis) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        RawClient client = new RawClient(connectString, sessionMillis, connected);
        if (!connected.await(10, TimeUnit.SECONDS)) {
            client.close();
            throw new IllegalStateException("no connection to " + connectString + " within 10 s");
        }
        return client;
    }

    /** Closes the session; an interrupt is kept for the test to see. */
    @Override
    public synchronized void close() {
        try {
            super.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
