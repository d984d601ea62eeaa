package io.quorate.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration of a breaker accepts, and what it says about what it does not accept. */
final class CircuitBreakerConfigTest {

    private static final CircuitBreakerConfig DEFAULTS = CircuitBreakerConfig.defaults();

    @Test
    void everyComponentButThePredicatesIsSetByItsName() {
        CircuitBreakerConfig config = DEFAULTS.withProperties(Map.ofEntries(
                Map.entry("enabled", "false"),
                Map.entry("requestVolumeThreshold", "7"),
                Map.entry("failureRatio", "0.3"),
                Map.entry("minimumResponseTime", "250ms"),
                Map.entry("slowRatio", "0.9"),
                Map.entry("openCircuitDuration", "PT1M30S"),
                Map.entry("sleepWindow", "2 m"),
                Map.entry("permittedProbes", "5"),
                Map.entry("probeTimeout", "1h"),
                Map.entry("rollingWindow", "30s"),
                Map.entry("minimumVotingInstances", " 2 ")));

        assertThat(config)
                .isEqualTo(DEFAULTS.toBuilder()
                        .enabled(false)
                        .requestVolumeThreshold(7)
                        .failureRatio(0.3)
                        .minimumResponseTime(Duration.ofMillis(250))
                        .slowRatio(0.9)
                        .openCircuitDuration(Duration.ofSeconds(90))
                        .sleepWindow(Duration.ofMinutes(2))
                        .permittedProbes(5)
                        .probeTimeout(Duration.ofHours(1))
                        .rollingWindow(Duration.ofSeconds(30))
                        .minimumVotingInstances(2)
                        .build());
    }

    @Test
    void whatIsNotNamedStaysAsItWas() {
        assertThat(DEFAULTS.withProperties(Map.of())).isEqualTo(DEFAULTS);
        assertThat(DEFAULTS.withProperties(Map.of("minimumResponseTime", "0"))).isEqualTo(DEFAULTS);
    }

    @Test
    void unknownNameIsRefusedWithTheNamesThatThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withProperties(Map.of("failureRate", "0.3")))
                .withMessage(
                        "no property of a circuit breaker is called 'failureRate'; there are enabled, failureRatio,"
                                + " minimumResponseTime, minimumVotingInstances, openCircuitDuration, permittedProbes,"
                                + " probeTimeout, requestVolumeThreshold, rollingWindow, sleepWindow, slowRatio");
    }

    @ParameterizedTest
    @CsvSource({
        "enabled, yes, 'true, false'",
        "requestVolumeThreshold, many, 'a whole number, such as 20'",
        "failureRatio, 30%, 'a number, such as 0.5'",
        "openCircuitDuration, 5, 'a duration, such as 500ms, 5s, 2m or PT5S'",
        "sleepWindow, soon, 'a duration, such as 500ms, 5s, 2m or PT5S'",
    })
    void valueThatCannotBeReadIsRefusedWithTheFormThatCan(String name, String value, String form) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withProperties(Map.of(name, value)))
                .withMessageStartingWith(name)
                .withMessageContaining("'" + value + "'")
                .withMessageContaining(form);
    }

    @ParameterizedTest
    @CsvSource({
        "requestVolumeThreshold, 0, must be at least 1",
        "failureRatio, 0, must be above 0 and at most 1",
        "failureRatio, NaN, must be above 0 and at most 1",
        "slowRatio, 1.01, must be above 0 and at most 1",
        "minimumResponseTime, PT-1S, must be between PT0S and",
        "openCircuitDuration, 0, must be between PT0.001S and",
        "sleepWindow, 0, must be between PT0.001S and",
        "permittedProbes, 61, must be between 1 and 60",
        "probeTimeout, 0, must be between PT0.001S and",
        "rollingWindow, 1s, must be between PT2S and PT5M",
        "rollingWindow, 2500ms, is in whole seconds",
        "minimumVotingInstances, -1, must be at least 0",
    })
    void valueOutOfItsRangeIsRefusedWithTheRange(String name, String value, String range) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withProperties(Map.of(name, value)))
                .withMessageStartingWith(name + " " + range)
                .withMessageContaining("but is ");
    }
}
