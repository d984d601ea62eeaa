package io.quorate.embedded.member;

import io.quorate.embedded.log.AcceptedLeader;
import io.quorate.embedded.log.Meta;
import io.quorate.embedded.log.RecordType;
import io.quorate.embedded.log.Snapshot;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import java.util.ArrayList;
import java.util.List;

/** Translates between what the protocol speaks of and what the storage writes. */
final class StoredForm {

    private StoredForm() {}

    static List<io.quorate.embedded.log.LogRecord> of(RecordBatch batch) {
        List<io.quorate.embedded.log.LogRecord> records = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            LogRecord record = batch.get(i);
            records.add(new io.quorate.embedded.log.LogRecord(
                    record.epoch(), record.index(), record.prevHash(), of(record.type()), record.payload()));
        }
        return records;
    }

    private static RecordType of(io.quorate.embedded.zab.RecordType type) {
        return switch (type) {
            case NEWLEADER -> RecordType.NEWLEADER;
            case TXN -> RecordType.TXN;
            case ADMISSION -> RecordType.ADMISSION;
        };
    }

    private static io.quorate.embedded.zab.RecordType of(RecordType type) {
        return switch (type) {
            case NEWLEADER -> io.quorate.embedded.zab.RecordType.NEWLEADER;
            case TXN -> io.quorate.embedded.zab.RecordType.TXN;
            case ADMISSION -> io.quorate.embedded.zab.RecordType.ADMISSION;
        };
    }

    static LogRecord read(io.quorate.embedded.log.LogRecord record) {
        byte[] payload = new byte[record.body().remaining()];
        record.body().get(payload);
        return new LogRecord(record.epoch(), record.index(), record.prevHash(), of(record.type()), payload);
    }

    static Snapshot of(LogPoint point, long digest) {
        return new Snapshot(point.index(), point.epoch(), point.hash(), digest);
    }

    static LogPoint point(Snapshot snapshot) {
        return new LogPoint(snapshot.lastEpoch(), snapshot.lastIndex(), snapshot.chainHash());
    }

    static EpochPromise promise(Meta meta, boolean voter) {
        AcceptedLeader leader = meta.acceptedLeader();
        return leader == null
                ? new EpochPromise(meta.acceptedEpoch(), 0, 0, voter)
                : new EpochPromise(meta.acceptedEpoch(), (int) leader.nodeId(), leader.incarnation(), voter);
    }
}
