package io.quorate.embedded;

import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.LogLimits;
import io.quorate.embedded.member.DirectoryDisks;
import io.quorate.embedded.member.EnsembleDisks;
import io.quorate.embedded.member.Life;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.tree.StateMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** An ensemble on disks that tests can spoil, with small segments, and one client of it. */
final class DurableEnsemble implements AutoCloseable {

    static final LogLimits SMALL = new LogLimits(16 << 10, 4 << 10, 1 << 20, 3, 1 << 20);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration QUICK = Duration.ofMillis(300);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Path directory;
    private final int members;
    private final Map<Integer, FaultyDisk> disks = new TreeMap<>();
    private final EmbeddedEnsemble ensemble;
    private @Nullable Session session;

    private DurableEnsemble(
            Path directory, int members, LogLimits limits, int snapshotRecords, Duration electionTimeout) {
        this.directory = directory;
        this.members = members;
        for (int id = 1; id <= members; id++) {
            disks.put(id, new FaultyDisk());
        }
        EnsembleConfig config = EnsembleConfig.durable(directory, members)
                .withElectionTimeout(electionTimeout)
                .withSnapshotRecords(snapshotRecords);
        this.ensemble = EmbeddedEnsemble.on(new Disks(limits), config);
    }

    /** An ensemble that is not started. */
    static DurableEnsemble in(Path directory, int members) {
        return new DurableEnsemble(directory, members, SMALL, 1_000_000, QUICK);
    }

    /** An ensemble that takes a snapshot every so many records, and is not started. */
    static DurableEnsemble withSnapshots(Path directory, int members, int records) {
        return new DurableEnsemble(directory, members, SMALL, records, QUICK);
    }

    /** An ensemble whose members take long to lose patience with each other and with their disks, and is not started. */
    static DurableEnsemble patient(Path directory, int members) {
        return new DurableEnsemble(directory, members, LogLimits.DEFAULT, 1_000_000, Duration.ofSeconds(20));
    }

    private final class Disks implements EnsembleDisks {
        private final DirectoryDisks real = new DirectoryDisks(directory);
        private final LogLimits limits;

        Disks(LogLimits limits) {
            this.limits = limits;
        }

        @Override
        public Disk ensemble() throws IOException {
            return real.ensemble();
        }

        @Override
        public Disk member(int id) throws IOException {
            return disk(id).over(real.member(id));
        }

        @Override
        public LogLimits limits() {
            return limits;
        }
    }

    FaultyDisk disk(int id) {
        FaultyDisk disk = disks.get(id);
        if (disk == null) {
            throw new AssertionError("no member " + id);
        }
        return disk;
    }

    DurableEnsemble start() {
        ensemble.start();
        return this;
    }

    EmbeddedEnsemble ensemble() {
        return ensemble;
    }

    void stop(int id) {
        ensemble.kill(id);
    }

    void start(int id) {
        ensemble.start(id);
    }

    /** Returns the status at this moment; what the ensemble publishes is that of a moment ago. */
    MemberStatus status(int id) {
        return ensemble.onLoop(() -> ensemble.members().stream()
                .filter(member -> member.id() == id)
                .findFirst()
                .map(MemberStatus::of)
                .orElseGet(() -> MemberStatus.stopped(id)));
    }

    int leader() {
        eventually(() -> ensemble.leadingMember().isPresent(), "there is a leader");
        return ensemble.leadingMember().map(Member::id).orElseGet(this::leader);
    }

    int follower() {
        int leader = leader();
        return leader == 1 ? 2 : 1;
    }

    /** Returns a follower that serves no session. */
    int idleFollower() {
        int leader = leader();
        for (int id = 1; id <= members; id++) {
            if (id != leader && status(id).sessions() == 0) {
                return id;
            }
        }
        throw new AssertionError("all followers serve sessions");
    }

    /** Returns whether a member counts in quorums. */
    boolean isVoter(int id) {
        return ensemble.onLoop(() ->
                ensemble.members().stream().filter(member -> member.id() == id).anyMatch(Member::mayVote));
    }

