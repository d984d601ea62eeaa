package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.EnsembleConfig;
import io.quorate.embedded.MemberFaults;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Three members in memory with default time-outs that lose their leader under load, again and again: the longest time in
 * milliseconds between two acknowledged writes of one client around each loss. A write that fails fails the measurement.
 */
final class FailoverSubject implements Subject {

    private static final int LOSSES = 20;
    private static final Key KEY = Key.of("/failover");

    /** How the leader is lost, and comes back. */
    enum Loss {
        KILL,
        STOP,
        PAUSE;

        void lose(MemberFaults members, int leader) {
            switch (this) {
                case KILL -> members.kill(leader);
                case STOP -> members.stop(leader);
                case PAUSE -> members.pause(leader);
            }
        }

        void restore(MemberFaults members, int leader) {
            if (this == PAUSE) {
                members.resume(leader);
            } else {
                members.restart(leader);
            }
        }
    }

    private final Loss loss;
    private final double quantile;
    private final EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3).start();
    private final MemberFaults members = new MemberFaults(ensemble);
    private final Quorate quorate;
    private final AtomicLong longestGap = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private FailoverSubject(Loss loss, double quantile) throws InterruptedException {
        this.loss = loss;
        this.quantile = quantile;
        this.quorate = Quorate.open(ensemble.backend());
        quorate.commit(Commit.builder().create(KEY, null).build());
    }

    static Subject.Factory of(Loss loss, double quantile) {
        return () -> new FailoverSubject(loss, quantile);
    }

    /** Returns the election time-out of the members. */
    static double electionMillis() {
        return EnsembleConfig.inMemory(3).electionTimeout().toMillis();
    }

    @Override
    public double measure() throws Exception {
        over.set(false);
        Thread writer = new Thread(this::write, "failover-writer");
        writer.start();
        double[] gaps = new double[LOSSES];
        for (int i = 0; i < LOSSES; i++) {
            awaitWrites(100);
            longestGap.set(0);
            int leader = members.leader();
            loss.lose(members, leader);
            awaitWrites(100);
            gaps[i] = longestGap.get() / 1e6;
            loss.restore(members, leader);
        }
        over.set(true);
        writer.join();
        Exception failed = failure.get();
        if (failed != null) {
            throw new ExecutionException("a write failed", failed);
        }
        Arrays.sort(gaps);
        return gaps[(int) Math.ceil(quantile * LOSSES) - 1];
    }

    private void awaitWrites(long count) {
        long goal = writes.get() + count;
        while (writes.get() < goal && failure.get() == null) {
            Thread.onSpinWait();
        }
    }

    private void write() {
        Commit update = Commit.builder().update(KEY, Bytes.of(new byte[100])).build();
        try {
            long last = System.nanoTime();
            while (!over.get()) {
                quorate.commit(update);
                long now = System.nanoTime();
                longestGap.accumulateAndGet(now - last, Math::max);
                last = now;
                writes.incrementAndGet();
            }
        } catch (InterruptedException | RuntimeException e) {
            failure.set(e);
        }
    }

    @Override
    public void close() {
        quorate.close();
        ensemble.close();
    }
}
