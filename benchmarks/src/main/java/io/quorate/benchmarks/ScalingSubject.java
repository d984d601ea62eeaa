package io.quorate.benchmarks;

import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.EmbeddedEnsemble;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Commits per second with a thousand in flight, of updates of random nodes, on an ensemble of so many sessions and nodes. */
final class ScalingSubject implements Subject {

    private static final int IN_FLIGHT = 1_000;
    private static final int NODES = 1_000;
    private static final int PER_PARENT = 1_000;
    private static final int PER_COMMIT = 100;
    private static final Bytes VALUE = Bytes.of(new byte[100]);
    private static final long SEED = 7;

    private final EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start();
    private final Backend backend = ensemble.backend();
    private final List<Session> sessions = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int nodes;
    private int next;

    private ScalingSubject(int sessionCount, int nodes) throws InterruptedException {
        this.nodes = nodes;
        for (int i = 0; i < sessionCount; i++) {
            sessions.add(backend.open(SessionOptions.of("session-" + i)).join());
        }
        Million.pipelined(nodes / PER_COMMIT, i -> {
            Commit.Builder commit = Commit.builder();
            for (int node = i * PER_COMMIT; node < (i + 1) * PER_COMMIT; node++) {
                commit.create(key(node), VALUE);
            }
            return sessions.get(0).commit(commit.build());
        });
    }

    /** The work spreads over so many sessions. */
    static Subject.Factory sessions(int count) {
        return () -> new ScalingSubject(count, NODES);
    }

    /** The tree has so many nodes. */
    static Subject.Factory nodes(int count) {
        return () -> new ScalingSubject(1, count);
    }

    private static Key key(int node) {
        return Key.of("/parent-" + node / PER_PARENT + "/node-" + node % PER_PARENT);
    }

    @Override
    public double measure() throws Exception {
        return Load.pipelined(IN_FLIGHT, () -> {
            next = (next + 1) % sessions.size();
            Commit update =
                    Commit.builder().update(key(random.nextInt(nodes)), VALUE).build();
            return sessions.get(next).commit(update);
        });
    }

    @Override
    public void close() {
        backend.close();
        ensemble.close();
    }
}
