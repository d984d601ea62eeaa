package io.quorate.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Those who hold a lock at one instant are allowed to together, whatever happens to them and to the queue, and everybody has a turn at last. */
final class LockSimulationTest {

    private static final int SEEDS = 90;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void exclusionHoldsThoughTheWholeQueueIsDeletedAndEverybodyHasATurn(long seed) {
        new LockSimulation(seed).run();
    }

    @Test
    void worldsAreLively() {
        int turns = LongStream.rangeClosed(1, 9)
                .mapToInt(seed -> new LockSimulation(seed).run())
                .sum();

        assertThat(turns).isGreaterThan(300);
    }
}
