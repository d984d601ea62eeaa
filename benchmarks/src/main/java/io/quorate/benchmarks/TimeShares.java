package io.quorate.benchmarks;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.embedded.EmbeddedEnsemble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of one durable commit and of one lock cycle goes, on three members with one client.
 *
 * <p>The whole is measured beside what it is made of: the same commit in memory, and what the machine takes for a forced write and for a
 * hand-off between threads. What is left after subtracting the parts is named as the rest. Beside this, samples of the threads that run say in
 * which layer the processor's time is spent.
 */
final class TimeShares implements AutoCloseable {

    private static final int WARM_UP = 2_000;
    private static final int SAMPLES = 1_000;
    private static final Key KEY = Key.of("/shares");
    private static final Commit UPDATE =
            Commit.builder().update(KEY, Bytes.of(new byte[100])).build();

    private final Path directory = Directories.create();
    private final EmbeddedEnsemble inMemory = EmbeddedEnsemble.inMemory(3).start();
    private final EmbeddedEnsemble onDisk =
            EmbeddedEnsemble.durable(directory, 3).start();
    private final Quorate memory = Quorate.open(inMemory.backend());
    private final Quorate durable = Quorate.open(onDisk.backend());
    private final Subject fsync = FloorSubject.fsyncPreallocated();
    private final Subject handOff = FloorSubject.handOff();
    private final Load.Operation lockCycle;

    TimeShares() throws IOException, InterruptedException {
        memory.commit(Commit.builder().create(KEY, null).build());
        durable.commit(Commit.builder().create(KEY, null).build());
        var lock = memory.lock("shares");
        lockCycle = () -> lock.acquire().close();
    }

    /** Measures and returns the section of the page. */
    List<String> measure(int rounds) throws Exception {
        double[] memoryCommits = new double[rounds];
        double[] durableCommits = new double[rounds];
        double[] cycles = new double[rounds];
        double[] fsyncs = new double[rounds];
        double[] handOffs = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            int warmUp = i == 0 ? WARM_UP : 0;
            memoryCommits[i] = Load.medianMicros(10 * warmUp, 10 * SAMPLES, () -> memory.commit(UPDATE));
            durableCommits[i] = Load.medianMicros(warmUp, SAMPLES, () -> durable.commit(UPDATE));
            cycles[i] = Load.medianMicros(10 * warmUp, 10 * SAMPLES, lockCycle);
            fsyncs[i] = fsync.measure();
            handOffs[i] = handOff.measure();
        }
        double commit = Figures.median(memoryCommits);
        double whole = Figures.median(durableCommits);
        double cycle = Figures.median(cycles);
        double force = Figures.median(fsyncs);
        double hand = Figures.median(handOffs);

        List<String> lines = new ArrayList<>();
        lines.addAll(section(
                "One durable commit, three members, one client thread",
                whole,
                hand,
                List.of(
                        new Part("one forced write, the least that a quorum's can take (floor)", force),
                        new Part("the same commit in memory: agreement, tree, reply", commit),
                        new Part(
                                "the rest: hand-offs to and from the writing threads, encoding, forced writes at the same time",
                                whole - force - commit))));
        lines.addAll(section(
                "One uncontended lock cycle, three members in memory, one client thread",
                cycle,
                hand,
                List.of(
                        new Part("two commits of one operation: acquire, release", 2 * commit),
                        new Part("the rest: the recipe, the lease, larger operations", cycle - 2 * commit))));
        lines.add("Floor in the same run: forced write " + micros(force) + ", hand-off to a parked thread and back "
                + micros(hand) + ".");
        lines.add("");
        lines.addAll(profiles());
        return lines;
    }

    private record Part(String name, double micros) {}

    private static List<String> section(String title, double whole, double handOff, List<Part> parts) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(line(new Part("the whole, median", whole), whole, handOff));
        parts.forEach(part -> cells.add(line(part, whole, handOff)));
        List<String> lines = new ArrayList<>(List.of("### " + title, ""));
        lines.addAll(Table.of(List.of("part", "µs", "share of the whole", "in hand-offs of the floor"), cells));
        lines.add("");
        return lines;
    }

    private static List<String> line(Part part, double whole, double handOff) {
        return List.of(
                part.name(),
                String.format(Locale.ROOT, "%.1f", part.micros()),
                String.format(Locale.ROOT, "%.0f %%", 100 * part.micros() / whole),
                String.format(Locale.ROOT, "%.2f", part.micros() / handOff));
    }

    private static String micros(double micros) {
        return String.format(Locale.ROOT, "%.1f µs", micros);
    }

    private List<String> profiles() throws Exception {
        Map<String, Double> commits = Profile.of(() -> durable.commit(UPDATE));
        Map<String, Double> cycles = Profile.of(lockCycle);
        List<List<String>> cells = new ArrayList<>();
        for (String layer : Profile.layers()) {
            cells.add(List.of(
                    layer,
                    String.format(Locale.ROOT, "%.0f %%", 100 * commits.getOrDefault(layer, 0.0)),
                    String.format(Locale.ROOT, "%.0f %%", 100 * cycles.getOrDefault(layer, 0.0))));
        }
        List<String> lines = new ArrayList<>(List.of("### In which layer the processor's time is spent", ""));
        lines.addAll(Table.of(List.of("layer", "durable commit", "lock cycle"), cells));
        return lines;
    }

    @Override
    public void close() throws IOException {
        fsync.close();
        handOff.close();
        memory.close();
        durable.close();
        inMemory.close();
        onDisk.close();
        Directories.delete(directory);
    }
}
