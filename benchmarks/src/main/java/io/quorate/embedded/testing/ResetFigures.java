package io.quorate.embedded.testing;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.embedded.EnsembleConfig;

/** How long it takes to empty an ensemble between two tests, and to have another one instead. */
public final class ResetFigures {

    private ResetFigures() {}

    /** Returns the times of emptying an ensemble in which a test has left some entries, in milliseconds. */
    public static double[] resets(int members, int entries, int count) throws InterruptedException {
        double[] millis = new double[count];
        try (TestEnsemble ensemble = TestEnsemble.start(EnsembleConfig.inMemory(members))) {
            for (int i = 0; i < count; i++) {
                Quorate client = ensemble.open(QuorateOptions.defaults(), false);
                for (int entry = 0; entry < entries; entry++) {
                    client.commit(Commit.builder()
                            .create(Key.of("/left/" + entry), Bytes.utf8("behind"))
                            .build());
                }
                ensemble.closeClients(false);
                long begin = System.nanoTime();
                ensemble.reset();
                millis[i] = (System.nanoTime() - begin) / 1e6;
            }
        }
        return millis;
    }

    /** Returns the times of starting and ending an ensemble, in milliseconds. */
    public static double[] replacements(int members, int count) {
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            TestEnsemble.start(EnsembleConfig.inMemory(members)).close();
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        return millis;
    }
}
