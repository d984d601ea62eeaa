package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.embedded.log.RecoveryReport.Outcome;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** What must hold in the situations that have cost other systems their data; each is run with all rules, and without one. */
final class Scenarios {
    private static final int POWER_CUTS = 12;

    private Scenarios() {}

    /** A situation, played under some rules. */
    interface Scenario {
        void play(Rules rules) throws IOException;
    }

    private static MemberStorage written(SimulatedDisk disk, Rules rules, int records, int length) {
        MemberStorage storage = Given.open(disk, rules);
        Given.write(storage, 1, records, length);
        return storage;
    }

    /** Cuts the power in many ways, and recovers with all rules kept. */
    private static void assertAfterAnyPowerCut(SimulatedDisk disk, long firstEnd, long lastEnd) {
        for (long seed = 0; seed < POWER_CUTS; seed++) {
            MemberStorage after = Given.open(disk.afterPowerCut(seed));
            assertThat(after.report().damage()).isNull();
            assertThat(after.log().durable().index()).isBetween(firstEnd, lastEnd);
        }
    }

    /** Nothing that sync returned is lost. */
    static void whatSyncReturnedSurvivesAPowerCut(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        written(disk, rules, 40, 100);
        assertAfterAnyPowerCut(disk, 40, 40);
    }

