package io.quorate.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One row of the figures: a quantity, measured on Quorate and on its peers in turn, so that whatever else the machine does
 * hurts all of them alike.
 */
final class Row {

    private static final String OURS = "quorate";
    private static final int WARM_UP_ROUNDS = 10;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final String name;
    private final String unit;
    private final boolean moreIsBetter;
    private final Map<String, Subject.Factory> factories = new LinkedHashMap<>();
    private final Map<String, Double> wanted = new LinkedHashMap<>();
    private double bound = Double.NaN;
    private int warmUpRounds = WARM_UP_ROUNDS;
    private int maxRounds = Integer.MAX_VALUE;

    /** What was measured on one subject: the figure of each round, and the processor's time for each operation. */
    private static final class Figure {
        final double[] all;
        final double[] cpuMicros;

        Figure(int rounds) {
            all = new double[rounds];
            cpuMicros = new double[rounds];
        }
    }

    private Row(String name, String unit, boolean moreIsBetter, Subject.Factory ours) {
        this.name = name;
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
        factories.put(OURS, ours);
    }

    /** A rate: more is better. */
    static Row rate(String name, String unit, Subject.Factory ours) {
        return new Row(name, unit, true, ours);
    }

    /** A time or a size: less is better. */
    static Row cost(String name, String unit, Subject.Factory ours) {
        return new Row(name, unit, false, ours);
    }

    /** Adds a peer, and how many times better than it Quorate should be. */
    Row against(String peer, double times, Subject.Factory factory) {
        factories.put(peer, factory);
        wanted.put(peer, times);
        return this;
    }

    /** Sets how much a cost should be at most, whatever the peers do. */
    Row atMost(double limit) {
        bound = limit;
        return this;
    }

    /** Measures a few times only and without a warm-up, because it takes long and has its warm-up within, or should have none. */
    Row seldom(int rounds) {
        warmUpRounds = 0;
        maxRounds = rounds;
        return this;
    }

    String name() {
        return name;
    }

    /** Measures all in turn, {@code rounds} times after a few rounds to warm up, and returns the lines of the table. */
    List<String> measure(int rounds, boolean withPeers) throws Exception {
        int measured = Math.min(rounds, maxRounds);
        Map<String, Subject> subjects = new LinkedHashMap<>();
        Map<String, Figure> figures = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Subject.Factory> entry : factories.entrySet()) {
                if (withPeers || entry.getKey().equals(OURS)) {
                    subjects.put(entry.getKey(), entry.getValue().open());
                    figures.put(entry.getKey(), new Figure(measured));
                }
            }
            for (int round = -warmUpRounds; round < measured; round++) {
                for (Map.Entry<String, Subject> entry : subjects.entrySet()) {
                    measure(entry.getValue(), round, Figures.of(figures, entry.getKey()));
                }
            }
        } finally {
            for (Subject subject : subjects.values()) {
                subject.close();
            }
        }
        return lines(figures);
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

    private List<String> lines(Map<String, Figure> figures) {
        double ours = Figures.median(Figures.of(figures, OURS).all);
        List<String> lines = new ArrayList<>();
        figures.forEach((subject, figure) -> {
            double median = Figures.median(figure.all);
            Arrays.sort(figure.all);
            String spread =
                    String.format(Locale.ROOT, "%,.2f..%,.2f", figure.all[0], figure.all[figure.all.length - 1]);
            double cpu = Figures.median(figure.cpuMicros);
            lines.add(String.format(
                    Locale.ROOT,
                    "%-24s %-14s %14s %-9s %24s %20s  %s",
                    name,
                    subject,
                    format(median),
                    unit,
                    spread,
                    Double.isFinite(cpu) ? String.format(Locale.ROOT, "%,.1f us cpu/op", cpu) : "",
                    subject.equals(OURS) ? bound(median) : ratio(subject, ours, median)));
        });
        return lines;
    }

    private String bound(double median) {
        return Double.isNaN(bound)
                ? ""
                : String.format(Locale.ROOT, "goal <= %s%s", format(bound), median <= bound ? "" : " MISSED");
    }

    private String ratio(String peer, double ours, double median) {
        Double goal = wanted.get(peer);
        if (goal == null) {
            return "";
        }
        double times = moreIsBetter ? ours / median : median / ours;
        return String.format(Locale.ROOT, "%6.2f x (goal %.1f)%s", times, goal, times >= goal ? "" : " MISSED");
    }

    private static String format(double figure) {
        return String.format(Locale.ROOT, figure >= 1000 ? "%,.0f" : "%,.3f", figure);
    }
}
