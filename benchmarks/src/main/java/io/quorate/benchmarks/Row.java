package io.quorate.benchmarks;

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
    private static final int WARM_UP_ROUNDS = 4;

    private final String name;
    private final String unit;
    private final boolean moreIsBetter;
    private final Map<String, Subject.Factory> factories = new LinkedHashMap<>();
    private final Map<String, Double> wanted = new LinkedHashMap<>();

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

    String name() {
        return name;
    }

    /** Measures all in turn, {@code rounds} times after a few rounds to warm up, and returns the lines of the table. */
    List<String> measure(int rounds, boolean withPeers) throws Exception {
        Map<String, Subject> subjects = new LinkedHashMap<>();
        Map<String, double[]> figures = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Subject.Factory> entry : factories.entrySet()) {
                if (withPeers || entry.getKey().equals(OURS)) {
                    subjects.put(entry.getKey(), entry.getValue().open());
                    figures.put(entry.getKey(), new double[rounds]);
                }
            }
            for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
                for (Map.Entry<String, Subject> entry : subjects.entrySet()) {
                    double figure = entry.getValue().measure();
                    if (round >= 0) {
                        Figures.of(figures, entry.getKey())[round] = figure;
                    }
                }
            }
        } finally {
            for (Subject subject : subjects.values()) {
                subject.close();
            }
        }
        return lines(figures);
    }

    private List<String> lines(Map<String, double[]> figures) {
        double ours = Figures.median(Figures.of(figures, OURS));
        List<String> lines = new ArrayList<>();
        figures.forEach((subject, all) -> {
            double median = Figures.median(all);
            Arrays.sort(all);
            String spread = String.format(Locale.ROOT, "%,.2f..%,.2f", all[0], all[all.length - 1]);
            String ratio = "";
            Double goal = wanted.get(subject);
            if (goal != null) {
                double times = moreIsBetter ? ours / median : median / ours;
                ratio = String.format(Locale.ROOT, "%6.2f x (goal %.1f)", times, goal);
            }
            lines.add(String.format(
                    Locale.ROOT, "%-24s %-14s %14s %-9s %24s  %s", name, subject, format(median), unit, spread, ratio));
        });
        return lines;
    }

    private static String format(double figure) {
        return String.format(Locale.ROOT, figure >= 1000 ? "%,.0f" : "%,.3f", figure);
    }
}
