package io.quorate.samples;

import io.quorate.Quorate;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A circuit breaker that takes a new configuration while it runs. */
public final class ReconfiguredBreaker {

    private static final CircuitBreakerConfig CONFIG =
            CircuitBreakerConfig.builder().failureRatio(0.5).build();

    private static final long LIMIT_SECONDS = 60;

    private ReconfiguredBreaker() {}

    /**
     * Publishes a new failure ratio.
     *
     * @param args the URI of a backend, such as {@code zookeeper://localhost:2181/samples}, or nothing for a quorum in this process
     */
    public static void main(String[] args) throws InterruptedException {
        run(BackendArgument.uri(args));
    }

    private static void run(String uri) throws InterruptedException {
        try (Quorate quorate = Quorate.open(uri)) {
            CircuitBreaker breaker = quorate.circuitBreaker("orders", CONFIG);
            System.out.println("The breaker opens at " + breaker.config().failureRatio());
            configureLive(quorate, breaker);
        }
    }

    private static void configureLive(Quorate quorate, CircuitBreaker breaker) throws InterruptedException {
        try (ConfigWatcher<CircuitBreakerConfig> watcher =
                quorate.watchConfig("breakers/orders", ConfigOptions.of(CONFIG.codec()))) {
            CountDownLatch changed = new CountDownLatch(1);
            watcher.onChange(change -> {
                breaker.reconfigure(change.after().value());
                if (change.after().value().failureRatio() == 0.8) {
                    changed.countDown();
                }
            });
            quorate.configPublisher("breakers/orders")
                    .publish(ConfigUpdate.create().set("failureRatio", "0.8").by("ana"));
            if (!changed.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited in vain for the configuration to arrive");
            }
            System.out.println("The breaker opens at " + breaker.config().failureRatio() + " from now on");
        }
    }
}
