package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.embedded.EmbeddedEnsemble;

/** The time from nothing to the first acknowledged write, in milliseconds: the median of a few starts. */
final class StartSubject implements Subject {

    private static final int STARTS = 20;

    private final int members;

    StartSubject(int members) {
        this.members = members;
    }

    static double millisOfOne(int members) throws InterruptedException {
        long begin = System.nanoTime();
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(members).start();
                Quorate quorate = Quorate.open(ensemble.backend())) {
            quorate.commit(Commit.builder()
                    .create(Key.of("/first"), Bytes.utf8("value"))
                    .build());
            return (System.nanoTime() - begin) / 1e6;
        }
    }

    @Override
    public double measure() throws Exception {
        double[] millis = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            millis[i] = millisOfOne(members);
        }
        return Figures.median(millis);
    }

    @Override
    public void close() {}
}
