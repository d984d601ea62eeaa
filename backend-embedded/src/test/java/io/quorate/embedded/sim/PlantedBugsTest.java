package io.quorate.embedded.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.zab.PlantedBug;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlantedBugsTest {

    @Test
    void simulationCatchesEveryPlantedBug() {
        assertThat(new PlantedBugs(20_000, null).run()).isEmpty();
    }

    /** No property holds for want of trying: each notices some mistake without the help of the others. */
    @ParameterizedTest
    @CsvSource({
        "OneLeaderPerEpoch, QUORUM_TOO_SMALL, NONE",
        "TotalOrder, APPLIED_BEFORE_COMMITTED, NONE",
        "AppliedIsDurable, APPLIED_BEFORE_DURABLE, NONE",
        "Integrity, NONE, RECORD_ALTERED",
        "LocalPrimaryOrder, COMMON_POINT_BY_INDEX, NONE",
        "GlobalPrimaryOrder, COMMON_POINT_BY_INDEX, NONE",
        "GaplessHistory, GAP_ACCEPTED, NONE",
        "PrimaryIntegrity, QUORUM_TOO_SMALL, NONE",
        "Durability, CUT_TOO_FAR, NONE",
        "CommittedByQuorum, NONE, APPEND_REPORTED_EARLY",
        "EpochsOnDisk, NONE, PROMISE_REPORTED_EARLY",
        "SnapshotIsCommitted, APPLIED_BEFORE_COMMITTED, NONE",
        "AcknowledgedIsDurable, NONE, APPEND_REPORTED_EARLY",
        "AmnesiacSilence, AMNESIAC_COUNTS, NONE",
        "CommitsByOwnEpoch, OLDER_EPOCH_COUNTED, NONE",
        "ProposalsInBroadcast, PROPOSALS_BEFORE_ESTABLISHED, NONE"
    })
    void propertyNoticesAMistakeByItself(String property, PlantedBug bug, DiskFlaw flaw) {
        boolean noticed = false;
        for (long seed = 1; seed <= 5_000 && !noticed; seed++) {
            RandomRun run = new RandomRun(seed, bug, flaw);
            run.ensemble().checkOnly(property);
            String failure = run.run(Simulation.EVENTS).failure();
            noticed = failure != null && failure.startsWith(property + ":");
        }
        assertThat(noticed).isTrue();
    }
}
