package io.quorate.leader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** At most one candidate leads at any instant, whatever happens to them, and somebody leads once it has stopped happening. */
final class LeadershipSimulationTest {

    private static final int SEEDS = 100;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void leadershipIsExclusiveAndComesBackInEveryWorld(long seed) {
        new LeadershipSimulation(seed, false).run();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void leadershipIsExclusiveAfterTheWholeQueueWasDeleted(long seed) {
        new LeadershipSimulation(seed, true).run();
    }

    @Test
    void worldsAreLively() {
        int terms = LongStream.rangeClosed(1, 10)
                .mapToInt(seed -> new LeadershipSimulation(seed, false).run())
                .sum();

        assertThat(terms).isGreaterThan(50);
    }
}
