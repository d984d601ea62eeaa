package io.quorate.samples;

import io.quorate.Backends;
import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.breaker.GuardedBackend;
import io.quorate.breaker.GuardedBackendConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A backend that stops answering, and a guard that refuses at once what would otherwise wait for it. */
public final class GuardedStore {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Key KEY = Key.of("/stock/42");

    private static final GuardedBackendConfig CONFIG = GuardedBackendConfig.defaults()
            .withName("stock")
            .withOperations(5, 0.5, Duration.ofMillis(300), Duration.ofSeconds(5))
            .withMembers(0, 1_000, Duration.ofMillis(500))
            .withOpenDurations(Duration.ofMillis(500), Duration.ofSeconds(1));

    private GuardedStore() {}

    /**
     * Cuts the backend off, and lets it come back.
     *
     * @param args the URI of a ZooKeeper server, such as {@code zookeeper://localhost:2181/samples}, or nothing to start one here
     */
    public static void main(String[] args) throws Exception {
        try (SampleServer server = SampleServer.of(args);
                StallableLink cable = StallableLink.to(server.address())) {
            run(server.uriVia(cable.address()), cable);
        }
    }

    private static void run(String uri, StallableLink cable) throws InterruptedException {
        try (GuardedBackend guarded = GuardedBackend.around(Backends.create(uri), CONFIG);
                Quorate quorate =
                        Quorate.open(guarded, QuorateOptions.defaults().withOwnerName("shop"))) {
            CountDownLatch opened = whenever(guarded, "OPEN");
            CountDownLatch closed = whenever(guarded, "CLOSED");
            System.out.println("The guard is " + guarded.view().state());

            cable.stall();
            askAndDoNotWait(quorate);
            await(opened, "the guard opens");
            try {
                quorate.get(KEY);
                System.out.println("The operation got through");
            } catch (BackendUnavailableException e) {
                System.out.println("The operation is refused; it says when to try again: "
                        + e.retryAfter().isPresent());
            }

            cable.resume();
            await(closed, "the guard closes");
            System.out.println("The guard is closed again; there is an entry: "
                    + quorate.get(KEY).isPresent());
        }
    }

    private static void askAndDoNotWait(Quorate quorate) {
        quorate.session().thenAccept(session -> {
            for (int i = 0; i < 10; i++) {
                session.get(KEY, Read.LATEST);
            }
        });
    }

    private static CountDownLatch whenever(GuardedBackend guarded, String state) {
        CountDownLatch reached = new CountDownLatch(1);
        guarded.onChange(
                change -> {
                    if (change.to().equals(state)) {
                        reached.countDown();
                    }
                },
                Runnable::run);
        return reached;
    }

    private static void await(CountDownLatch latch, String what) throws InterruptedException {
        if (!latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("waited in vain for this: " + what);
        }
    }
}
