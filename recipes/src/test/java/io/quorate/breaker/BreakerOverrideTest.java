package io.quorate.breaker;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** What an override refuses before anybody is overridden. */
final class BreakerOverrideTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void reasonIsAskedFor() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerOverride.forcedOpen("   ", HOUR))
                .withMessageContaining("must not be blank");
    }

    @Test
    void reasonThatDoesNotFitOnALineIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerOverride.disabled("x".repeat(257), HOUR))
                .withMessage("the reason must have at most 256 characters, but has 257");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerOverride.disabled("a\nstate=OPEN", HOUR))
                .withMessageContaining("control characters");
    }

    @Test
    void timeToLiveOutOfItsRangeIsRefusedWithTheRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerOverride.metricsOnly("why", Duration.ofNanos(999_999)))
                .withMessageStartingWith("the time to live must be between PT0.001S and PT876000H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerOverride.metricsOnly("why", ChronoUnit.FOREVER.getDuration()))
                .withMessageStartingWith("the time to live must be between PT0.001S and PT876000H");
        assertThatCode(() -> BreakerOverride.metricsOnly("why", Duration.ofDays(36_500)))
                .doesNotThrowAnyException();
    }
}