    /** Scenario 3: a truncation below a snapshot would leave a new snapshot with an old log. */
    static void truncationBelowASnapshotIsRefused(Rules rules) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 5, 10);
        Given.takeSnapshot(storage, 5);
        long effects = disk.effects();
        assertThatThrownBy(() -> storage.truncate(3)).isInstanceOf(TruncationRefusedException.class);
        assertThat(disk.effects()).isEqualTo(effects);
        assertThat(storage.log().durable().index()).isEqualTo(5);
    }

    /** Scenarios 4 and 5: a snapshot that is being received when the power goes is installed wholly or not at all. */
    static void aReceivedSnapshotReplacesTheLogWhollyOrNotAtAll(Rules rules) throws IOException {
        for (long effect = 1; effect < 40; effect++) {
            SimulatedDisk disk = new SimulatedDisk();
            MemberStorage storage = written(disk, rules, 30, 200);
            Snapshot received = new Snapshot(100, 1, 4711, 1);
            SnapshotWriter writer = storage.beginReceiving(received);
            writer.write(Given.stateAt(100));
            writer.finish();
            disk.cutPowerAtEffect(effect);
            try {
                storage.install(writer);
            } catch (PowerCut e) {
                // As intended.
            }
            MemberStorage after = Given.open(disk.afterPowerCut(effect));
            assertThat(after.report().damage()).isNull();
            if (after.newestSnapshot().isEmpty()) {
                assertThat(Given.all(after.log())).hasSize(30);
            } else {
                assertThat(after.log().durable().position()).isEqualTo(new Position(1, 100));
                assertThat(after.log().hashAt(100)).isEqualTo(4711);
            }
        }
    }

    /** Scenario 11: history of an epoch that the meta value does not know yet is no reason to refuse. */
    static void aLogNewerThanTheAcceptedEpochStartsUnattended(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 3, 10);
        byte[] old = disk.content(Names.META_A);
        Given.write(storage, 2, 3, 10);
        disk.put(Names.META_A, old);
        disk.put(Names.META_B, old);
        MemberStorage after = MemberStorage.open(disk.afterProcessDeath(), Given.singleMember(), rules);
        assertThat(after.log().durable().position()).isEqualTo(new Position(2, 6));
        assertThat(after.meta().acceptedEpoch()).isEqualTo(2);
        assertThat(after.meta().acceptedLeader()).isNull();
    }

    /** Scenario 16: one failed fsync stops the storage for good; nothing is tried again. */
    static void aFailedFsyncIsNeverRetried(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 3, 10);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(2, 10)));
        boolean[] once = {true};
        disk.failForceWhen(() -> {
            boolean fails = once[0];
            once[0] = false;
            return fails;
        });
        assertThatThrownBy(() -> storage.log().sync()).isInstanceOf(StorageFailedException.class);
        assertThatThrownBy(() -> storage.log().sync()).isInstanceOf(StorageFailedException.class);
        assertThatThrownBy(() -> storage.acceptEpoch(9, Given.LEADER)).isInstanceOf(StorageFailedException.class);
        assertThat(storage.failure()).isNotNull();
        storage.close();
        assertAfterAnyPowerCut(disk, 3, 5);
    }

    /** After a failed fsync the page cache shows what the disk lost: recovery must not vouch for it unwritten. */
    static void recoveryVouchesOnlyForWhatItWroteAgain(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 3, 10);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(2, 600)));
        disk.failForceWhen(() -> true);
        assertThatThrownBy(() -> storage.log().sync()).isInstanceOf(StorageFailedException.class);
        SimulatedDisk sameCache = disk.afterProcessDeath();
        MemberStorage again = Given.open(sameCache, rules);
        assertThat(again.log().durable().index()).isEqualTo(5);
        assertAfterAnyPowerCut(sameCache, 5, 5);
    }

    /** Scenario 20: a stale or changed region of the log is never served. */
    static void aDamagedRecordIsNeverServed(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 10, 100);
        disk.flip(Names.segment(1), SegmentHeader.SIZE + 3 * RecordCodec.sizeOf(100) + 80, 1);
        assertThatThrownBy(() -> storage.log().read(1, 10, Long.MAX_VALUE)).isInstanceOf(CorruptStorageException.class);
        assertThatThrownBy(() -> storage.log().append(List.of())).isInstanceOf(StorageFailedException.class);
        assertThat(Given.open(disk.afterProcessDeath(), rules).report().outcome())
                .isEqualTo(Outcome.QUARANTINED);
    }

    /** A block that landed where another belongs is intact in itself and still not the log. */
    static void aMisdirectedWriteIsFound(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = Given.open(disk, rules);
        Given.write(storage, 1, 12, 512 - RecordCodec.sizeOf(0));
        byte[] content = disk.content(Names.segment(1));
        byte[] sector = Arrays.copyOfRange(content, 4 * 512, 5 * 512);
        disk.overwrite(Names.segment(1), 3 * 512, sector);
        assertThat(Given.open(disk.afterProcessDeath(), rules).report().outcome())
                .isEqualTo(Outcome.QUARANTINED);
    }

    /** Scenario 27: what cannot be read back cannot be written. */
    static void aRecordLongerThanTheReadLimitIsRefused(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 1, Given.SMALL.maxBodyBytes());
        assertThatThrownBy(() ->
                        storage.log().append(Given.next(storage.log(), 1, new byte[Given.SMALL.maxBodyBytes() + 1])))
                .isInstanceOf(IllegalArgumentException.class);
        Given.write(storage, 1, 1, 10);
        storage.close();
        assertThat(Given.all(Given.open(disk, rules).log())).hasSize(2);
    }

    /** Scenario 28: a crash at any point of a segment's creation. */
    static void aCrashWhileASegmentIsCreatedIsHarmless(Rules rules) {
        for (long effect = 1; effect < 12; effect++) {
            SimulatedDisk disk = new SimulatedDisk();
            MemberStorage storage = written(disk, rules, 10, 300);
            storage.log().append(Given.next(storage.log(), 1, Given.bodies(1, 4000)));
            disk.cutPowerAtEffect(effect);
            try {
                storage.log().sync();
            } catch (PowerCut e) {
                // As intended.
            }
            assertAfterAnyPowerCut(disk, 10, 11);
        }
    }

    /** Scenario 29: a cut-off tail does not come back. */
    static void aTruncatedTailNeverComesBack(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 9, 200);
        assertThat(storage.truncate(4).index()).isEqualTo(4);
        assertAfterAnyPowerCut(disk, 4, 4);
        Given.accept(storage, 2);
        storage.log().append(Given.next(storage.log(), 2, Given.bodies(1, 10)));
        storage.log().sync();
        assertAfterAnyPowerCut(disk, 5, 5);
    }

    /** Half of a truncation is finished by the next start. */
    static void aTruncationInterruptedAnywhereIsFinishedUnattended(Rules rules) {
        for (long effect = 1; effect < 20; effect++) {
            SimulatedDisk disk = new SimulatedDisk();
            MemberStorage storage = written(disk, rules, 5, 200);
            for (int i = 0; i < 4; i++) {
                Given.write(storage, 1, 1, 200);
            }
            disk.cutPowerAtEffect(effect);
            try {
                storage.truncate(4);
            } catch (PowerCut e) {
                // As intended.
            }
            assertAfterAnyPowerCut(disk, 4, 9);
        }
    }

    /** Scenario 30: a page of zeros inside an older segment is not its end. */
    static void aZeroPageMidLogIsNotTheEnd(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 4, 300);
        Given.write(storage, 1, 1, 300);
        Given.write(storage, 1, 1, 300);
        disk.overwrite(Names.segment(1), 1024, new byte[1024]);
        assertThat(Given.open(disk.afterProcessDeath(), rules).report().outcome())
                .isEqualTo(Outcome.QUARANTINED);
    }

    /** A checksum that fails although nothing is missing is damage, even at the very end. */
    static void rotInTheLastRecordIsNotATornWrite(Rules rules) {
        SimulatedDisk disk = new SimulatedDisk();
        written(disk, rules, 3, 700);
        disk.flip(Names.segment(1), SegmentHeader.SIZE + 2 * RecordCodec.sizeOf(700) + 300, 1);
        assertThat(Given.open(disk.afterProcessDeath(), rules).report().outcome())
                .isEqualTo(Outcome.QUARANTINED);
    }

    /** Scenario 31: no name that matters can be lost. */
    static void segmentsAndSnapshotsKeepTheirNames(Rules rules) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = written(disk, rules, 40, 300);
        Given.takeSnapshot(storage, 40);
        for (long seed = 0; seed < POWER_CUTS; seed++) {
            MemberStorage after = Given.open(disk.afterPowerCut(seed));
            assertThat(after.report().damage()).isNull();
            assertThat(after.log().durable().index()).isEqualTo(40);
            assertThat(after.newestSnapshot()).map(Snapshot::lastIndex).contains(40L);
        }
    }

    /** Scenario 32: a truncation across segments, cut short between its steps. */
    static void aTruncationAcrossSegmentsIsFinishedUnattended(Rules rules) {
        for (long effect = 1; effect < 25; effect++) {
            SimulatedDisk disk = new SimulatedDisk();
            MemberStorage storage = written(disk, rules, 40, 300);
            disk.cutPowerAtEffect(effect);
            try {
                storage.truncate(5);
            } catch (PowerCut e) {
                // As intended.
            }
            for (long seed = 0; seed < POWER_CUTS; seed++) {
                MemberStorage after = Given.open(disk.afterPowerCut(seed));
                assertThat(after.report().damage()).isNull();
                assertThat(after.log().durable().index()).isIn(5L, 40L);
                Given.write(after, 1, 1, 10);
            }
        }
    }

    /** Scenario 33: the promised epoch is the old one or the new one, never none. */
    static void thePromisedEpochIsOldOrNewAndNeverNone(Rules rules) {
        for (long effect = 1; effect < 8; effect++) {
            SimulatedDisk disk = new SimulatedDisk();
            MemberStorage storage = Given.open(disk, rules);
            storage.acceptEpoch(7, Given.LEADER);
            disk.cutPowerAtEffect(effect);
            try {
                storage.acceptEpoch(8, Given.LEADER);
            } catch (PowerCut e) {
                // As intended.
            }
            for (long seed = 0; seed < POWER_CUTS; seed++) {
                MemberStorage after = Given.open(disk.afterPowerCut(seed));
                assertThat(after.report().damage()).isNull();
                assertThat(after.meta().acceptedEpoch()).isIn(7L, 8L);
            }
        }
    }

    /** The log that an older snapshot needs stays as long as the snapshot does. */
    static void theLogReachesFromEverySnapshotThatIsKept(Rules rules) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MemberStorage storage = Given.open(disk, rules);
        for (int i = 1; i <= 4; i++) {
            Given.write(storage, 1, 30, 300);
            Given.takeSnapshot(storage, i * 30L);
        }
        storage.snapshots().forEach(storage::verify);
        storage.purge();
        disk.flip(Names.snapshot(120), 600, 1);
        MemberStorage after = Given.open(disk.afterProcessDeath(), rules);
        assertThat(after.report().damage()).isNull();
        assertThat(after.newestSnapshot()).map(Snapshot::lastIndex).contains(90L);
        assertThat(after.log().durable().index()).isEqualTo(120);
    }

    /** Any life with any crashes. */
    static void noRandomLifeLosesAnything(Rules rules) {
        for (long seed = 0; seed < 60; seed++) {
            new CrashRun(seed, rules).live(6);
        }
    }
}
