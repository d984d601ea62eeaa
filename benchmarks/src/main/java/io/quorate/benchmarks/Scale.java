package io.quorate.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a rate changes with a size: the same is measured on all sizes in turn, and compared with what it is on the least. */
final class Scale {

    private final String name;
    private final String title;
    private final String what;
    private final Map<Integer, Subject.Factory> factories = new LinkedHashMap<>();

    Scale(String name, String title, String what) {
        this.name = name;
        this.title = title;
        this.what = what;
    }

    Scale of(int size, Subject.Factory factory) {
        factories.put(size, factory);
        return this;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    List<String> heading() {
        return List.of(what, "commits/s", "spread", "of the first");
    }

    /** Returns a line for each size. */
    List<List<String>> measure(Effort effort) throws Exception {
        Map<Integer, Subject> subjects = new LinkedHashMap<>();
        Map<Integer, double[]> figures = new LinkedHashMap<>();
        try {
            for (Map.Entry<Integer, Subject.Factory> entry : factories.entrySet()) {
                subjects.put(entry.getKey(), entry.getValue().open());
                figures.put(entry.getKey(), new double[effort.rounds()]);
            }
            for (int round = -effort.warmUpRounds(); round < effort.rounds(); round++) {
                for (Map.Entry<Integer, Subject> entry : subjects.entrySet()) {
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

    private static List<List<String>> lines(Map<Integer, double[]> figures) {
        List<List<String>> lines = new ArrayList<>();
        double first = Double.NaN;
        for (Map.Entry<Integer, double[]> entry : figures.entrySet()) {
            double median = Figures.median(entry.getValue());
            first = Double.isNaN(first) ? median : first;
            lines.add(List.of(
                    String.format(Locale.ROOT, "%,d", entry.getKey()),
                    Figures.format(median),
                    Figures.format(Figures.least(entry.getValue())) + " to "
                            + Figures.format(Figures.most(entry.getValue())),
                    String.format(Locale.ROOT, "%.2f ×", median / first)));
        }
        return lines;
    }
}
