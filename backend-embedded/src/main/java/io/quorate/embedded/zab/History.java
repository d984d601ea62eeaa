package io.quorate.embedded.zab;

import java.util.ArrayList;
import java.util.List;

/**
 * The outline of a log: where it starts, where each of its epochs starts, and where it ends.
 *
 * <p>It is what a follower reports in ACKEPOCH, and enough to find the last record two logs have in common. It satisfies:
 *
 * <ol>
 *   <li>the log holds the records with indexes in {@code (base.index, end.index]}, without a gap;
 *   <li>{@code base} is the genesis, or the point of a snapshot that stands for everything up to it;
 *   <li>{@code epochStarts} are the points of the NEWLEADER records after {@code base}, in increasing epoch and index;
 *   <li>the epoch of {@code end} is that of the last epoch start, or of {@code base} if there is none.
 * </ol>
 *
 * @param base the point the log starts after
 * @param epochStarts the points of the NEWLEADER records the log holds
 * @param end the point of the last record, or {@code base} if there is none
 */
public record History(LogPoint base, List<LogPoint> epochStarts, LogPoint end) {

    /** The history of a member that has seen nothing. */
    public static final History EMPTY = new History(LogPoint.GENESIS, List.of(), LogPoint.GENESIS);

    /** Checks the invariants of the class comment. */
    public History {
        epochStarts = List.copyOf(epochStarts);
        LogPoint previous = base;
        for (LogPoint start : epochStarts) {
            if (start.epoch() <= previous.epoch() || start.index() <= previous.index()) {
                throw new IllegalArgumentException("epoch start " + start + " does not follow " + previous);
            }
            previous = start;
        }
        if (end.epoch() != previous.epoch() || end.index() < previous.index()) {
            throw new IllegalArgumentException(
                    "history cannot end at " + end + ": its last epoch starts at " + previous);
        }
    }

    /** This history, continued to {@code newEnd} within its last epoch. */
    History endingAt(LogPoint newEnd) {
        return new History(base, epochStarts, newEnd);
    }

    /** This history with one more record, the first of a new epoch. */
    History startingEpoch(LogPoint start) {
        List<LogPoint> starts = new ArrayList<>(epochStarts);
        starts.add(start);
        return new History(base, starts, start);
    }

    /** This history after the log was compacted up to {@code newBase}, one of its records. */
    History compactedTo(LogPoint newBase) {
        return new History(
                newBase,
                epochStarts.stream().filter(s -> s.index() > newBase.index()).toList(),
                end.index() < newBase.index() ? newBase : end);
    }

    /** The number of stretches of one epoch each, the one that begins at {@code base} included. */
    int stretches() {
        return epochStarts.size() + 1;
    }

    /** The first point of a stretch: {@code base} for the first one. */
    LogPoint startOf(int stretch) {
        return stretch == 0 ? base : epochStarts.get(stretch - 1);
    }

    /** The last index of a stretch. */
    long lastIndexOf(int stretch) {
        return stretch == epochStarts.size()
                ? end.index()
                : epochStarts.get(stretch).index() - 1;
    }
}
