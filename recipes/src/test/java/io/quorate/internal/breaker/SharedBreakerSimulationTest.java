package io.quorate.internal.breaker;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Many instances of a breaker over the model backend, in virtual time. */
final class SharedBreakerSimulationTest {

    /** How many worlds a scenario is played in, which differ in their random delays. */
    private static final int SEEDS = 4;

    /** How many worlds the one is played in that is different each time. */
    private static final int CHAOTIC_SEEDS = 40;

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("stories")
    void storyEndsAsItMust(Scenario scenario, long seed) {
        scenario.run(seed, Rules.SOUND);
    }

    static Stream<Arguments> stories() {
        return Stream.of(Scenario.values())
                .flatMap(scenario -> LongStream.rangeClosed(
                                1,
                                scenario == Scenario.EVERYBODY_AGREES_IN_THE_END_WHATEVER_HAPPENED
                                        ? CHAOTIC_SEEDS
                                        : SEEDS)
                        .mapToObj(seed -> Arguments.of(scenario, seed)));
    }

    /** A check that cannot fail proves nothing: one of the scenarios must notice each mistake. */
    @ParameterizedTest
    @EnumSource(Mistake.class)
    void everyPlantedMistakeIsNoticed(Mistake mistake) {
        for (long seed = 1; seed <= 10; seed++) {
            for (Scenario scenario : Scenario.values()) {
                try {
                    scenario.run(seed, mistake.rules);
                } catch (AssertionError noticed) {
                    return;
                }
            }
        }
        throw new AssertionError(mistake + " was not noticed by any scenario");
    }
}
