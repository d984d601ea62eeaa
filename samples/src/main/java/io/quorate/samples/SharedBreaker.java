package io.quorate.samples;

import io.quorate.backend.Backend;
import io.quorate.backend.Ticker;
import io.quorate.breaker.BreakerState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Three instances of a shop that call a flaky HTTP service through one circuit breaker: what two learn the hard way, the third
 * knows without a single failed call.
 *
 * <p>On {@code zookeeper://…} each instance is a JVM of its own, a {@link ShopInstance}. An embedded quorum lives in one process and
 * cannot be reached from another, so that on {@code embedded:} the instances are three clients in this one. Nothing but the backend
 * connects them, either way.
 */
public final class SharedBreaker {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final List<String> NAMES = List.of("ana", "ben", "cleo");

    private final Timeline timeline = new Timeline();
    private final Ticker ticker = Ticker.system();

    /** What a pause waits for in vain. */
    private final CountDownLatch never = new CountDownLatch(1);

    private SharedBreaker() {}

    /**
     * Breaks the service, and repairs it.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws Exception {
        String uri = BackendArgument.uri(args);
        // A URI with a mistake is refused here, once, and not by three processes.
        try (Backend backend = BackendArgument.create(args);
                FlakyService service = FlakyService.start()) {
            SharedBreaker story = new SharedBreaker();
            if (BackendArgument.isShared(uri)) {
                story.runInProcesses(uri, service);
            } else {
                story.runInThisProcess(backend, service);
            }
        }
    }

    private void runInProcesses(String uri, FlakyService service) throws Exception {
        try (ShopProcess ana = ShopProcess.start(NAMES.get(0), uri, service.uri());
                ShopProcess ben = ShopProcess.start(NAMES.get(1), uri, service.uri());
                ShopProcess cleo = ShopProcess.start(NAMES.get(2), uri, service.uri())) {
            for (ShopProcess shop : List.of(ana, ben, cleo)) {
                shop.awaitReady();
            }
            tell(List.of(ana, ben, cleo), service);
        }
    }

    private void runInThisProcess(Backend backend, FlakyService service) throws Exception {
        timeline.tell(
                "quorum",
                "is embedded, so that no other process can reach it: on zookeeper://… each instance is a JVM");
        try (Shop ana = ShopClient.open(NAMES.get(0), backend, service.uri());
                Shop ben = ShopClient.open(NAMES.get(1), backend, service.uri());
                Shop cleo = ShopClient.open(NAMES.get(2), backend, service.uri())) {
            tell(List.of(ana, ben, cleo), service);
        }
    }

    private void tell(List<? extends Shop> shops, FlakyService service) throws Exception {
        for (int i = 0; i < shops.size(); i++) {
            timeline.tell(NAMES.get(i), shops.get(i).place());
        }
        Shop ana = shops.get(0);
        Shop ben = shops.get(1);
        Shop cleo = shops.get(2);
        payUntilAnswered("ana", ana);

        service.breakDown();
        timeline.tell("service", "breaks down");
        int before = service.requests();
        long start = ticker.nanos();
        while (cleo.state() != BreakerState.OPEN) {
            pause(start, "the breaker opens");
            ana.pay();
            ben.pay();
        }
        timeline.tell("service", "has failed %d calls of ana and ben", service.requests() - before);
        int spared = service.requests();
        timeline.tell("cleo", cleo.pay());
        timeline.tell("cleo", "was spared: %d requests of hers got through", service.requests() - spared);

        service.repair();
        timeline.tell("service", "is repaired");
        payUntilAnswered("cleo", cleo);
    }

    private void payUntilAnswered(String name, Shop shop) throws Exception {
        long start = ticker.nanos();
        String outcome = shop.pay();
        while (!outcome.endsWith("200")) {
            pause(start, name + " is answered");
            outcome = shop.pay();
        }
        timeline.tell(name, outcome);
    }

    private void pause(long start, String goal) throws InterruptedException {
        if (ticker.nanos() - start > LIMIT.toNanos()) {
            throw new IllegalStateException("waited in vain for this: " + goal);
        }
        never.await(50, TimeUnit.MILLISECONDS);
    }
}
