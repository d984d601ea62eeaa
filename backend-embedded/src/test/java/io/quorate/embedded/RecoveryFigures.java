package io.quorate.embedded;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Prints how long an ensemble takes from the start until it takes writes, with a million nodes of 100 bytes in its snapshot
 * and a log behind that.
 *
 * <p>Arguments: an empty directory, and the number of members (1 if absent). Needs 2 GiB of heap for each member.
 */
final class RecoveryFigures {

    /** With a parent for each thousand, a few less than the limit of a million. */
    private static final int NODES = 998_000;

    private static final int PER_COMMIT = 125;
    private static final int PER_PARENT = 1_000;
    private static final int TAIL = 40_000;
    private static final int IN_FLIGHT = 64;
    private static final Bytes VALUE = Bytes.of(new byte[100]);

    private RecoveryFigures() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        int members = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        EnsembleConfig config = EnsembleConfig.durable(directory, members);
        int entries;
        try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.of(config).start()) {
            fill(ensemble);
            entries = hash(ensemble);
        }
        for (int round = 1; round <= 3; round++) {
            long begin = System.nanoTime();
            long cpu = cpuMillis();
            try (EmbeddedEnsemble ensemble = EmbeddedEnsemble.of(config)) {
                ensemble.start();
                long millis = (System.nanoTime() - begin) / 1_000_000;
                long cpuUsed = cpuMillis() - cpu;
                var state = ensemble.onLoop(() -> ensemble.members().get(0).state());
                System.out.printf(
                        "members=%d nodes=%d applied=%d recoveryMillis=%d cpuMillis=%d snapshots=%s sameState=%b%n",
                        members,
                        ensemble.onLoop(state::nodes),
                        ensemble.onLoop(state::appliedIndex),
                        millis,
                        cpuUsed,
                        snapshots(directory),
                        hash(ensemble) == entries);
            }
        }
    }

    /** What all threads of the process have used, so that a busy machine can be told from a slow program. */
    private static long cpuMillis() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toMillis();
    }

    private static int hash(EmbeddedEnsemble ensemble) {
        return ensemble.onLoop(() ->
                ensemble.members().get(0).state().snapshot(Key.ROOT).entries().hashCode());
    }

    private static void fill(EmbeddedEnsemble ensemble) {
        Session session = ensemble.backend()
                .open(new SessionOptions("figures", Duration.ofSeconds(60), Key.ROOT))
                .join();
        Deque<CompletableFuture<CommitResult>> inFlight = new ArrayDeque<>();
        for (int node = 0; node < NODES; node += PER_COMMIT) {
            Commit.Builder commit = Commit.builder();
            for (int i = node; i < node + PER_COMMIT; i++) {
                commit.create(key(i), VALUE);
            }
            send(session, commit.build(), inFlight);
        }
        for (int i = 0; i < TAIL; i++) {
            send(session, Commit.builder().update(key(i * 24), VALUE).build(), inFlight);
        }
        inFlight.forEach(CompletableFuture::join);
        session.close();
    }

    private static Key key(int node) {
        return Key.of(String.format("/parent-%04d/node-%04d", node / PER_PARENT, node % PER_PARENT));
    }

    private static void send(Session session, Commit commit, Deque<CompletableFuture<CommitResult>> inFlight) {
        inFlight.add(session.commit(commit));
        if (inFlight.size() > IN_FLIGHT) {
            inFlight.remove().join();
        }
    }

    private static String snapshots(Path directory) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(directory.resolve("member-1"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("snap-")) {
                    text.append(Long.parseLong(name.substring(5), 16))
                            .append(':')
                            .append(Files.size(file) >> 20)
                            .append("MiB ");
                }
            }
        }
        return text.toString().trim();
    }
}
