package io.quorate.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** What is done with figures. */
final class Figures {

    private Figures() {}

    static double median(double... figures) {
        return quantile(0.5, figures);
    }

    /** Returns the middle of the two nearest figures where the quantile falls between them. */
    static double quantile(double quantile, double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        double at = quantile * (sorted.length - 1);
        return (sorted[(int) Math.floor(at)] + sorted[(int) Math.ceil(at)]) / 2;
    }

    static double least(double... figures) {
        return Arrays.stream(figures).min().orElseThrow();
    }

    static double most(double... figures) {
        return Arrays.stream(figures).max().orElseThrow();
    }

    static String format(double figure) {
        return String.format(Locale.ROOT, figure >= 1000 ? "%,.0f" : figure >= 10 ? "%.1f" : "%.3f", figure);
    }

    static <K, T> T of(Map<K, T> figures, K subject) {
        T found = figures.get(subject);
        if (found == null) {
            throw new IllegalArgumentException("nothing was measured for " + subject);
        }
        return found;
    }
}
