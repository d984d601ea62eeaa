package io.quorate.config;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** What the options of a watcher and an update refuse when they are made, and not when it is too late. */
final class ConfigInputTest {

    private static final ConfigOptions<ConfigEntries> OPTIONS = ConfigOptions.of(ConfigCodec.raw());
    private static final Path FILE = Path.of("override.properties");

    @Test
    void timeThatNoTimerCountsIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OPTIONS.withPatience(ChronoUnit.FOREVER.getDuration()))
                .withMessageStartingWith("patience must be between PT0S and PT8760H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OPTIONS.withPatience(Duration.ofNanos(-1)))
                .withMessageStartingWith("patience must be between PT0S and PT8760H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OPTIONS.withOverrideFile(FILE, ChronoUnit.FOREVER.getDuration()))
                .withMessageStartingWith("overridePollInterval must be between PT0.001S and PT8760H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OPTIONS.withOverrideFile(FILE, Duration.ZERO))
                .withMessageStartingWith("overridePollInterval must be between PT0.001S and PT8760H");
        assertThatCode(() -> OPTIONS.withPatience(Duration.ZERO).withOverrideFile(FILE, Duration.ofMillis(1)))
                .doesNotThrowAnyException();
    }

    @Test
    void revisionThatCannotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConfigUpdate.create().on(-1))
                .withMessageContaining("not negative");
    }

    @Test
    void authorAndCommentThatAreTooLongAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConfigUpdate.create().by("x".repeat(129)))
                .withMessage("an author has at most 128 characters, but this one has 129");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConfigUpdate.create().because("x".repeat(1025)))
                .withMessage("a comment has at most 1024 characters, but this one has 1025");
    }
}
