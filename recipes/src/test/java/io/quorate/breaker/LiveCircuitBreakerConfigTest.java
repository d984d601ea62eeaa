package io.quorate.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A breaker that is configured by a live configuration. */
final class LiveCircuitBreakerConfigTest {

    private static final CircuitBreakerConfig DEFAULTS = CircuitBreakerConfig.defaults();

    private final ModelFixture model = new ModelFixture(1, Duration.ZERO);

    @SuppressWarnings("NullAway.Init")
    private Quorate client;

    @SuppressWarnings("NullAway.Init")
    private CircuitBreaker breaker;

    @SuppressWarnings("NullAway.Init")
    private ConfigWatcher<CircuitBreakerConfig> watcher;

    @BeforeEach
    void follow() {
        client = model.await(
                Quorate.openAsync(model.backend(), QuorateOptions.defaults().withCallbackExecutor(Runnable::run)));
        breaker = client.circuitBreaker("payments");
        watcher = client.watchConfig("breakers/payments", ConfigOptions.of(DEFAULTS.codec()));
        watcher.onChange(change -> breaker.reconfigure(change.after().value()));
    }

    @AfterEach
    void close() {
        model.await(client.closeAsync());
        model.close();
    }

    @Test
    void publishedChangeReconfiguresABreakerThatRuns() {
        publish(ConfigUpdate.create().set("failureRatio", "0.9").set("sleepWindow", "7s"));

        model.eventually(() -> breaker.config().failureRatio() == 0.9, "the breaker has the new ratio");
        assertThat(breaker.config())
                .isEqualTo(DEFAULTS.toBuilder()
                        .failureRatio(0.9)
                        .sleepWindow(Duration.ofSeconds(7))
                        .build());
    }

    @Test
    void componentThatIsRemovedTakesItsDefaultAgain() {
        publish(ConfigUpdate.create().set("failureRatio", "0.9").set("sleepWindow", "7s"));
        model.eventually(() -> breaker.config().failureRatio() == 0.9, "the breaker has the new ratio");

        publish(ConfigUpdate.create().remove("failureRatio"));

        model.eventually(() -> breaker.config().failureRatio() == 0.5, "the ratio is the default again");
        assertThat(breaker.config().sleepWindow()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void changeThatIsNotValidIsRefusedAndTheBreakerKeepsItsConfiguration() {
        publish(ConfigUpdate.create().set("failureRatio", "0.9"));
        model.eventually(() -> breaker.config().failureRatio() == 0.9, "the breaker has the new ratio");

        publish(ConfigUpdate.create().set("failureRatio", "9").set("sleepWindow", "1s"));

        model.eventually(() -> watcher.rejection().isPresent(), "the change is refused");
        assertThat(watcher.rejection().orElseThrow().reasons())
                .anySatisfy(reason -> assertThat(reason).contains("failureRatio must be above 0 and at most 1"));
        assertThat(breaker.config())
                .isEqualTo(DEFAULTS.toBuilder().failureRatio(0.9).build());
    }

    private void publish(ConfigUpdate update) {
        model.await(client.configPublisher("breakers/payments").publishAsync(update.by("ops")));
    }
}
