package io.quorate.embedded.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Members in processes of their own that are killed, stopped and cut off while clients use them, after the manner of Kingsbury's Jepsen; what
 * the clients saw is judged in the end.
 *
 * <p>{@code Jepsen MINUTES [SEED]} runs one {@link Round} after another, with three or five members each; {@code Jepsen kills=COUNT [SEED]}
 * kills so many times instead, mostly leaders. Prints what was caused, what does not hold if something does not, and last one line {@code
 * operations=N faults=N violations=N}; ends with 1 if there are violations.
 */
final class Jepsen {

    private static final long ROUND_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final String KILLS = "kills=";
    private static final int KILLS_OF_A_ROUND = 50;
    private static final List<FaultInjection.Kind> ONLY_KILLS = List.of(
            FaultInjection.Kind.KILL_LEADER,
            FaultInjection.Kind.KILL_LEADER,
            FaultInjection.Kind.KILL_ANY,
            FaultInjection.Kind.KILL_LEADER,
            FaultInjection.Kind.KILL_ALL);

    private final Path directory;
    private final Random random;
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Map<String, Long> events = new TreeMap<>();
    private final List<Long> gaps = new ArrayList<>();
    private long operations;
    private int violations;
    private int rounds;

    private Jepsen(Path directory, long seed) {
        this.directory = directory;
        this.random = new Random(seed);
    }

    public static void main(String[] arguments) throws Exception {
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
        Path directory = Files.createTempDirectory("quorate-jepsen");
        System.out.println("seed " + seed + ", files in " + directory);
        Jepsen jepsen = new Jepsen(directory, seed);
        if (arguments[0].startsWith(KILLS)) {
            jepsen.runKills(Integer.parseInt(arguments[0].substring(KILLS.length())));
        } else {
            jepsen.runFor(TimeUnit.MINUTES.toNanos(Long.parseLong(arguments[0])));
        }
        jepsen.report();
        System.exit(jepsen.violations == 0 ? 0 : 1);
    }

    private void runFor(long nanos) throws Exception {
        long end = System.nanoTime() + nanos;
        while (end - System.nanoTime() > TimeUnit.SECONDS.toNanos(10)) {
            long left = end - System.nanoTime();
            // No short rest remains for a round of its own.
            run(left < 2 * ROUND_NANOS - ROUND_NANOS / 2 ? left : ROUND_NANOS, List.of(), Integer.MAX_VALUE);
        }
    }

    private void runKills(int count) throws Exception {
        for (int left = count; left > 0; left -= KILLS_OF_A_ROUND) {
            run(Long.MAX_VALUE / 2, ONLY_KILLS, Math.min(left, KILLS_OF_A_ROUND));
        }
    }

    private void run(long nanos, List<FaultInjection.Kind> kinds, int maxFaults) throws Exception {
        rounds++;
        int members = random.nextInt(3) == 0 ? 5 : 3;
        long seed = random.nextLong();
        Path files = directory.resolve("round-" + rounds);
        Round.Result result = Round.run(files, new Round.Plan(members, seed, nanos, kinds, maxFaults));
        System.out.println("round " + rounds + ": " + members + " members, operations=" + result.operations()
                + " faults=" + result.faultCount() + " violations="
                + result.violations().size());
        result.violations().forEach(System.out::println);
        operations += result.operations();
        violations += result.violations().size();
        gaps.addAll(result.gaps());
        result.faults().forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
        result.events().forEach((event, count) -> events.merge(event, count, Long::sum));
        if (result.violations().isEmpty()) {
            delete(files);
        }
    }

    private void report() throws IOException {
        faults.forEach((fault, count) -> System.out.printf("%8d  %s%n", count, fault));
        events.forEach((event, count) -> System.out.printf("%8d  %s%n", count, event));
        List<Long> sorted = gaps.stream().sorted().toList();
        if (!sorted.isEmpty()) {
            System.out.println("first write acknowledged by a survivor after the leader was killed, ms: median "
                    + sorted.get(sorted.size() / 2) + ", worst " + sorted.get(sorted.size() - 1) + ", of "
                    + sorted.size());
        }
        if (violations == 0) {
            delete(directory);
        }
        int caused = faults.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println("operations=" + operations + " faults=" + caused + " violations=" + violations);
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
