package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.EmbeddedEnsemble;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An embedded ensemble under one load. */
final class EmbeddedSubject implements Subject {

    private static final Key KEY = Key.of("/bench/key");
    private static final Bytes VALUE = Bytes.of(new byte[100]);
    private static final Commit UPDATE = Commit.builder().update(KEY, VALUE).build();

    /** What is measured. */
    @FunctionalInterface
    interface Measurement {
        double run(EmbeddedSubject subject) throws Exception;
    }

    private final EmbeddedEnsemble ensemble;
    private final @Nullable Path directory;
    private final Measurement measurement;
    private final Backend backend;
    private final Quorate quorate;
    private final Session session;

    private EmbeddedSubject(EmbeddedEnsemble ensemble, @Nullable Path directory, Measurement measurement)
            throws InterruptedException {
        this.ensemble = ensemble;
        this.directory = directory;
        this.measurement = measurement;
        ensemble.start();
        this.backend = ensemble.backend();
        this.quorate = Quorate.open(backend);
        this.session = backend.open(SessionOptions.of("bench")).join();
        session.commit(Commit.builder().create(KEY, VALUE).build()).join();
    }

    static Subject.Factory inMemory(int members, Measurement measurement) {
        return () -> new EmbeddedSubject(EmbeddedEnsemble.inMemory(members), null, measurement);
    }

    static Subject.Factory durable(int members, Measurement measurement) {
        return () -> {
            Path directory = Directories.create();
            return new EmbeddedSubject(EmbeddedEnsemble.durable(directory, members), directory, measurement);
        };
    }

    double synchronousCommits() throws Exception {
        return Load.oneByOne(() -> quorate.commit(UPDATE));
    }

    double pipelinedCommits() throws Exception {
        return Load.pipelined(1000, () -> session.commit(UPDATE));
    }

    double latestReads() throws Exception {
        return Load.oneByOne(() -> quorate.get(KEY));
    }

    /** Reads as the recipes would: the thread that waits carries the session's lane. */
    double anyReads() throws Exception {
        return Load.oneByOne(() -> session.scheduler()
                .carry(() -> session.get(KEY, Read.ANY), Duration.ofSeconds(10))
                .get());
    }

    @Override
    public double measure() throws Exception {
        return measurement.run(this);
    }

    @Override
    public void close() throws IOException {
        quorate.close();
        backend.close();
        ensemble.close();
        if (directory != null) {
            Directories.delete(directory);
        }
    }
}
