package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration that cannot work is refused when it is made, by the name of what is wrong. */
final class EnsembleConfigTest {

    private final EnsembleConfig config = EnsembleConfig.inMemory(3);

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 8, Integer.MAX_VALUE})
    void numberOfMembersOutsideOfItsRangeIsRefused(int members) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedEnsemble.inMemory(members))
                .withMessage("members must be 1 to 7, not " + members);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT0S", "PT0.049S", "PT30.001S", "PT2562047788015215H"})
    void electionTimeoutOutsideOfItsRangeIsRefused(Duration timeout) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withElectionTimeout(timeout))
                .withMessage("electionTimeout must be 50 ms to 30 s, not " + timeout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT0S", "PT0.0009S", "PT24H0.001S", "PT2562047788015215H"})
    void otherTimesOutsideOfTheirRangeAreRefused(Duration timeout) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withConnectionTimeout(timeout))
                .withMessage("connectionTimeout must be 1 ms to 1 day, not " + timeout);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withStartTimeout(timeout))
                .withMessage("startTimeout must be 1 ms to 1 day, not " + timeout);
    }

    @Test
    void snapshotsNeedAPositiveInterval() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withSnapshotRecords(0))
                .withMessageContaining("snapshotRecords must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withSnapshotBytes(-1))
                .withMessageContaining("snapshotBytes must be positive");
    }

    @Test
    void limitsOfTheRangesAreTaken() {
        assertThatCode(() -> config.withElectionTimeout(Duration.ofMillis(50))
                        .withElectionTimeout(Duration.ofSeconds(30))
                        .withConnectionTimeout(Duration.ofMillis(1))
                        .withStartTimeout(Duration.ofDays(1))
                        .withSnapshotBytes(1)
                        .withSnapshotRecords(1))
                .doesNotThrowAnyException();
    }

    @Test
    void otherValuesStayWhenOneIsChanged() {
        EnsembleConfig changed = config.withStartTimeout(Duration.ofSeconds(3)).withSnapshotBytes(7);
        assertThat(changed)
                .isEqualTo(new EnsembleConfig(
                        3,
                        config.directory(),
                        config.electionTimeout(),
                        config.connectionTimeout(),
                        Duration.ofSeconds(3),
                        config.snapshotRecords(),
                        7));
    }
}
