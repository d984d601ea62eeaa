package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.CircuitBreakerOpenException;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Three instances of a shop that call a flaky HTTP service through one circuit breaker: what two learn the hard way, the third
 * knows without a single failed call. The instances are three clients in one process; nothing but the backend connects them.
 */
public final class SharedBreaker {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final CircuitBreakerConfig CONFIG = CircuitBreakerConfig.builder()
            .requestVolumeThreshold(20)
            .failureRatio(0.5)
            .openCircuitDuration(Duration.ofSeconds(1))
            .sleepWindow(Duration.ofMillis(500))
            .permittedProbes(2)
            .failureResult(result -> result instanceof HttpResponse<?> response && response.statusCode() >= 500)
            .build();

    private final HttpClient http = HttpClient.newHttpClient();

    /** What a pause waits for in vain. */
    private final CountDownLatch never = new CountDownLatch(1);

    private SharedBreaker() {}

    /**
     * Breaks the service, and repairs it.
     *
     * @param args the URI of a ZooKeeper server, or nothing to start one here
     */
    public static void main(String[] args) throws Exception {
        try (SampleServer server = SampleServer.of(args);
                FlakyService service = FlakyService.start()) {
            new SharedBreaker().run(server.uri(), service);
        }
    }

    private void run(String uri, FlakyService service) throws Exception {
        try (Quorate ana = open("ana", uri);
                Quorate ben = open("ben", uri);
                Quorate cleo = open("cleo", uri)) {
            CircuitBreaker ofAna = ana.circuitBreaker("payments", CONFIG);
            CircuitBreaker ofBen = ben.circuitBreaker("payments", CONFIG);
            CircuitBreaker ofCleo = cleo.circuitBreaker("payments", CONFIG);
            CountDownLatch opened = whenever(ofCleo, BreakerState.OPEN);
            CountDownLatch closed = whenever(ofCleo, BreakerState.CLOSED);
            System.out.println("ana    " + pay(ofAna, service));

            service.breakDown();
            for (int i = 0; i < 10; i++) {
                pay(ofAna, service);
                pay(ofBen, service);
            }
            await(opened, "the breaker opens");
            int before = service.requests();
            System.out.println("cleo   " + pay(ofCleo, service));
            System.out.println("cleo   was spared, no request got through: " + (service.requests() == before));

            service.repair();
            while (closed.getCount() > 0) {
                pay(ofCleo, service);
                if (never.await(50, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            System.out.println("cleo   " + pay(ofCleo, service));
            configureLive(ana, ofAna);
        }
    }

    private String pay(CircuitBreaker breaker, FlakyService service) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(service.uri()).build();
        try {
            HttpResponse<String> response = breaker.execute(() -> http.send(request, BodyHandlers.ofString()));
            return "is answered with " + response.statusCode();
        } catch (CircuitBreakerOpenException e) {
            // Nothing was sent: take what was cached, put it off, or tell the user when to come back.
            return "is refused, state " + e.state().name().toLowerCase(Locale.ROOT) + " by " + e.authority();
        }
    }

    private static void configureLive(Quorate quorate, CircuitBreaker breaker) throws InterruptedException {
        try (ConfigWatcher<CircuitBreakerConfig> watcher =
                quorate.watchConfig("breakers/payments", ConfigOptions.of(CONFIG.codec()))) {
            CountDownLatch changed = new CountDownLatch(1);
            watcher.onChange(change -> {
                breaker.reconfigure(change.after().value());
                if (change.changedKeys().contains("failureRatio")) {
                    changed.countDown();
                }
            });
            quorate.configPublisher("breakers/payments")
                    .publish(ConfigUpdate.create().set("failureRatio", "0.8").by("ana"));
            await(changed, "the configuration arrives");
            System.out.println("ana    opens at " + breaker.config().failureRatio() + " from now on");
        }
    }

    private static CountDownLatch whenever(CircuitBreaker breaker, BreakerState state) {
        CountDownLatch reached = new CountDownLatch(1);
        breaker.onChange(change -> {
            // Without this a change of the authority alone, such as the arrival of the shared state, would do.
            if (change.to() == state && change.from() != state) {
                reached.countDown();
            }
        });
        return reached;
    }

    private static void await(CountDownLatch latch, String what) throws InterruptedException {
        if (!latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("waited in vain for this: " + what);
        }
    }

    private static Quorate open(String name, String uri) throws InterruptedException {
        return Quorate.open(uri, QuorateOptions.defaults().withOwnerName(name));
    }
}
