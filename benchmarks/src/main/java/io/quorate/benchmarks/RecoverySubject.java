package io.quorate.benchmarks;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.EmbeddedEnsemble;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The time until one durable member with a million nodes of 100 bytes, in a snapshot and a log behind it, takes writes again, in
 * milliseconds. Each measurement is the first thing that happens in a process of its own, as it is where it matters.
 */
final class RecoverySubject implements Subject {

    private static final int TAIL = 40_000;

    /** What runs in the process. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            long begin = System.nanoTime();
            try (EmbeddedEnsemble ensemble =
                    EmbeddedEnsemble.durable(Path.of(args[0]), 1).start()) {
                double millis = (System.nanoTime() - begin) / 1e6;
                try (Session session =
                        ensemble.backend().open(SessionOptions.of("recovered")).join()) {
                    if (session.get(Million.key(Million.NODES - 1), Read.LATEST)
                            .join()
                            .isEmpty()) {
                        throw new IllegalStateException("the last node is missing");
                    }
                }
                System.out.println(millis);
            }
        }
    }

    private final Path directory = Directories.create();

    RecoverySubject() throws IOException, InterruptedException {
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.durable(directory, 1).start();
                Session session =
                        ensemble.backend().open(SessionOptions.of("figures")).join()) {
            Million.fill(session);
            Commit update = Commit.builder()
                    .update(Million.key(0), Bytes.of(new byte[100]))
                    .build();
            Million.pipelined(TAIL, i -> session.commit(update));
        }
    }

    @Override
    public double measure() throws IOException, InterruptedException {
        return FreshJvm.run(Main.class, directory.toString());
    }

    @Override
    public void close() throws IOException {
        Directories.delete(directory);
    }
}
