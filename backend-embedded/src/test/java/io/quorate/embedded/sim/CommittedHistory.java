package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Roster;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** All records that any leader has committed, each fixed the first time. */
final class CommittedHistory {

    private final List<LogRecord> records = new ArrayList<>();
    private Roster roster = Roster.EMPTY;
    private final NavigableMap<Long, Long> lastByEpoch = new TreeMap<>();

    /** Which disks count, as the committed records say. */
    Roster roster() {
        return roster;
    }

    long lastIndex() {
        return records.size();
    }

    LogRecord at(long index) {
        return records.get((int) index - 1);
    }

    long hashAt(long index) {
        return index == 0 ? 0 : at(index).hash();
    }

    /** Adds a record that the leader of an epoch, not always that of the record, has committed. */
    void add(LogRecord record, long committingEpoch) {
        records.add(record);
        roster = roster.after(record);
        lastByEpoch.put(committingEpoch, record.index());
    }

    /** The last index that a leader of an epoch before {@code epoch} was the first to commit. */
    long lastIndexBefore(long epoch) {
        long last = 0;
        for (long index : lastByEpoch.headMap(epoch).values()) {
            last = Math.max(last, index);
        }
        return last;
    }

    /** Which disks counted at an index. */
    Roster rosterAt(long index) {
        Roster at = Roster.EMPTY;
        for (LogRecord record : records.subList(0, (int) index)) {
            at = at.after(record);
        }
        return at;
    }

    List<LogRecord> records() {
        return records;
    }
}
