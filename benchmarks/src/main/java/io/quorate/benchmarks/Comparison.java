package io.quorate.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The figures of Quorate beside those of its peers, in one process and one run.
 *
 * <p>Arguments are names of rows, or beginnings of names; none for all. {@code --quick} measures the rows that matter most, a few times;
 * {@code --rounds=N} and {@code --warm-up=N} set how often each is measured and for nothing before that; {@code --alone} leaves the peers
 * out; {@code --command=TEXT} is what the report names as its command; {@code --write=FILE} writes the report into that page; {@code --list}
 * names the rows. Prints each row as it is measured, with the processor's time of an operation, and the report at the end.
 */
public final class Comparison {

    private static final String SHARES = "shares";
    private static final List<String> HEADING = List.of(
            "row", "unit", "Quorate", "range", "fsync", "peer", "its figure", "its range", "fsync", "Quorate is");

    private final PrintStream out;
    private final Options options;
    private final Set<String> unknown;

    private Comparison(PrintStream out, Options options) {
        this.out = out;
        this.options = options;
        this.unknown = new TreeSet<>(options.names());
    }

    /** Measures the rows that are named. */
    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        Options options = Options.parse(args);
        if (options.list()) {
            Rows.groups().forEach(group -> group.rows().forEach(row -> out.println(row.name() + ": " + row.title())));
            Rows.scales().forEach(scale -> out.println(scale.name()));
            out.println(SHARES);
        } else {
            new Comparison(out, options).run();
        }
        // Peers leave threads behind.
        System.exit(0);
    }

    private void run() throws Exception {
        List<String> figures = new ArrayList<>(List.of("## Figures", ""));
        figures.addAll(conditions());
        for (Group group : Rows.groups()) {
            figures.addAll(measure(group));
        }
        for (Scale scale : Rows.scales()) {
            if (isWanted(scale.name(), false)) {
                progress(scale.name());
                figures.addAll(List.of("### " + scale.title(), ""));
                figures.addAll(Table.of(scale.heading(), scale.measure(options.effort())));
                figures.add("");
            }
        }
        List<String> shares = isWanted(SHARES, true) ? shares() : List.of();
        figures.forEach(out::println);
        shares.forEach(out::println);
        write(figures, shares);
        if (!unknown.isEmpty()) {
            out.println("no such rows: " + unknown + "; --list names those that there are");
        }
    }

    private List<String> shares() throws Exception {
        progress(SHARES);
        List<String> lines = new ArrayList<>(conditions());
        try (TimeShares shares = new TimeShares()) {
            lines.addAll(shares.measure(options.effort().rounds()));
        }
        return lines;
    }

    private void write(List<String> figures, List<String> shares) throws IOException {
        Path path = options.page();
        if (path != null) {
            Page page = new Page(path);
            page.replace("figures", figures);
            if (!shares.isEmpty()) {
                page.replace("shares", shares);
            }
            out.println("written to " + path);
        }
    }

    private boolean isWanted(String name, boolean quick) {
        if (options.names().isEmpty()) {
            return quick || !options.quick();
        }
        unknown.removeIf(name::startsWith);
        return options.names().stream().anyMatch(name::startsWith);
    }

    private void progress(String text) {
        out.println(text);
        out.flush();
    }

    private List<String> measure(Group group) throws InterruptedException {
        List<List<String>> cells = new ArrayList<>();
        Map<String, Set<String>> leftOut = new LinkedHashMap<>();
        for (Row row : group.rows()) {
            if (isWanted(row.name(), row.isQuick())) {
                long begin = System.nanoTime();
                Measured measured = measure(row);
                measured.progress().forEach(out::println);
                progress(
                        String.format(Locale.ROOT, "%-24s took %.1f s", row.name(), (System.nanoTime() - begin) / 1e9));
                cells.addAll(measured.cells());
                row.leftOut()
                        .forEach((peer, reason) -> leftOut.computeIfAbsent(
                                        peer + ": " + reason, key -> new LinkedHashSet<>())
                                .add(row.title()));
            }
        }
        if (cells.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(List.of("### " + group.title(), "", group.note(), ""));
        lines.addAll(table(group, cells));
        lines.add("");
        leftOut.forEach((reason, rows) -> lines.add("* Left out: " + reason + " (" + String.join("; ", rows) + ")."));
        if (!leftOut.isEmpty()) {
            lines.add("");
        }
        return lines;
    }

    /** Without a peer in the whole group the columns of peers are left out. */
    private static List<String> table(Group group, List<List<String>> cells) {
        if (group.rows().stream().anyMatch(Row::hasPeers)) {
            return Table.of(HEADING, cells);
        }
        return Table.of(
                List.of("what", "unit", "figure", "range", ""),
                cells.stream()
                        .map(line ->
                                List.of(line.get(0), line.get(1), line.get(2), line.get(3), line.get(line.size() - 1)))
                        .toList());
    }

    /** A row that cannot be measured says so, and the others are measured all the same. */
    private Measured measure(Row row) throws InterruptedException {
        try {
            return row.measure(options.effort());
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            e.printStackTrace(out);
            return Measured.failed(row, e.getClass().getSimpleName() + ", see the output of the run");
        }
    }

    private List<String> conditions() {
        Effort effort = options.effort();
        return List.of(
                String.format(
                        Locale.ROOT,
                        "`%s` on %s; %s %s; %d processors, %s %s; medians of %d rounds after %d to warm up, all subjects of a row by turns in one"
                                + " process.",
                        options.command(),
                        LocalDate.now(ZoneOffset.UTC),
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.vm.version"),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        effort.rounds(),
                        effort.warmUpRounds()),
                "");
    }
}
