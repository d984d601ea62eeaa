package io.quorate.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.quorate.benchmarks.Measured.Figure;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One row of the figures: a quantity, measured on Quorate and on its peers in turn, so that whatever else the machine does
 * hurts all of them alike.
 */
final class Row {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final String name;
    private final String title;
    private final String unit;
    private final boolean moreIsBetter;
    private final Peer ours;
    private final Map<Peer, Subject.Factory> factories = new LinkedHashMap<>();
    private final Map<Peer, Double> wanted = new EnumMap<>(Peer.class);
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private double bound = Double.NaN;
    private boolean warmedUp = true;
    private boolean quick;
    private int maxRounds = Integer.MAX_VALUE;

    private Row(String name, String title, String unit, boolean moreIsBetter, Peer ours, Subject.Factory factory) {
        this.name = name;
        this.title = title;
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
        this.ours = ours;
        factories.put(ours, factory);
    }

    /** A rate: more is better. */
    static Row rate(String name, String title, String unit, Peer ours, Subject.Factory factory) {
        return new Row(name, title, unit, true, ours, factory);
    }

    /** A time or a size: less is better. */
    static Row cost(String name, String title, String unit, Peer ours, Subject.Factory factory) {
        return new Row(name, title, unit, false, ours, factory);
    }

    /** Adds a peer. */
    Row against(Peer peer, Subject.Factory factory) {
        factories.put(peer, factory);
        return this;
    }

    /** Adds a peer, and how many times better than it Quorate is to be. */
    Row against(Peer peer, double times, Subject.Factory factory) {
        wanted.put(peer, times);
        return against(peer, factory);
    }

    /** Names a peer that cannot be measured here, and why. */
    Row without(String peer, String reason) {
        leftOut.put(peer, reason);
        return this;
    }

    /** Sets how much a cost is to be at most, whatever the peers do. */
    Row atMost(double limit) {
        bound = limit;
        return this;
    }

    /** Measures a few times only and without a warm-up, because it takes long and has its warm-up within, or is to have none. */
    Row seldom(int rounds) {
        warmedUp = false;
        maxRounds = rounds;
        return this;
    }

    /** Has this row in the quick table too. */
    Row quick() {
        quick = true;
        return this;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    Peer ours() {
        return ours;
    }

    boolean isQuick() {
        return quick;
    }

    boolean hasPeers() {
        return factories.size() > 1;
    }

    Map<String, String> leftOut() {
        return leftOut;
    }

    /** Measures all in turn, a few rounds to warm up and then as many as are asked for. */
    Measured measure(Effort effort) throws Exception {
        int measured = Math.min(effort.rounds(), maxRounds);
        Map<Peer, Subject> subjects = new LinkedHashMap<>();
        Map<Peer, Figure> figures = new LinkedHashMap<>();
        try {
            for (Map.Entry<Peer, Subject.Factory> entry : factories.entrySet()) {
                if (effort.withPeers() || entry.getKey() == ours) {
                    subjects.put(entry.getKey(), entry.getValue().open());
                    figures.put(entry.getKey(), new Figure(measured));
                }
            }
            for (int round = warmedUp ? -effort.warmUpRounds() : 0; round < measured; round++) {
                for (Map.Entry<Peer, Subject> entry : subjects.entrySet()) {
                    measure(entry.getValue(), round, Figures.of(figures, entry.getKey()));
                }
            }
        } finally {
            for (Subject subject : subjects.values()) {
                subject.close();
            }
        }
        return Measured.of(this, figures);
    }

    private void measure(Subject subject, int round, Figure into) throws Exception {
        long begin = System.nanoTime();
        long cpu = SYSTEM.getProcessCpuTime();
        double figure = subject.measure();
        cpu = SYSTEM.getProcessCpuTime() - cpu;
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (round >= 0) {
            double operations = moreIsBetter ? figure * seconds : subject.operations();
            into.all[round] = figure;
            into.cpuMicros[round] = cpu / 1e3 / operations;
        }
    }

    /** Says what Quorate's figure is worth by itself. */
    String verdict(double median) {
        if (Double.isNaN(bound)) {
            return "";
        }
        return String.format(
                Locale.ROOT, "goal: at most %s%s", Figures.format(bound), median <= bound ? "" : ", MISSED");
    }

    /** Says how Quorate's figure compares with a peer's. */
    String verdict(Peer peer, double median, double theirs) {
        double times = moreIsBetter ? median / theirs : theirs / median;
        boolean size = unit.equals("bytes");
        String verdict = times >= 1
                ? String.format(Locale.ROOT, "%.2f × %s", times, size ? "smaller" : "faster")
                : String.format(Locale.ROOT, "%s than %s: %.2f ×", size ? "larger" : "slower", peer.label(), times);
        Double goal = wanted.get(peer);
        if (goal == null) {
            return verdict;
        }
        return String.format(Locale.ROOT, "%s (goal %.1f ×%s)", verdict, goal, times >= goal ? "" : ", MISSED");
    }
}
