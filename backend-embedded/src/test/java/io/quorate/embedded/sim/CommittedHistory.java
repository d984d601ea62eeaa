package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** All records that any leader has committed, each fixed the first time. */
final class CommittedHistory {

    private final List<LogRecord> records = new ArrayList<>();
    private final NavigableMap<Long, Long> lastByEpoch = new TreeMap<>();

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

    List<LogRecord> records() {
        return records;
    }
}
