package io.quorate.remote.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Key;
import io.quorate.leader.LeaderLatch;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Our own latch, by a session that renews itself so seldom that no renewal falls into a measurement. */
final class QuorateLatchSubject implements LatchSubject {
    private static final Duration SESSION_TIMEOUT = Duration.ofMillis(SessionTimeouts.MAXIMUM_MILLIS);

    private final Quorate client;
    private volatile @Nullable LeaderLatch latch;

    private QuorateLatchSubject(Quorate client) {
        this.client = client;
    }

    static QuorateLatchSubject open(String connectString) throws InterruptedException {
        return new QuorateLatchSubject(Quorate.open(
                "zookeeper://" + connectString + "?maxSessionTimeout=" + SESSION_TIMEOUT,
                QuorateOptions.defaults().withSessionTimeout(SESSION_TIMEOUT).withNamespace(Key.of("/services"))));
    }

    @Override
    public CompletableFuture<Void> start() {
        LeaderLatch started = client.leaderLatch("billing");
        latch = started;
        started.start();
        return started.awaitAsync().thenAccept(leadership -> {});
    }

    @Override
    public void stepDown() {
        requireNonNull(latch, "not started").close();
    }

    @Override
    public int roundTrips(Counts counts) {
        return counts.roundTripsWithoutReadingOwnEntries();
    }

    @Override
    public String path() {
        return "/services/leaders/billing";
    }

    @Override
    public void close() {
        client.close();
    }
}
