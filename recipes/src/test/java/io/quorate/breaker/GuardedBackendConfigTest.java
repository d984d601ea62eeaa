package io.quorate.breaker;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the configuration of a guard refuses, and that it names what it refuses. */
final class GuardedBackendConfigTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    static Stream<Arguments> refused() {
        return Stream.of(
                refused("name must not be blank", config -> config.withName(" ")),
                refused(
                        "requestVolumeThreshold must be at least 1",
                        config -> config.withOperations(0, 0.5, SECOND, WINDOW)),
                refused(
                        "failureRatio must be above 0 and at most 1",
                        config -> config.withOperations(1, 1.1, SECOND, WINDOW)),
                refused(
                        "slowThreshold must be between PT0.001S and PT5S",
                        config -> config.withOperations(1, 0.5, WINDOW, WINDOW)),
                refused(
                        "rollingWindow must be between PT2S and PT5M",
                        config -> config.withOperations(1, 0.5, SECOND, SECOND)),
                refused(
                        "rollingWindow is in whole seconds",
                        config -> config.withOperations(1, 0.5, SECOND, Duration.ofMillis(2500))),
                refused("minimumServingMembers must be at least 0", config -> config.withMembers(-1, 1, SECOND)),
                refused("maximumConnections must be at least 1", config -> config.withMembers(0, 0, SECOND)),
                refused(
                        "describeInterval must be between PT0.01S and PT1H",
                        config -> config.withMembers(0, 1, Duration.ZERO)),
                refused(
                        "openDuration must be between PT0.001S and PT1S",
                        config -> config.withOpenDurations(WINDOW, SECOND)),
                refused(
                        "maximumOpenDuration must be between PT0.001S and PT24H",
                        config -> config.withOpenDurations(SECOND, Duration.ofDays(2))));
    }

    private static Arguments refused(String message, UnaryOperator<GuardedBackendConfig> change) {
        return Arguments.of(message, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void valueOutOfItsRangeIsRefusedByName(String message, UnaryOperator<GuardedBackendConfig> change) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(GuardedBackendConfig.defaults()))
                .withMessageStartingWith(message);
    }

    @Test
    void boundsThemselvesAreAccepted() {
        assertThatCode(() -> GuardedBackendConfig.defaults()
                        .withOperations(1, 1, SECOND, Duration.ofSeconds(2))
                        .withMembers(0, 1, Duration.ofMillis(10))
                        .withOpenDurations(SECOND, SECOND))
                .doesNotThrowAnyException();
    }
}
