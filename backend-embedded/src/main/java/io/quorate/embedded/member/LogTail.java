package io.quorate.embedded.member;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * The records after a point, in memory: those to be applied and those that a follower may lack. The storage is asked to write
 * them in the same order, so that this is what its log will be once it has done all that it was asked for.
 */
final class LogTail {

    private LogPoint base;
    private final List<LogRecord> records = new ArrayList<>();
    private long bytes;

    LogTail(LogPoint base, List<LogRecord> records) {
        this.base = base;
        records.forEach(this::add);
    }

    LogPoint base() {
        return base;
    }

    /** Returns the index of the last record. */
    long end() {
        return base.index() + records.size();
    }

    long bytes() {
        return bytes;
    }

    LogPoint pointAt(long index) {
        return index == base.index() ? base : get(index).point();
    }

    LogRecord get(long index) {
        return records.get((int) (index - base.index() - 1));
    }

    RecordBatch batch(long from, long to) {
        return RecordBatch.of(records.subList((int) (from - base.index() - 1), (int) (to - base.index())));
    }

    void append(RecordBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            add(batch.get(i));
        }
    }

    private void add(LogRecord record) {
        records.add(record);
        bytes += record.payload().length;
    }

    void truncate(long lastIndex) {
        drop((int) (lastIndex - base.index()), records.size());
    }

    void compact(long newBase) {
        LogPoint point = pointAt(newBase);
        drop(0, (int) (newBase - base.index()));
        base = point;
    }

    void restart(LogPoint point) {
        drop(0, records.size());
        base = point;
    }

    private void drop(int from, int to) {
        List<LogRecord> dropped = records.subList(from, to);
        for (LogRecord record : dropped) {
            bytes -= record.payload().length;
        }
        dropped.clear();
    }
}
