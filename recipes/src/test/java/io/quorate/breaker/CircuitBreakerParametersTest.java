package io.quorate.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.config.ConfigOptions;
import io.quorate.config.ConfigUpdate;
import io.quorate.config.ConfigWatcher;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The parameters that users of other circuit breakers know, each set by its name in each of the three ways that there are. */
final class CircuitBreakerParametersTest {

    private static final CircuitBreakerConfig DEFAULTS = CircuitBreakerConfig.defaults();

    @SuppressWarnings("ImmutableEnumChecker") // Functions have no state.
    private enum Parameter {
        ENABLED("enabled", "false", false, CircuitBreakerConfig::enabled, builder -> builder.enabled(false)),
        REQUEST_VOLUME_THRESHOLD(
                "requestVolumeThreshold",
                "7",
                7,
                CircuitBreakerConfig::requestVolumeThreshold,
                builder -> builder.requestVolumeThreshold(7)),
        SLEEP_WINDOW(
                "sleepWindow",
                "2s",
                Duration.ofSeconds(2),
                CircuitBreakerConfig::sleepWindow,
                builder -> builder.sleepWindow(Duration.ofSeconds(2))),
        FAILURE_RATIO(
                "failureRatio", "0.3", 0.3, CircuitBreakerConfig::failureRatio, builder -> builder.failureRatio(0.3)),
        MINIMUM_RESPONSE_TIME(
                "minimumResponseTime",
                "250ms",
                Duration.ofMillis(250),
                CircuitBreakerConfig::minimumResponseTime,
                builder -> builder.minimumResponseTime(Duration.ofMillis(250))),
        OPEN_CIRCUIT_DURATION(
                "openCircuitDuration",
                "1m",
                Duration.ofMinutes(1),
                CircuitBreakerConfig::openCircuitDuration,
                builder -> builder.openCircuitDuration(Duration.ofMinutes(1)));

        private final String key;
        private final String text;
        private final Object value;
        private final Function<CircuitBreakerConfig, Object> read;
        private final UnaryOperator<CircuitBreakerConfig.Builder> set;

        Parameter(
                String key,
                String text,
                Object value,
                Function<CircuitBreakerConfig, Object> read,
                UnaryOperator<CircuitBreakerConfig.Builder> set) {
            this.key = key;
            this.text = text;
            this.value = value;
            this.read = read;
            this.set = set;
        }

        CircuitBreakerConfig expected() {
            return set.apply(CircuitBreakerConfig.builder()).build();
        }
    }

    @ParameterizedTest
    @EnumSource
    void parameterIsSetByCode(Parameter parameter) {
        assertThat(parameter.read.apply(DEFAULTS)).isNotEqualTo(parameter.value);
        assertThat(parameter.read.apply(parameter.expected())).isEqualTo(parameter.value);
        assertThat(Arrays.stream(CircuitBreakerConfig.Builder.class.getMethods()))
                .as("the builder knows it by the same name")
                .anyMatch(method -> method.getName().equals(parameter.key));
    }

    @ParameterizedTest
    @EnumSource
    void parameterIsSetByAPropertiesFile(Parameter parameter, @TempDir Path directory) throws IOException {
        Path file = directory.resolve("breaker.properties");
        Files.writeString(file, "# of the shop\n" + parameter.key + " = " + parameter.text + "\n");

        assertThat(DEFAULTS.withProperties(load(file))).isEqualTo(parameter.expected());
    }

    @Test
    void allOfThemAreSetByOnePropertiesFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("breaker.properties");
        Files.writeString(
                file,
                Arrays.stream(Parameter.values())
                        .map(parameter -> parameter.key + "=" + parameter.text)
                        .collect(Collectors.joining("\n")));
        CircuitBreakerConfig.Builder expected = CircuitBreakerConfig.builder();
        for (Parameter parameter : Parameter.values()) {
            expected = parameter.set.apply(expected);
        }

        assertThat(DEFAULTS.withProperties(load(file))).isEqualTo(expected.build());
    }

    @Test
    void fileIsRefusedWithAllThatIsWrongInIt(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("breaker.properties");
        Files.writeString(file, "failureRatio=2\nsleepWindow=soon\nenabled=false\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withProperties(load(file)))
                .withMessageContaining("failureRatio must be above 0 and at most 1, but is 2.0")
                .withMessageContaining("sleepWindow cannot be read from 'soon'");
    }

    /** With nothing but a publish, while the breaker runs. */
    @ParameterizedTest
    @EnumSource
    void parameterIsSetByALiveConfiguration(Parameter parameter) {
        ModelFixture model = new ModelFixture(1, Duration.ZERO);
        Quorate client = model.await(
                Quorate.openAsync(model.backend(), QuorateOptions.defaults().withCallbackExecutor(Runnable::run)));
        CircuitBreaker breaker = client.circuitBreaker("payments");
        ConfigWatcher<CircuitBreakerConfig> watcher =
                client.watchConfig("breakers/payments", ConfigOptions.of(DEFAULTS.codec()));
        watcher.onChange(change -> breaker.reconfigure(change.after().value()));
        model.await(watcher.first());
        assertThat(breaker.config()).isEqualTo(DEFAULTS);

        model.await(client.configPublisher("breakers/payments")
                .publishAsync(ConfigUpdate.create().set(parameter.key, parameter.text)));

        model.eventually(() -> breaker.config().equals(parameter.expected()), "the breaker has it");
        model.await(client.closeAsync());
        model.close();
    }

    private static Properties load(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }
}
