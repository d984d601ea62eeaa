package io.quorate.internal.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.breaker.CallCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which calls are timed, and how those that are stand for those that are not. */
final class CallTimingTest {

    @ParameterizedTest
    @CsvSource({"0,1", "20,1", "1999,1", "2000,2", "3999,2", "4000,4", "64000,64", "10000000,64"})
    void aThousandCallsASecondAreTimedAtLeastAndAllIfThereAreFewer(long callsPerSecond, int oneIn) {
        assertThat(Circuit.timedOneIn(callsPerSecond)).isEqualTo(oneIn);
    }

    @Test
    void everyCallIsPickedUnlessThereAreMany() {
        CallSampler sampler = new CallSampler();
        for (int i = 0; i < 1_000; i++) {
            assertThat(sampler.picks(1)).isTrue();
        }
    }

    /** As in 4,000 calls a second of which every second, fourth, ... is slow. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 16, 64})
    void shareOfSlowCallsIsThatOfAllWhateverTheirPattern(int everyHowMany) {
        for (int oneIn = 2; oneIn <= 64; oneIn *= 2) {
            CallSampler sampler = new CallSampler();
            CallWindow window = new CallWindow();
            int calls = oneIn * 10_000;
            for (int i = 0; i < calls; i++) {
                boolean slow = i % everyHowMany == 0;
                window.newest().succeeded(sampler.picks(oneIn) && slow ? oneIn : 0);
            }

            CallCounts counts = window.counts();
            assertThat(counts.calls()).isEqualTo(calls);
            assertThat((double) counts.slow() / calls)
                    .as("one in %d is timed", oneIn)
                    .isCloseTo(1.0 / everyHowMany, within(0.03));
        }
    }

    @Test
    void estimateNeverExceedsTheCalls() {
        CallWindow window = new CallWindow();
        window.newest().succeeded(64);
        window.newest().failed(0);

        assertThat(window.counts()).isEqualTo(new CallCounts(2, 1, 2));
    }

    @Test
    void rateIsThatOfTheLastWholeSecond() {
        CallWindow window = new CallWindow();
        window.newest().succeeded(0);
        assertThat(window.callsOfLastSecond()).isZero();

        window.advance(1, 10);
        window.newest().succeeded(0);
        window.newest().failed(0);
        assertThat(window.callsOfLastSecond()).isEqualTo(1);
        window.advance(1, 10);
        assertThat(window.callsOfLastSecond()).isEqualTo(2);
        window.advance(2, 10);
        assertThat(window.callsOfLastSecond())
                .as("nothing happened in the second before")
                .isZero();
    }
}
