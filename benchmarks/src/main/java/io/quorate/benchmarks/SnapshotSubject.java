package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.EnsembleConfig;
import io.quorate.embedded.MemberFaults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How much longer the slowest hundredth of one client's writes takes while a snapshot of a million nodes of 100 bytes is being
 * taken: the 99th percentile then, divided by that of the writes before and after.
 */
final class SnapshotSubject implements Subject {

    /** How often it is asked whether a snapshot is under way. */
    private static final int WRITES_PER_LOOK = 16;

    private static final int MIN_WRITES = 2_000;

    private final @Nullable Path directory;
    private final EmbeddedEnsemble ensemble;
    private final MemberFaults members;
    private final Quorate quorate;

    private SnapshotSubject(@Nullable Path directory, int writesBetweenSnapshots) throws Exception {
        this.directory = directory;
        EnsembleConfig base = directory == null ? EnsembleConfig.inMemory(1) : EnsembleConfig.durable(directory, 1);
        this.ensemble = EmbeddedEnsemble.of(new EnsembleConfig(
                        1,
                        Optional.ofNullable(directory),
                        base.electionTimeout(),
                        base.connectionTimeout(),
                        base.startTimeout(),
                        writesBetweenSnapshots,
                        Long.MAX_VALUE))
                .start();
        this.members = new MemberFaults(ensemble);
        this.quorate = Quorate.open(ensemble.backend());
        Million.fill(quorate.session().join());
    }

    static Subject.Factory inMemory(int writesBetweenSnapshots) {
        return () -> new SnapshotSubject(null, writesBetweenSnapshots);
    }

    static Subject.Factory durable(int writesBetweenSnapshots) {
        return () -> new SnapshotSubject(Directories.create(), writesBetweenSnapshots);
    }

    @Override
    public double measure() throws Exception {
        List<Long> quiet = new ArrayList<>();
        List<Long> busy = new ArrayList<>();
        boolean was = members.takesSnapshot(1);
        while (was || busy.isEmpty() || quiet.size() < MIN_WRITES) {
            List<Long> nanos = new ArrayList<>();
            for (int i = 0; i < WRITES_PER_LOOK; i++) {
                nanos.add(write());
            }
            boolean is = members.takesSnapshot(1);
            (was || is ? busy : quiet).addAll(nanos);
            was = is;
        }
        return percentile99(busy) / percentile99(quiet);
    }

    private long write() throws InterruptedException {
        Commit update =
                Commit.builder().update(Million.key(7), Bytes.of(new byte[100])).build();
        long begin = System.nanoTime();
        quorate.commit(update);
        return System.nanoTime() - begin;
    }

    private static double percentile99(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        double at = sorted[(int) (sorted.length * 0.99)];
        System.err.printf(
                "%d writes: 50%% %.3f ms, 99%% %.3f ms, 99.9%% %.3f ms, longest %.3f ms%n",
                sorted.length,
                sorted[sorted.length / 2] / 1e6,
                at / 1e6,
                sorted[(int) (sorted.length * 0.999)] / 1e6,
                Arrays.stream(sorted).max().orElse(0) / 1e6);
        return at;
    }

    @Override
    public void close() throws IOException {
        quorate.close();
        ensemble.close();
        if (directory != null) {
            Directories.delete(directory);
        }
    }
}
