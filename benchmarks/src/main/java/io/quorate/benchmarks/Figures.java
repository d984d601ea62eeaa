package io.quorate.benchmarks;

import java.util.Arrays;
import java.util.Map;

/** What is done with figures. */
final class Figures {

    private Figures() {}

    static double median(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static <T> T of(Map<String, T> figures, String subject) {
        T found = figures.get(subject);
        if (found == null) {
            throw new IllegalArgumentException("nothing was measured for " + subject);
        }
        return found;
    }
}
