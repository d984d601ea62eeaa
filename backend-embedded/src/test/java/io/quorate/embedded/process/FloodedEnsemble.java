package io.quorate.embedded.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An ensemble of three processes whose ports strangers flood while clients write.
 *
 * <p>{@code FloodedEnsemble SECONDS [PER_SECOND [PORTS]]} floods the ports of all members, or the first ones, for so long at a rate of
 * {@value #PER_SECOND} connections a second in all, or another one, kills a follower in the middle of it and starts it again, and prints one line of
 * figures; it ends with 1 if a member did not serve its client during or behind the flood, the killed member did not come back while it lasted, or
 * the live heap of a member has grown by more than {@value #MAX_GROWTH_MIB} MiB.
 */
final class FloodedEnsemble {

    private static final int SIZE = 3;
    private static final long PER_SECOND = 10_000;
    private static final long MAX_GROWTH_MIB = 16;
    private static final long CALM_SECONDS = 15;
    /** What a client of a member that runs may have to wait, an election included. */
    private static final long MAX_GAP_SECONDS = 20;

    private static final long SERVE_SECONDS = 120;
    private static final int ANSWER_SECONDS = 60;

    private final ProcessEnsemble ensemble;
    private final Path directory;
    private final AtomicLong commits = new AtomicLong();
    private final List<AtomicReference<Gap>> gaps = new ArrayList<>();
    private final List<Thread> clients = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private volatile boolean over;

    /** The last line of a class histogram: so many objects, so many bytes. */
    private static final Pattern TOTAL = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)");

    /** The longest time without an acknowledged write at a member, and when the last one was. */
    private record Gap(long longest, long last) {
        Gap at(long now) {
            return new Gap(Math.max(longest, now - last), now);
        }
    }

    private FloodedEnsemble(ProcessEnsemble ensemble, Path directory) {
        this.ensemble = ensemble;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws Exception {
        long seconds = Long.parseLong(arguments[0]);
        long perSecond = arguments.length > 1 ? Long.parseLong(arguments[1]) : PER_SECOND;
        int ports = arguments.length > 2 ? Integer.parseInt(arguments[2]) : SIZE;
        Path directory = Files.createTempDirectory("quorate-flood");
        List<String> failures;
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, SIZE, "1s")) {
            ensemble.startAll();
            FloodedEnsemble flooded = new FloodedEnsemble(ensemble, directory);
            System.out.println(flooded.run(seconds, perSecond, ports));
            failures = flooded.failures;
        }
        if (failures.isEmpty()) {
            delete(directory);
        } else {
            failures.forEach(System.out::println);
            System.out.println("see the logs in " + directory);
        }
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    private String run(long seconds, long perSecond, int ports) throws Exception {
        awaitServing();
        startClients();
        try {
            // So that what is compiled and kept later is not taken for growth.
            double unused = commitsPerSecond(CALM_SECONDS);
            forgetGaps();
            double before = commitsPerSecond(CALM_SECONDS);
            long gapBefore = checkGaps("before the flood", 0);
            List<Long> heapBefore = heaps();
            double during;
            long gapDuring;
            List<Long> heapDuring;
            long millis;
            long attempts;
            long turnedAway = -turnedAway();
            long started = System.nanoTime();
            try (Flood flood = new Flood(targets().subList(0, ports), perSecond)) {
                forgetGaps();
                flood.start();
                long halfBefore = commits.get();
                pause(seconds * 500);
                turnedAway += turnedAway();
                turnedAway = turnedAway * 1_000_000_000 / (System.nanoTime() - started);
                heapDuring = heaps();
                int victim = rejoinDuringFlood();
                pause(Math.max(0, seconds * 1_000 - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)));
                millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
                during = (commits.get() - halfBefore) * 1_000.0 / millis;
                gapDuring = checkGaps("during the flood", victim);
                attempts = flood.attempts() * 1_000 / millis;
            }
            forgetGaps();
            double after = commitsPerSecond(CALM_SECONDS);
            long gapAfter = checkGaps("behind the flood", 0);
            List<Long> heapAfter = heaps();
            checkHeaps(heapBefore, heapAfter);
            return String.format(
                    "attempts/s=%d refused/s=%d seconds=%d commits/s before=%.0f during=%.0f after=%.0f longest gap ms before=%d during=%d after=%d rejoined in ms=%d live heap MiB before=%s during=%s after=%s failures=%d",
                    attempts,
                    turnedAway,
                    millis / 1_000,
                    before,
                    during,
                    after,
                    gapBefore,
                    gapDuring,
                    gapAfter,
                    rejoinMillis,
                    heapBefore,
                    heapDuring,
                    heapAfter,
                    failures.size());
        } finally {
            over = true;
            for (Thread client : clients) {
                client.join();
            }
        }
    }

    private static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    // ---- clients

    private void startClients() {
        for (int id = 1; id <= SIZE; id++) {
            int at = id;
            gaps.add(new AtomicReference<>(new Gap(0, System.nanoTime())));
            Thread client = new Thread(() -> write(at), "client of member " + id);
            client.setDaemon(true);
            clients.add(client);
            client.start();
        }
    }

    private void write(int id) {
        String key = "/flooded-" + id;
        String operation = "create " + key + " v";
        while (!over) {
            try {
                Optional<RunningMember> member = ensemble.member(id);
                String answer = member.isEmpty()
                        ? "failed the member is down"
                        : member.get().ask(operation).get(ANSWER_SECONDS, TimeUnit.SECONDS);
                if (answer.startsWith("committed")) {
                    commits.incrementAndGet();
                    gaps.get(id - 1).updateAndGet(gap -> gap.at(System.nanoTime()));
                    operation = "update " + key + " v -1";
                } else if (answer.startsWith("refused KEY_EXISTS")) {
                    operation = "update " + key + " v -1";
                } else {
                    pause(20);
                }
            } catch (TimeoutException e) {
                // The gap tells.
            } catch (ExecutionException | InterruptedException e) {
                return;
            }
        }
    }

    private double commitsPerSecond(long seconds) throws InterruptedException {
        long before = commits.get();
        long since = System.nanoTime();
        pause(seconds * 1_000);
        return (commits.get() - before) * 1e9 / (System.nanoTime() - since);
    }

    private void forgetGaps() {
        gaps.forEach(gap -> gap.set(new Gap(0, System.nanoTime())));
    }

    /** Returns the longest time in milliseconds for which a member has not served its client. */
    private long checkGaps(String when, int except) {
        long worst = 0;
        for (int id = 1; id <= SIZE; id++) {
            long gap = TimeUnit.NANOSECONDS.toMillis(
                    Objects.requireNonNull(gaps.get(id - 1).get())
                            .at(System.nanoTime())
                            .longest());
            if (id == except) {
                continue;
            }
            worst = Math.max(worst, gap);
            if (gap > MAX_GAP_SECONDS * 1_000) {
                failures.add("member " + id + " has not served its client for " + gap + " ms " + when);
            }
        }
        return worst;
    }

    // ---- the ensemble

    private void awaitServing() throws InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(SERVE_SECONDS);
        for (int id = 1; id <= SIZE; id++) {
            if (!awaitServing(id, limit)) {
                throw new IllegalStateException("member " + id + " does not serve; see " + ensemble.log(id));
            }
        }
    }

    private boolean awaitServing(int id, long limit) throws InterruptedException {
        while (System.nanoTime() - limit < 0) {
            Optional<ProcessEnsemble.Status> status = ensemble.status(id);
            if (status.isPresent() && status.get().serves()) {
                return true;
            }
            pause(50);
        }
        return false;
    }

    private long rejoinMillis;

    /** Kills a follower and starts it again; returns which. */
    private int rejoinDuringFlood() throws Exception {
        OptionalInt leader = ensemble.leader();
        int victim = leader.isPresent() && leader.getAsInt() == SIZE ? 1 : SIZE;
        ensemble.kill(victim);
        long since = System.nanoTime();
        ensemble.start(victim);
        if (!awaitServing(victim, System.nanoTime() + TimeUnit.SECONDS.toNanos(SERVE_SECONDS))) {
            failures.add("member " + victim + " was killed during the flood, and did not come back");
        }
        rejoinMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        return victim;
    }

    /** Returns where the members listen themselves; what they say to each other goes through proxies, which are not the target. */
    private List<InetSocketAddress> targets() throws IOException {
        List<InetSocketAddress> targets = new ArrayList<>();
        for (int id = 1; id <= SIZE; id++) {
            for (String line : Files.readAllLines(directory.resolve("member-" + id + ".properties"))) {
                if (line.startsWith("member." + id + "=")) {
                    targets.add(Flood.target(Integer.parseInt(line.substring(line.lastIndexOf(':') + 1))));
                }
            }
        }
        return targets;
    }

    /** Returns how many connections the members have refused, as they say themselves. */
    private long turnedAway() throws Exception {
        long sum = 0;
        for (int id : ensemble.ids()) {
            String answer = ensemble.member(id).orElseThrow().ask("turned-away").get(ANSWER_SECONDS, TimeUnit.SECONDS);
            sum += Long.parseLong(answer.substring(answer.indexOf(' ') + 1));
        }
        return sum;
    }

    // ---- memory

    private void checkHeaps(List<Long> before, List<Long> after) {
        for (int id = 1; id <= SIZE; id++) {
            long growth = after.get(id - 1) - before.get(id - 1);
            if (growth > MAX_GROWTH_MIB) {
                failures.add("the live heap of member " + id + " has grown by " + growth + " MiB");
            }
        }
    }

    /** Returns how many MiB of each member's heap are in use when the garbage is gone. */
    private List<Long> heaps() throws IOException, InterruptedException {
        List<Long> heaps = new ArrayList<>();
        for (int id = 1; id <= SIZE; id++) {
            heaps.add(heap(process(id)));
        }
        return heaps;
    }

    private long process(int id) {
        String config = directory.resolve("member-" + id + ".properties").toString();
        return ProcessHandle.current()
                .children()
                .filter(child -> Stream.of(child.info().arguments().orElse(new String[0]))
                        .anyMatch(config::equals))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("member " + id + " has no process"))
                .pid();
    }

    private static long heap(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        long bytes = -1;
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Matcher total = TOTAL.matcher(line);
                if (total.find()) {
                    bytes = Long.parseLong(total.group(1));
                }
            }
        }
        process.waitFor();
        if (bytes < 0) {
            throw new IOException("jcmd says nothing of process " + pid);
        }
        return bytes >> 20;
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
