package io.quorate.embedded.member;

import io.quorate.embedded.zab.DurableState;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * What a member's disk must hold after a power cut, kept beside the disk: changed when a storage operation has returned, and
 * replaced by what a recovery found.
 */
public final class RecordedImage {

    private EpochPromise promise = EpochPromise.NONE;
    private LogPoint base = LogPoint.GENESIS;
    private LogPoint snapshot = LogPoint.GENESIS;
    private long disk;
    private final List<LogRecord> records = new ArrayList<>();

    /** Returns an image that goes on from here by itself. */
    public RecordedImage copy() {
        RecordedImage copy = new RecordedImage();
        copy.promise = promise;
        copy.base = base;
        copy.snapshot = snapshot;
        copy.disk = disk;
        copy.records.addAll(records);
        return copy;
    }

    /** Returns the number of the disk. */
    public long disk() {
        return disk;
    }

    /** Returns the durable promise. */
    public EpochPromise promise() {
        return promise;
    }

    /** Returns the point that the log starts after. */
    public LogPoint base() {
        return base;
    }

    /** Returns the point of the newest snapshot. */
    public LogPoint snapshot() {
        return snapshot;
    }

    /** Returns the point of the last record. */
    public LogPoint end() {
        return records.isEmpty() ? base : records.get(records.size() - 1).point();
    }

    /** Returns the records after the base. */
    public List<LogRecord> records() {
        return records;
    }

    /** Returns the record at an index that the log holds. */
    public LogRecord record(long index) {
        return records.get((int) (index - base.index() - 1));
    }

    /** Returns the chain hash at an index from base to end. */
    public long hashAt(long index) {
        return index == base.index() ? base.hash() : record(index).hash();
    }

    void promised(EpochPromise newPromise) {
        promise = newPromise;
    }

    void appended(RecordBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            records.add(batch.get(i));
        }
    }

    void truncated(long lastIndex) {
        records.subList((int) (lastIndex - base.index()), records.size()).clear();
    }

    void installed(LogPoint point) {
        records.clear();
        base = point;
        snapshot = point;
    }

    void compacted(LogPoint newSnapshot, LogPoint newBase) {
        if (newBase.index() > base.index()) {
            records.subList(0, (int) (newBase.index() - base.index())).clear();
            base = newBase;
        }
        snapshot = newSnapshot;
    }

    void recovered(DurableState found, List<LogRecord> after) {
        promise = found.promise();
        base = found.snapshot();
        snapshot = found.snapshot();
        disk = found.disk();
        records.clear();
        records.addAll(after);
    }
}
