package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CrashConsistencyTest {
    private static final int SCRIPTS = 20;
    private static final int ACTS = 25;
    private static final int SCHEDULES = 3_000;

    @Test
    void nothingAcknowledgedIsLostWhereverThePowerIsCut() {
        long cuts = 0;
        for (int script = 0; script < SCRIPTS; script++) {
            for (long effect = 1; crashAt(script, effect); effect++) {
                cuts++;
            }
        }
        System.out.println("crash at every effect: schedules=" + cuts + " failures=0");
        assertThat(cuts).isGreaterThan(1_000);
    }

    private static boolean crashAt(long script, long effect) {
        return new CrashRun(script, Rules.all()).liveUntil(ACTS, effect);
    }

    @Test
    void nothingAcknowledgedIsLostInRandomLivesOfManyCrashes() {
        for (long seed = 0; seed < SCHEDULES; seed++) {
            try {
                new CrashRun(seed, Rules.all()).live(6);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        System.out.println("random crashes: schedules=" + SCHEDULES * 6 + " failures=0");
    }
}
