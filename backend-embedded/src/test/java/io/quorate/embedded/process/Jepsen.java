package io.quorate.embedded.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Members in processes of their own that are killed and stopped while clients use them, after the manner of Kingsbury's Jepsen; what the
 * clients saw is judged in the end.
 *
 * <p>{@code Jepsen MINUTES [SEED]} prints how long the ensemble was without a writer after its leader was killed, what does not hold if
 * something does not, and last one line {@code operations=N faults=N violations=N}; it ends with 1 if there are violations.
 */
final class Jepsen {

    private static final int SIZE = 3;
    private static final long ELECTION_MILLIS = 1_000;
    private static final long HEAL_SECONDS = 120;

    private final ProcessEnsemble ensemble;
    private final Workload workload;
    private final Random random;
    private final Map<String, Integer> faults = new TreeMap<>();
    private final List<Long> gapsAfterKills = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    private Jepsen(ProcessEnsemble ensemble, long seed) {
        this.ensemble = ensemble;
        this.workload = new Workload(ensemble);
        this.random = new Random(seed);
    }

    /** What a run came to. */
    record Result(long operations, long locked, Map<String, Integer> faults, List<Long> gaps, List<String> violations) {
        int faultCount() {
            return faults.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    public static void main(String[] arguments) throws Exception {
        long minutes = Long.parseLong(arguments[0]);
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
        Path directory = Files.createTempDirectory("quorate-jepsen");
        System.out.println("seed " + seed + ", files in " + directory);
        Result result = run(directory, seed, TimeUnit.MINUTES.toNanos(minutes), Integer.MAX_VALUE);
        result.violations().forEach(System.out::println);
        System.out.println(
                "faults by kind: " + result.faults() + ", guarded writes under the lock: " + result.locked());
        List<Long> gaps = result.gaps().stream().sorted().toList();
        if (!gaps.isEmpty()) {
            System.out.println("first write acknowledged by a survivor after the leader was killed, ms: median "
                    + gaps.get(gaps.size() / 2) + ", worst " + gaps.get(gaps.size() - 1) + ", of " + gaps.size());
        }
        if (result.violations().isEmpty()) {
            delete(directory);
        }
        System.out.println("operations=" + result.operations() + " faults=" + result.faultCount() + " violations="
                + result.violations().size());
        System.exit(result.violations().isEmpty() ? 0 : 1);
    }

    /** Runs until the time is over or so many faults were caused, whichever comes first. */
    static Result run(Path directory, long seed, long nanos, int maxFaults) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, SIZE, ELECTION_MILLIS / 1000.0 + "s")) {
            ensemble.startAll();
            Jepsen jepsen = new Jepsen(ensemble, seed);
            jepsen.awaitAllServe();
            jepsen.workload.start(seed);
            try {
                jepsen.causeFaults(nanos, maxFaults);
            } finally {
                jepsen.workload.stop();
            }
            jepsen.awaitAllServe();
            jepsen.judge();
            return new Result(
                    jepsen.workload.operations(),
                    jepsen.workload.locked(),
                    jepsen.faults,
                    jepsen.gapsAfterKills,
                    jepsen.violations);
        }
    }

    // ---- faults

    private void causeFaults(long nanos, int maxFaults) throws Exception {
        long end = System.nanoTime() + nanos;
        int caused = 0;
        pause(1_000);
        while (System.nanoTime() - end < 0 && caused < maxFaults) {
            int kind = random.nextInt(10);
            if (kind < 4) {
                killLeader();
            } else if (kind < 6) {
                killAny();
            } else if (kind < 9) {
                stopForAWhile();
            } else {
                killAll();
            }
            caused++;
            awaitAllServe();
            pause(200 + random.nextInt(800));
        }
    }

    private void count(String fault) {
        faults.merge(fault, 1, Integer::sum);
    }

    private void killLeader() throws Exception {
        OptionalInt leader = ensemble.leader();
        if (leader.isEmpty()) {
            return;
        }
        count("kill -9 of the leader");
        long killed = System.nanoTime();
        ensemble.kill(leader.getAsInt());
        pause(ELECTION_MILLIS + random.nextInt(1_000));
        gapAfter(killed, leader.getAsInt()).ifPresent(gapsAfterKills::add);
        ensemble.start(leader.getAsInt());
    }

    /** Returns how many milliseconds passed before a survivor acknowledged a write that was sent behind the kill. */
    private OptionalLong gapAfter(long killed, int leader) {
        return workload.acknowledged().stream()
                .filter(write -> write.member() != leader && write.sent() - killed > 0)
                .mapToLong(write -> TimeUnit.NANOSECONDS.toMillis(write.acknowledged() - killed))
                .min();
    }

    private void killAny() throws Exception {
        count("kill -9 of any member");
        int victim = 1 + random.nextInt(SIZE);
        ensemble.kill(victim);
        pause(random.nextInt(2_000));
        ensemble.start(victim);
    }

    private void stopForAWhile() throws Exception {
        OptionalInt leader = ensemble.leader();
        boolean ofLeader = leader.isPresent() && random.nextBoolean();
        int victim = ofLeader ? leader.getAsInt() : 1 + random.nextInt(SIZE);
        count(ofLeader ? "SIGSTOP of the leader" : "SIGSTOP of any member");
        RunningMember member = ensemble.member(victim).orElseThrow();
        member.pause();
        try {
            // Up to beyond the time-out of the sessions, which is four seconds.
            pause(ELECTION_MILLIS + random.nextInt((int) (4 * ELECTION_MILLIS)));
        } finally {
            member.resume();
        }
    }

    private void killAll() throws Exception {
        count("kill -9 of all members");
        for (int id = 1; id <= SIZE; id++) {
            ensemble.kill(id);
        }
        ensemble.startAll();
    }

    private static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    // ---- judging

    private void awaitAllServe() throws InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(HEAL_SECONDS);
        while (!doAllServe()) {
            if (System.nanoTime() - limit > 0) {
                throw new IllegalStateException(
                        "the members do not all serve within " + HEAL_SECONDS + " s; see what they have logged");
            }
            pause(50);
        }
    }

    private boolean doAllServe() throws InterruptedException {
        for (int id = 1; id <= SIZE; id++) {
            Optional<String[]> status = ensemble.status(id);
            if (status.isEmpty() || !Stream.of("LEADER", "FOLLOWER").toList().contains(status.get()[1])) {
                return false;
            }
        }
        return true;
    }

    private void judge() throws InterruptedException {
        workload.readAll();
        judgeDigests();
        violations.addAll(workload.violations());
    }

    /** Members that have applied the same have the same state. */
    private void judgeDigests() throws InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(HEAL_SECONDS);
        while (System.nanoTime() - limit < 0) {
            Map<String, String> digests = new TreeMap<>();
            for (int id = 1; id <= SIZE; id++) {
                Optional<String[]> status = ensemble.status(id);
                if (status.isPresent()) {
                    String other = digests.put(status.get()[3], status.get()[4]);
                    if (other != null && !other.equals(status.get()[4])) {
                        violations.add("members have different states behind record " + status.get()[3]);
                        return;
                    }
                }
            }
            if (digests.size() == 1) {
                return;
            }
            pause(50);
        }
        violations.add("the members do not come to the same record");
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
