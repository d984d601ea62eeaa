package io.quorate.remote.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waiting for what servers and clients do on threads of their own. */
final class Conditions {
    private Conditions() {}

    /** Awaitility, asking often: most of what the tests wait for takes a few milliseconds. */
    static ConditionFactory await() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5));
    }

    /**
     * The result of a request that is repeated while the connection is lost under it. A client's state does not tell when
     * that is over: it still says connected some time after the connection broke.
     */
    static <T> T onceConnected(Callable<T> request) {
        return await().ignoreException(ConnectionLossException.class).until(request, result -> true);
    }
}
