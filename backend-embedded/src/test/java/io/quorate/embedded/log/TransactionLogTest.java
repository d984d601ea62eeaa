package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionLogTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    @Test
    void nothingIsDurableBeforeSync() {
        MemberStorage storage = Given.open(disk);
        Given.accept(storage, 1);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(3, 10)));
        assertThat(storage.log().end()).isEqualTo(new Position(1, 3));
        assertThat(storage.log().durable().index()).isZero();
        assertThat(storage.log().sync().position()).isEqualTo(new Position(1, 3));
    }

    @Test
    void oneWriteAndOneForceServeAllThatWaited() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 1, 10);
        for (int i = 0; i < 5; i++) {
            storage.log().append(Given.next(storage.log(), 1, Given.bodies(2, 10)));
        }
        long before = disk.effects();
        storage.log().sync();
        assertThat(disk.effects() - before).isEqualTo(2);
        storage.log().sync();
        assertThat(disk.effects() - before).isEqualTo(2);
    }

    @Test
    void whatWasWrittenIsReadBackAfterARestartAcrossSegments() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 40, 200);
        Given.write(storage, 2, 40, 3);
        List<LogRecord> before = Given.all(storage.log());
        List<EpochStart> epochs = storage.log().epochs();
        storage.close();
        MemberStorage again = Given.open(disk);
        assertThat(again.report().outcome()).isEqualTo(RecoveryReport.Outcome.CLEAN);
        assertThat(Given.all(again.log())).isEqualTo(before).hasSize(80);
        assertThat(again.log().epochs()).isEqualTo(epochs).containsExactly(new EpochStart(1, 1), new EpochStart(2, 41));
        assertThat(disk.list().stream().filter(Names::isSegment)).hasSizeGreaterThan(2);
    }

    @Test
    void hashAndEpochAreKnownAtEveryIndex() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 70, 50);
        Given.write(storage, 3, 100, 50);
        List<LogRecord> records = Given.all(storage.log());
        ChainHash hash = new ChainHash();
        for (LogRecord record : records) {
            assertThat(storage.log().hashAt(record.index())).isEqualTo(record.hash(hash));
            assertThat(storage.log().hashAt(record.index() - 1)).isEqualTo(record.prevHash());
            assertThat(storage.log().epochAt(record.index())).isEqualTo(record.epoch());
        }
    }

    @Test
    void readingStopsAtTheByteLimitButGivesAtLeastOneRecord() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 30, 300);
        assertThat(storage.log().read(5, 30, 1)).hasSize(1);
        assertThat(storage.log().read(5, 30, 1100)).hasSize(3);
        assertThat(storage.log().read(5, 30, Long.MAX_VALUE)).hasSize(26);
        assertThat(storage.log().read(5, 4, 100)).isEmpty();
    }

    @Test
    void onlyDurableRecordsCanBeRead() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 3, 10);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(1, 10)));
        assertThatThrownBy(() -> storage.log().read(1, 4, 100)).isInstanceOf(IllegalArgumentException.class);
        assertThat(storage.log().hashAt(3))
                .isEqualTo(storage.log().read(3, 3, 1).get(0).hash(new ChainHash()));
    }

    @Test
    void aRecordThatDoesNotFollowIsRefusedBeforeAnythingChanges() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 2, 3, 10);
        long hash = storage.log().endHash();
        byte[] body = new byte[1];
        for (LogRecord wrong : List.of(
                new LogRecord(2, 5, hash, RecordType.TXN, body),
                new LogRecord(2, 3, hash, RecordType.TXN, body),
                new LogRecord(1, 4, hash, RecordType.TXN, body),
                new LogRecord(3, 4, hash, RecordType.TXN, body),
                new LogRecord(2, 4, hash + 1, RecordType.TXN, body))) {
            long effects = disk.effects();
            assertThatThrownBy(() -> storage.log().append(List.of(wrong))).isInstanceOf(IllegalArgumentException.class);
            assertThat(storage.log().end()).isEqualTo(new Position(2, 3));
            assertThat(disk.effects()).isEqualTo(effects);
        }
    }

    @Test
    void purgeDeletesOnlyWhatTheOldestVerifiedSnapshotHolds() throws IOException {
        MemberStorage storage = Given.open(disk);
        for (int i = 1; i <= 5; i++) {
            Given.write(storage, i, 30, 100);
            Given.takeSnapshot(storage, i * 30L);
        }
        storage.purge();
        assertThat(storage.log().firstIndex()).as("nothing is verified yet").isEqualTo(1);
        storage.snapshots()
                .forEach(snapshot -> assertThat(storage.verify(snapshot)).isTrue());
        storage.purge();
        assertThat(storage.snapshots()).extracting(Snapshot::lastIndex).containsExactly(90L, 120L, 150L);
        assertThat(storage.log().firstIndex()).isGreaterThan(30).isLessThanOrEqualTo(91);
        Position end = storage.log().end();
        storage.close();
        MemberStorage again = Given.open(disk);
        assertThat(again.report().outcome()).isEqualTo(RecoveryReport.Outcome.CLEAN);
        assertThat(again.log().end()).isEqualTo(end);
        assertThat(again.newestSnapshot()).map(Snapshot::lastIndex).contains(150L);
    }

    @Test
    void aSnapshotThatCannotBeReadBackIsSetAsideAndTheLogKept() throws IOException {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 60, 100);
        Given.takeSnapshot(storage, 30);
        Given.takeSnapshot(storage, 60);
        disk.flip(Names.snapshot(60), 600, 1);
        storage.verify(storage.snapshots().get(0));
        assertThat(storage.verify(storage.snapshots().get(1))).isFalse();
        storage.purge();
        assertThat(storage.snapshots()).extracting(Snapshot::lastIndex).containsExactly(30L);
        assertThat(storage.log().firstIndex()).isLessThanOrEqualTo(31);
        MemberStorage again = Given.open(disk.afterPowerCut(1));
        assertThat(again.log().durable().index()).isEqualTo(60);
        assertThat(again.newestSnapshot()).map(Snapshot::lastIndex).contains(30L);
    }

    @Test
    void afterAPurgeARestartKnowsItsEndAndItsEpochs() throws IOException {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 25, 100);
        Given.write(storage, 2, 25, 100);
        Given.takeSnapshot(storage, 50);
        storage.verify(storage.snapshots().get(0));
        storage.purge();
        long first = storage.log().firstIndex();
        assertThat(first).isGreaterThan(1);
        MemberStorage again = Given.open(disk.afterPowerCut(1));
        assertThat(again.log().firstIndex()).isEqualTo(first);
        assertThat(again.log().epochs()).isEqualTo(storage.log().epochs());
        assertThat(again.log().hashAt(first - 1)).isEqualTo(storage.log().hashAt(first - 1));
        assertThat(again.log().base()).isEqualTo(storage.log().base()).isEqualTo(new Position(2, first - 1));
    }
}
