package io.quorate.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What came out of one row: the figures of Quorate and of each peer, or why there are none. */
final class Measured {

    /** What was measured on one subject: the figure of each round, and the processor's time for each operation. */
    static final class Figure {
        final double[] all;
        final double[] cpuMicros;

        Figure(int rounds) {
            all = new double[rounds];
            cpuMicros = new double[rounds];
        }

        double median() {
            return Figures.median(all);
        }

        private String spread() {
            double least = Figures.least(all);
            double most = Figures.most(all);
            return Figures.format(least) + " to " + Figures.format(most);
        }
    }

    private final Row row;
    private final Map<Peer, Figure> figures;
    private final Optional<String> failure;

    private Measured(Row row, Map<Peer, Figure> figures, Optional<String> failure) {
        this.row = row;
        this.figures = new LinkedHashMap<>(figures);
        this.failure = failure;
    }

    static Measured of(Row row, Map<Peer, Figure> figures) {
        return new Measured(row, figures, Optional.empty());
    }

    static Measured failed(Row row, String reason) {
        return new Measured(row, Map.of(), Optional.of(reason));
    }

    /** Returns the lines of the table: row, unit, Quorate's figure, its range, fsync, peer, figure, range, fsync, verdict. */
    List<List<String>> cells() {
        if (failure.isPresent()) {
            return List.of(List.of(row.title(), row.unit(), "FAILED", "", "", "", "", "", "", failure.get()));
        }
        List<List<String>> lines = new ArrayList<>();
        Figure ours = Figures.of(figures, row.ours());
        figures.forEach((peer, theirs) -> {
            if (peer != row.ours()) {
                lines.add(line(lines.isEmpty(), ours, peer, theirs));
            }
        });
        return lines.isEmpty() ? List.of(alone(ours)) : lines;
    }

    private List<String> line(boolean first, Figure ours, Peer peer, Figure theirs) {
        List<String> line = new ArrayList<>(first ? own(ours) : List.of("", "", "", "", ""));
        line.addAll(List.of(
                peer.label(),
                Figures.format(theirs.median()),
                theirs.spread(),
                yesOrNo(peer),
                first ? verdicts(ours, peer, theirs) : row.verdict(peer, ours.median(), theirs.median())));
        return line;
    }

    private String verdicts(Figure ours, Peer peer, Figure theirs) {
        String own = row.verdict(ours.median());
        return row.verdict(peer, ours.median(), theirs.median()) + (own.isEmpty() ? "" : "; " + own);
    }

    private List<String> alone(Figure ours) {
        List<String> line = new ArrayList<>(own(ours));
        line.addAll(List.of("", "", "", "", row.verdict(ours.median())));
        return line;
    }

    private List<String> own(Figure ours) {
        return List.of(row.title(), row.unit(), Figures.format(ours.median()), ours.spread(), yesOrNo(row.ours()));
    }

    private static String yesOrNo(Peer peer) {
        return peer.fsyncs() ? "yes" : "no";
    }

    /** Returns one line for each subject, with what the table leaves out: the processor's time. */
    List<String> progress() {
        if (failure.isPresent()) {
            return List.of(row.name() + " FAILED: " + failure.get());
        }
        List<String> lines = new ArrayList<>();
        double ours = Figures.of(figures, row.ours()).median();
        figures.forEach((peer, figure) -> {
            double cpu = Figures.median(figure.cpuMicros);
            lines.add(String.format(
                    Locale.ROOT,
                    "%-24s %-42s %12s %-9s %24s %18s  %s",
                    row.name(),
                    peer.label(),
                    Figures.format(figure.median()),
                    row.unit(),
                    figure.spread(),
                    Double.isFinite(cpu) ? String.format(Locale.ROOT, "%,.1f us cpu/op", cpu) : "",
                    peer == row.ours() ? row.verdict(ours) : row.verdict(peer, ours, figure.median())));
        });
        return lines;
    }
}
