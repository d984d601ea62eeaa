package io.quorate.embedded.member;

import io.quorate.embedded.zab.DurableState;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.History;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import java.util.ArrayList;
import java.util.List;

/**
 * What a storage holds by now, as the protocol wants to know it. It is changed only behind operations that a power cut cannot
 * undo any more.
 */
final class Outline {

    private EpochPromise promise;
    private LogPoint snapshot;
    private LogPoint base;
    private LogPoint end;
    private final List<LogPoint> epochStarts = new ArrayList<>();

    Outline(EpochPromise promise, LogPoint snapshot) {
        this.promise = promise;
        this.snapshot = snapshot;
        this.base = snapshot;
        this.end = snapshot;
    }

    DurableState state() {
        return new DurableState(promise, new History(base, epochStarts, end), snapshot);
    }

    LogPoint end() {
        return end;
    }

    void promised(EpochPromise newPromise) {
        promise = newPromise;
    }

    void appended(RecordBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            noteEpoch(batch.get(i));
        }
        end = batch.last().point();
    }

    void appended(LogRecord record) {
        noteEpoch(record);
        end = record.point();
    }

    private void noteEpoch(LogRecord record) {
        if (record.type() == RecordType.NEWLEADER) {
            epochStarts.add(record.point());
        }
    }

    void truncated(LogPoint newEnd) {
        end = newEnd;
        epochStarts.removeIf(start -> start.index() > newEnd.index());
    }

    void installed(LogPoint point) {
        snapshot = point;
        base = point;
        end = point;
        epochStarts.clear();
    }

    void compacted(LogPoint newSnapshot, LogPoint newBase) {
        snapshot = newSnapshot;
        base = newBase;
        epochStarts.removeIf(start -> start.index() <= newBase.index());
    }
}
