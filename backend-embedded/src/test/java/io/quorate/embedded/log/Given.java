package io.quorate.embedded.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The small storages and records that tests begin with. */
final class Given {
    static final UUID CLUSTER = new UUID(7, 11);
    static final AcceptedLeader LEADER = new AcceptedLeader(2, 1);
    /** Two or three small records fill a sector, a dozen or two a segment. */
    static final LogLimits SMALL = new LogLimits(4096, 1024, 4096, 3, 0);

    private Given() {}

    static StorageConfig config(LogLimits limits, boolean singleMember) {
        return new StorageConfig(CLUSTER, 1, singleMember, true, () -> 100, () -> 0, limits);
    }

    static StorageConfig clusterMember() {
        return config(SMALL, false);
    }

    static StorageConfig singleMember() {
        return config(SMALL, true);
    }

    static MemberStorage open(Disk disk) {
        return MemberStorage.open(disk, clusterMember());
    }

    static MemberStorage open(Disk disk, Rules rules) {
        return MemberStorage.open(disk, clusterMember(), rules);
    }

    /** Records that continue a log. */
    static List<LogRecord> next(TransactionLog log, long epoch, byte[]... bodies) {
        ChainHash hash = new ChainHash();
        List<LogRecord> records = new ArrayList<>();
        long index = log.end().index();
        long prev = log.endHash();
        for (byte[] body : bodies) {
            LogRecord record = new LogRecord(epoch, ++index, prev, RecordType.TXN, body);
            prev = record.hash(hash);
            records.add(record);
        }
        return records;
    }

    static byte[][] bodies(int count, int length) {
        byte[][] bodies = new byte[count][length];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < length; j++) {
                bodies[i][j] = (byte) (i * 31 + j * 7 + 1);
            }
        }
        return bodies;
    }

    static DurablePosition write(MemberStorage storage, long epoch, int count, int length) {
        accept(storage, epoch);
        storage.log().append(next(storage.log(), epoch, bodies(count, length)));
        return storage.log().sync();
    }

    static void accept(MemberStorage storage, long epoch) {
        if (storage.meta().acceptedEpoch() < epoch) {
            storage.acceptEpoch(epoch, LEADER);
        }
    }

    static Snapshot snapshotAt(MemberStorage storage, long index) {
        return new Snapshot(index, storage.log().epochAt(index), storage.log().hashAt(index), index * 1_000_003);
    }

    /** The state that a test's snapshot of an index holds. */
    static byte[] stateAt(long index) {
        return bodies(1, 100 + (int) (index % 7) * 300)[0];
    }

    static void takeSnapshot(MemberStorage storage, long index) throws IOException {
        SnapshotWriter writer = storage.beginSnapshot(snapshotAt(storage, index));
        try (writer) {
            writer.write(stateAt(index));
            writer.finish();
        }
        storage.publish(writer);
    }

    static List<LogRecord> all(TransactionLog log) {
        return log.read(log.firstIndex(), log.durable().index(), Long.MAX_VALUE);
    }
}
