package io.quorate.embedded.member;

import io.quorate.embedded.zab.DurableState;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.History;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.Roster;
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
    private final long disk;
    private Roster rosterAtBase;
    private final List<LogRecord> admissions = new ArrayList<>();

    /**
     * Creates the outline of a storage with an empty log.
     *
     * @param disk the number of the disk
     * @param roster which disks count at the snapshot
     */
    Outline(EpochPromise promise, LogPoint snapshot, long disk, Roster roster) {
        this.promise = promise;
        this.disk = disk;
        this.rosterAtBase = roster;
        this.snapshot = snapshot;
        this.base = snapshot;
        this.end = snapshot;
    }

    DurableState state() {
        return new DurableState(promise, new History(base, epochStarts, end), snapshot, disk, roster());
    }

    private Roster roster() {
        Roster roster = rosterAtBase;
        for (LogRecord admission : admissions) {
            roster = roster.after(admission);
        }
        return roster;
    }

    /** Tells which disks counted at the snapshot, before anything behind it is told. */
    void begunWith(Roster roster) {
        rosterAtBase = roster;
    }

    LogPoint end() {
        return end;
    }

    void promised(EpochPromise newPromise) {
        promise = newPromise;
    }

    void appended(RecordBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            note(batch.get(i));
        }
        end = batch.last().point();
    }

    void appended(LogRecord record) {
        note(record);
        end = record.point();
    }

    private void note(LogRecord record) {
        if (record.type() == RecordType.NEWLEADER) {
            epochStarts.add(record.point());
        } else if (record.type() == RecordType.ADMISSION) {
            admissions.add(record);
        }
    }

    void truncated(LogPoint newEnd) {
        end = newEnd;
        epochStarts.removeIf(start -> start.index() > newEnd.index());
        admissions.removeIf(admission -> admission.index() > newEnd.index());
    }

    void installed(LogPoint point, Roster roster) {
        snapshot = point;
        base = point;
        end = point;
        epochStarts.clear();
        rosterAtBase = roster;
        admissions.clear();
    }

    void compacted(LogPoint newSnapshot, LogPoint newBase) {
        snapshot = newSnapshot;
        base = newBase;
        epochStarts.removeIf(start -> start.index() <= newBase.index());
        while (!admissions.isEmpty() && admissions.get(0).index() <= newBase.index()) {
            rosterAtBase = rosterAtBase.after(admissions.remove(0));
        }
    }
}
