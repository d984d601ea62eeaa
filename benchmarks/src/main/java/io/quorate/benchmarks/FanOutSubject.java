package io.quorate.benchmarks;

import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import io.quorate.embedded.EmbeddedEnsemble;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The time in milliseconds from a write to the last of many watchers having seen it: the median of a few writes. */
final class FanOutSubject implements Subject {

    private static final int WRITES = 20;
    private static final Key KEY = Key.of("/watched");

    private final EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(1).start();
    private final Backend backend = ensemble.backend();
    private final List<Session> sessions = new ArrayList<>();
    private final int watches;
    private volatile CountDownLatch unseen;

    private FanOutSubject(int sessionCount, int watchesEach) throws InterruptedException {
        watches = sessionCount * watchesEach;
        unseen = new CountDownLatch(watches);
        for (int i = 0; i < sessionCount; i++) {
            Session session = backend.open(SessionOptions.of("watcher-" + i)).join();
            sessions.add(session);
            if (i == 0) {
                session.commit(Commit.builder().create(KEY, null).build()).join();
            }
            for (int j = 0; j < watchesEach; j++) {
                session.watch(KEY, Scope.ENTRY, new WatchListener() {
                    @Override
                    public void onBatch(WatchBatch batch) {
                        unseen.countDown();
                    }
                });
            }
        }
        unseen.await();
    }

    static Subject.Factory of(int sessions, int watchesEach) {
        return () -> new FanOutSubject(sessions, watchesEach);
    }

    @Override
    public double measure() throws InterruptedException {
        double[] millis = new double[WRITES];
        Commit update = Commit.builder().update(KEY, Bytes.of(new byte[100])).build();
        for (int i = 0; i < WRITES; i++) {
            CountDownLatch seen = new CountDownLatch(watches);
            unseen = seen;
            long begin = System.nanoTime();
            sessions.get(0).commit(update).join();
            seen.await();
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        return Figures.median(millis);
    }

    @Override
    public long operations() {
        return WRITES;
    }

    @Override
    public void close() {
        backend.close();
        ensemble.close();
    }
}
