package io.quorate.embedded.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.process.FaultInjection.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short run of what {@code .ci/jepsen} does for as long as it is asked to. */
@Timeout(600)
class ProcessesTest {

    /** Of faults, in each test; starts, stops and the judgement are not counted. */
    private static final long SECONDS = 50;

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private void assertHolds(int members, long seed, Kind... kinds) throws Exception {
        Round.Result result = Round.run(
                directory,
                new Round.Plan(members, seed, TimeUnit.SECONDS.toNanos(SECONDS), List.of(kinds), 2 * kinds.length));
        assertThat(result.violations()).isEmpty();
        assertThat(result.faultCount()).isPositive();
        assertThat(result.operations()).isGreaterThan(100);
        // A check of what never happened says nothing.
        assertThat(result.events())
                .extracting(
                        "guarded writes under the lock",
                        "terms of leaders",
                        "configurations seen",
                        "batches of watches")
                .allSatisfy(count -> assertThat((Long) count).isPositive());
    }

    @Test
    void whatClientsSawIsLinearizableThoughProcessesAreKilledAndStopped() throws Exception {
        assertHolds(
                3,
                1,
                Kind.KILL_LEADER,
                Kind.ISOLATE_LEADER,
                Kind.STOP_LEADER_PROCESS,
                Kind.CUT,
                Kind.KILL_ALL,
                Kind.ISOLATE_ONE_WAY,
                Kind.REPLACE,
                Kind.HAND_OVER,
                Kind.FILL_DISK,
                Kind.DELAY,
                Kind.HALF_OPEN);
    }

    @Test
    void whatClientsOfFiveMembersSawHoldsThoughProcessesAreKilledAndCutOff() throws Exception {
        assertHolds(5, 2, Kind.KILL_LEADER, Kind.SPLIT, Kind.KILL_IN_PARTITION, Kind.STOP_ANY_PROCESS);
    }
}
