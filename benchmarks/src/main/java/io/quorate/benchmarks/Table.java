package io.quorate.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An aligned table, in Markdown as on the screen. */
final class Table {

    private Table() {}

    static List<String> of(List<String> heading, List<List<String>> lines) {
        List<List<String>> all = new ArrayList<>();
        all.add(heading);
        all.addAll(lines);
        int[] widths = new int[heading.size()];
        // A rule has three dashes at least.
        Arrays.fill(widths, 3);
        for (List<String> line : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        List<String> table = new ArrayList<>();
        all.forEach(line -> table.add(aligned(line, widths)));
        table.add(1, rule(widths));
        return table;
    }

    private static String aligned(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            text.append(' ').append(line.get(i));
            text.append(" ".repeat(widths[i] - line.get(i).length())).append(" |");
        }
        return text.toString();
    }

    private static String rule(int[] widths) {
        StringBuilder text = new StringBuilder("|");
        for (int width : widths) {
            text.append(' ').append("-".repeat(width)).append(" |");
        }
        return text.toString();
    }
}