    // ---- the client

    Session open(Duration timeout) {
        Backend backend = ensemble.backend();
        return await(backend.open(new SessionOptions("durable", timeout, Key.of("/durable"))));
    }

    Session session() {
        Session present = session;
        if (present == null) {
            present = open(TIMEOUT);
            session = present;
        }
        return present;
    }

    void write(String key, String value) {
        await(session().commit(write(session(), key, value)));
    }

    private Commit write(Session over, String key, String value) {
        Key at = Key.of("/" + key);
        boolean exists = await(over.get(at, Read.LATEST)).isPresent();
        Commit.Builder commit = Commit.builder();
        Bytes bytes = Bytes.of(value.getBytes(StandardCharsets.UTF_8));
        return (exists ? commit.update(at, bytes) : commit.create(at, bytes)).build();
    }

    Optional<String> read(String key) {
        return await(session().get(Key.of("/" + key), Read.LATEST))
                .map(Entry::value)
                .map(bytes -> new String(bytes.toByteArray(), StandardCharsets.UTF_8));
    }

    void writeMany(int count, int length) {
        for (int i = 0; i < count; i++) {
            write("many", "x".repeat(length) + i);
        }
    }

    /** Writes as often, to keys that are new, and waits when all is on its way. */
    void writeAtOnce(String key, int count, int length) {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bytes value = Bytes.of(new byte[length]);
            writes.add(session()
                    .commit(Commit.builder()
                            .create(Key.of("/" + key + i), value)
                            .build()));
        }
        writes.forEach(DurableEnsemble::await);
    }

    static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no result within " + LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    void eventually(BooleanSupplier condition, String what) {
        Awaitility.await(what)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(LIMIT)
                .until(condition::getAsBoolean);
    }

    /** Waits until all members have applied the same, and returns the digest of that. */
    long commonDigest() {
        long[] digest = new long[1];
        eventually(
                () -> ensemble.onLoop(() -> {
                    List<Member> running = ensemble.members();
                    digest[0] = running.get(0).state().digest();
                    // Before there is a leader, members have the same state because none has applied anything.
                    return running.size() == members
                            && running.stream().anyMatch(Member::takesWrites)
                            && running.stream().allMatch(member -> member.life() == Life.RUNNING)
                            && running.stream().map(Member::applied).distinct().count() == 1
                            && running.stream()
                                            .map(member -> member.state().digest())
                                            .distinct()
                                            .count()
                                    == 1;
                }),
                "all members have the same state");
        return digest[0];
    }

    /** Waits until all members have the same state, and returns what it holds: without the index, which a new leader raises. */
    String commonState() {
        commonDigest();
        return ensemble.onLoop(() -> {
            StateMachine state = ensemble.members().get(0).state();
            return state.snapshot(Key.ROOT).entries() + "\n"
                    + state.sessions().stream()
                            .map(view -> view.id() + " " + view.ownerName() + " " + view.timeoutMillis())
                            .toList();
        });
    }

    // ---- files

    /** Waits until no snapshot is being written, so that the files stand still. */
    void settleDisks() {
        eventually(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("quorate-snapshot-")),
                "no snapshot is being written");
    }

    /** What a power cut at this moment leaves, given that all writes were forced: the files as they are, unclosed. */
    Path image(Path target) throws IOException {
        boolean whole = false;
        while (!whole) {
            try {
                copy(directory, target);
                whole = true;
            } catch (NoSuchFileException e) {
                // A file that is not needed any more was deleted meanwhile.
                delete(target);
            }
        }
        return target;
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                    Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(file));
                } else if (!file.getFileName().toString().startsWith("lock")) {
                    // Opening and closing a lock file would give the lock up.
                    Files.copy(file, copy);
                }
            }
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** The files of a member with a prefix, in order. */
    static List<Path> files(Path directory, int member, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("member-" + member))) {
            // A closing member may leave a snapshot that it had not finished.
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .filter(file -> !file.getFileName().toString().endsWith(".tmp"))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() {
        disks.values().forEach(FaultyDisk::mend);
        ensemble.close();
    }
}
