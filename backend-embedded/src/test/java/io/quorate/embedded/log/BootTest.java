package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.embedded.log.RecoveryReport.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a member makes of the data directory it finds. */
class BootTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    private MemberStorage written(int records, int length) {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, records, length);
        return storage;
    }

    /** A cluster's member sets the files aside and starts empty; a single member refuses and changes nothing. */
    private void assertDamage(String file, long index) throws IOException {
        SimulatedDisk single = disk.afterProcessDeath();
        List<String> names = single.list();
        CorruptStorageException refused = catchThrowableOfType(
                CorruptStorageException.class, () -> MemberStorage.open(single, Given.singleMember()));
        assertThat(refused.file()).isEqualTo(file);
        assertThat(refused.index()).isEqualTo(index);
        assertThat(refused).hasMessageContaining(file).hasMessageContaining("quorate-log salvage simulated");
        assertThat(single.list()).isEqualTo(names);

        SimulatedDisk cluster = disk.afterProcessDeath();
        StorageConfig later = new StorageConfig(Given.CLUSTER, 1, false, true, () -> 200, () -> 0, Given.SMALL);
        MemberStorage quarantined = MemberStorage.open(cluster, later);
        assertThat(quarantined.report().outcome()).isEqualTo(Outcome.QUARANTINED);
        assertThat(quarantined.report().damage()).hasMessageContaining(file);
        assertThat(quarantined.mayVote()).isFalse();
        assertThat(quarantined.log().durable().position()).isEqualTo(Position.START);
        assertThat(quarantined.meta().identity().incarnation()).isEqualTo(200);
        assertThat(cluster.list()).anyMatch(name -> name.startsWith(Names.ASIDE));
        quarantined.close();
        assertThat(Given.open(cluster).mayVote()).as("also after a restart").isFalse();
    }

    @Test
    void anEmptyDirectoryOfABootstrappingMemberBecomesAVoter() {
        MemberStorage storage = Given.open(disk);
        assertThat(storage.report().outcome()).isEqualTo(Outcome.CREATED);
        assertThat(storage.mayVote()).isTrue();
        assertThat(storage.meta().identity()).isEqualTo(new Identity(Given.CLUSTER, 1, 100));
    }

    @Test
    void anEmptyDirectoryWithoutBootstrapIsAmnesiacUntilItHasResynchronized() {
        StorageConfig config = new StorageConfig(Given.CLUSTER, 1, false, false, () -> 100, () -> 0, Given.SMALL);
        MemberStorage storage = MemberStorage.open(disk, config);
        assertThat(storage.mayVote()).isFalse();
        storage.close();
        storage = MemberStorage.open(disk, config);
        assertThat(storage.mayVote()).isFalse();
        storage.markResynchronized();
        storage.close();
        assertThat(MemberStorage.open(disk, config).mayVote()).isTrue();
    }

    @Test
    void condemnedFilesAreSetAsideOnce() throws IOException {
        MemberStorage storage = written(3, 10);
        storage.condemn("the state was another one");
        storage.close();
        StorageConfig later = new StorageConfig(Given.CLUSTER, 1, false, false, () -> 200, () -> 0, Given.SMALL);
        MemberStorage after = MemberStorage.open(disk, later);
        assertThat(after.report().outcome()).isEqualTo(Outcome.QUARANTINED);
        assertThat(after.report().damage()).hasMessageContaining("the state was another one");
        assertThat(after.mayVote()).isFalse();
        assertThat(disk.list()).anyMatch(name -> name.startsWith(Names.ASIDE)).doesNotContain(Names.CONDEMNED);
        after.close();
        assertThat(MemberStorage.open(disk, later).report().outcome()).isEqualTo(Outcome.CLEAN);
    }

    @Test
    void aSingleMemberWhoseDirectoryIsEmptyThoughItWasUsedRefuses() {
        StorageConfig config = new StorageConfig(Given.CLUSTER, 1, true, false, () -> 100, () -> 0, Given.SMALL);
        assertThatThrownBy(() -> MemberStorage.open(disk, config))
                .isInstanceOf(DataDirLostException.class)
                .hasMessageContaining("restore the directory");
        assertThat(disk.list()).isEmpty();
    }

    @Test
    void aDirectoryThatIsOpenIsRefused() {
        MemberStorage storage = Given.open(disk);
        DataDirInUseException refused = catchThrowableOfType(DataDirInUseException.class, () -> Given.open(disk));
        assertThat(refused.pid()).isEqualTo(ProcessHandle.current().pid());
        storage.close();
        Given.open(disk).close();
    }

    @Test
    void theDirectoryOfAnotherClusterOrMemberIsRefusedAndLeftAlone() {
        written(3, 10).close();
        List<String> names = disk.list();
        for (StorageConfig other : List.of(
                new StorageConfig(new UUID(1, 1), 1, false, true, () -> 100, () -> 0, Given.SMALL),
                new StorageConfig(Given.CLUSTER, 2, false, true, () -> 100, () -> 0, Given.SMALL))) {
            assertThatThrownBy(() -> MemberStorage.open(disk, other))
                    .isInstanceOf(DataDirMismatchException.class)
                    .hasMessageContaining("point the member at its own directory");
            assertThat(disk.list()).isEqualTo(names);
        }
        Given.open(disk);
    }

    @Test
    void filesOfAnotherIncarnationAreRefused() {
        written(3, 10).close();
        SimulatedDisk replaced = new SimulatedDisk();
        MemberStorage.open(replaced, new StorageConfig(Given.CLUSTER, 1, false, true, () -> 200, () -> 0, Given.SMALL))
                .close();
        replaced.put(Names.segment(1), disk.content(Names.segment(1)));
        assertThatThrownBy(() -> Given.open(replaced))
                .isInstanceOf(DataDirMismatchException.class)
                .hasMessageContaining("incarnation");
    }

    @Test
    void aTornTailIsCutOffUnattended() {
        MemberStorage storage = written(3, 100);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(1, 1500)));
        storage.log().sync();
        disk.overwrite(Names.segment(1), 2048, new byte[512]);
        SimulatedDisk after = disk.afterProcessDeath();
        MemberStorage recovered = MemberStorage.open(after, Given.singleMember());
        assertThat(recovered.report().outcome()).isEqualTo(Outcome.REPAIRED);
        assertThat(recovered.report().repairs()).anyMatch(repair -> repair.contains("torn write behind record 3"));
        assertThat(recovered.log().durable().index()).isEqualTo(3);
        recovered.close();
        assertThat(MemberStorage.open(after, Given.singleMember()).report().outcome())
                .isEqualTo(Outcome.CLEAN);
    }

    @Test
    void aChangedByteInTheLastRecordIsDamageAndNotATornWrite() throws IOException {
        written(3, 100);
        int offset = SegmentHeader.SIZE + 2 * RecordCodec.sizeOf(100) + 60;
        disk.flip(Names.segment(1), offset, 4);
        assertDamage(Names.segment(1), 3);
    }

    @Test
    void aChangedByteInTheLastRecordOfZerosIsDamageAndNotATornWrite() throws IOException {
        MemberStorage storage = written(1, 10);
        storage.log().append(Given.next(storage.log(), 1, new byte[2500]));
        storage.log().sync();
        disk.flip(Names.segment(1), 700, 1);
        assertDamage(Names.segment(1), 2);
    }

    @Test
    void aTornBatchWhoseLastRecordSurvivedIsCutOffUnattended() {
        MemberStorage storage = written(1, 10);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(4, 600)));
        storage.log().sync();
        disk.overwrite(Names.segment(1), 1024, new byte[512]);
        MemberStorage recovered = MemberStorage.open(disk.afterProcessDeath(), Given.singleMember());
        assertThat(recovered.report().outcome()).isEqualTo(Outcome.REPAIRED);
        assertThat(recovered.log().durable().index()).isEqualTo(1);
    }

    @Test
    void aZeroPageBeforeLaterDurableRecordsIsDamage() throws IOException {
        MemberStorage storage = written(4, 300);
        Given.write(storage, 1, 2, 300);
        disk.overwrite(Names.segment(1), 1024, new byte[512]);
        assertDamage(Names.segment(1), 2);
    }

    @Test
    void aMissingMiddleSegmentIsDamage() throws IOException {
        written(40, 300);
        List<String> segments = disk.list().stream().filter(Names::isSegment).toList();
        disk.lose(segments.get(1));
        assertDamage(segments.get(0), Names.indexIn(segments.get(1)));
    }

    @Test
    void aHeaderLessMiddleSegmentIsDamage() throws IOException {
        written(40, 300);
        String middle = disk.list().stream().filter(Names::isSegment).toList().get(1);
        disk.put(middle, new byte[4096]);
        assertDamage(middle, Names.indexIn(middle));
    }

    @Test
    void anEmptyLastSegmentIsDeletedUnattended() {
        written(3, 10);
        for (int length : new int[] {0, 100, 2048}) {
            SimulatedDisk crashed = disk.afterProcessDeath();
            crashed.put(Names.segment(4), new byte[length]);
            MemberStorage recovered = Given.open(crashed);
            assertThat(recovered.report().outcome()).isEqualTo(Outcome.REPAIRED);
            assertThat(recovered.log().durable().index()).isEqualTo(3);
            Given.write(recovered, 1, 20, 300);
        }
    }

    @Test
    void aLastSegmentWithADamagedHeaderIsDamage() throws IOException {
        written(20, 300);
        String last = disk.list().stream()
                .filter(Names::isSegment)
                .reduce((a, b) -> b)
                .orElseThrow();
        disk.flip(last, 45, 1);
        assertDamage(last, Names.indexIn(last));
    }

    @Test
    void aHalfCreatedSegmentIsForgotten() {
        written(3, 10).close();
        disk.put(Names.segment(4) + Names.TMP, new byte[700]);
        MemberStorage recovered = Given.open(disk);
        assertThat(recovered.report().outcome()).isEqualTo(Outcome.CLEAN);
        assertThat(disk.list()).noneMatch(name -> name.endsWith(Names.TMP));
    }

    @Test
    void aLogThatDoesNotBeginAtOneNeedsASnapshot() throws IOException {
        MemberStorage storage = written(40, 300);
        Given.takeSnapshot(storage, 40);
        storage.verify(storage.newestSnapshot().orElseThrow());
        storage.purge();
        long first = storage.log().firstIndex();
        assertThat(first).isGreaterThan(1);
        disk.lose(Names.snapshot(40));
        assertDamage(Names.segment(first), 1);
    }

    @Test
    void aBadNewestSnapshotIsSetAsideWhenTheLogReachesFromAnOlderOne() throws IOException {
        MemberStorage storage = written(10, 100);
        Given.takeSnapshot(storage, 5);
        Given.takeSnapshot(storage, 10);
        disk.flip(Names.snapshot(10), 600, 1);
        MemberStorage recovered = Given.open(disk.afterProcessDeath());
        assertThat(recovered.report().outcome()).isEqualTo(Outcome.REPAIRED);
        assertThat(recovered.newestSnapshot()).map(Snapshot::lastIndex).contains(5L);
        assertThat(recovered.log().durable().index()).isEqualTo(10);
    }

    @Test
    void allSnapshotsBadIsHarmlessOnlyIfTheLogBeginsAtOne() throws IOException {
        MemberStorage storage = written(30, 300);
        Given.takeSnapshot(storage, 20);
        Given.takeSnapshot(storage, 30);
        disk.flip(Names.snapshot(20), 600, 1);
        disk.flip(Names.snapshot(30), 600, 1);
        assertThat(Given.open(disk.afterProcessDeath()).newestSnapshot()).isEmpty();
        disk.lose(Names.segment(1));
        String next = disk.list().stream().filter(Names::isSegment).findFirst().orElseThrow();
        assertDamage(next, 1);
    }

    @Test
    void aSnapshotAheadOfTheLogIsDamage() throws IOException {
        MemberStorage storage = written(3, 10);
        byte[] shorter = disk.content(Names.segment(1));
        Given.write(storage, 1, 3, 10);
        Given.takeSnapshot(storage, 6);
        disk.put(Names.segment(1), shorter);
        assertDamage(Names.segment(1), 4);
    }

    @Test
    void oneBadMetaSlotIsRewrittenFromTheOther() {
        MemberStorage storage = written(3, 10);
        storage.acceptEpoch(9, Given.LEADER);
        for (String slot : List.of(Names.META_A, Names.META_B)) {
            SimulatedDisk damaged = disk.afterProcessDeath();
            damaged.flip(slot, 80, 1);
            MemberStorage recovered = Given.open(damaged);
            assertThat(recovered.report().outcome()).isEqualTo(Outcome.REPAIRED);
            assertThat(recovered.meta().acceptedEpoch()).isEqualTo(9);
            assertThat(recovered.meta().acceptedLeader()).isEqualTo(Given.LEADER);
            recovered.close();
            assertThat(damaged.content(Names.META_A)).isEqualTo(damaged.content(Names.META_B));
        }
    }

    @Test
    void anOldMetaSlotNeverTakesBackAPromise() {
        MemberStorage storage = written(3, 10);
        byte[] old = disk.content(Names.META_B);
        storage.acceptEpoch(9, Given.LEADER);
        disk.put(Names.META_B, old);
        assertThat(Given.open(disk.afterProcessDeath()).meta().acceptedEpoch()).isEqualTo(9);
    }

    @Test
    void withoutAnyMetaSlotNoEpochIsInvented() throws IOException {
        written(3, 10);
        disk.flip(Names.META_A, 80, 1);
        disk.flip(Names.META_B, 80, 1);
        assertDamage(Names.META_A, 0);
        disk.lose(Names.META_A);
        disk.lose(Names.META_B);
        assertDamage(Names.META_A, 0);
    }

    @Test
    void aLogThatEndsBeforeWhereItWasClosedIsDamage() throws IOException {
        MemberStorage storage = written(3, 10);
        byte[] shorter = disk.content(Names.segment(1));
        Given.write(storage, 1, 1, 10);
        storage.close();
        disk.put(Names.segment(1), shorter);
        assertDamage(Names.segment(1), 4);
    }

    @Test
    void anUnreadableFileIsDamageAndNeverReadInPart() throws IOException {
        written(40, 300);
        String middle = disk.list().stream().filter(Names::isSegment).toList().get(1);
        SimulatedDisk failing = disk.afterProcessDeath();
        failing.makeUnreadable(middle);
        assertThatThrownBy(() -> MemberStorage.open(failing, Given.singleMember()))
                .isInstanceOf(CorruptStorageException.class)
                .hasMessageContaining("cannot be read");
        assertThat(failing.openFiles()).isZero();
        assertThat(Given.open(failing).report().outcome()).isEqualTo(Outcome.QUARANTINED);
    }

    @Test
    void aClaimedLengthIsNotAllocatedBeforeItIsChecked() throws IOException {
        written(1, 10);
        byte[] huge = {0x7F, -1, -1, -1};
        disk.overwrite(Names.segment(1), SegmentHeader.SIZE, huge);
        assertDamage(Names.segment(1), 1);
    }

    @Test
    void aCrashDuringAQuarantineIsFollowedByTheRestOfIt() {
        written(40, 300);
        Given.write(Given.open(disk.afterProcessDeath()), 1, 1, 1);
        disk.flip(Names.segment(1), 600, 1);
        boolean more = true;
        for (long effect = 1; more; effect++) {
            SimulatedDisk damaged = disk.afterPowerCut(effect);
            damaged.cutPowerAtEffect(effect);
            more = false;
            try {
                Given.open(damaged);
            } catch (PowerCut e) {
                more = true;
            }
            MemberStorage after = Given.open(damaged.afterPowerCut(effect));
            assertThat(after.mayVote()).isFalse();
            assertThat(after.log().durable().index()).isZero();
        }
    }

    @Test
    void aCrashDuringASalvageLeavesTheDamageOrTheResult() throws IOException {
        MemberStorage storage = written(40, 300);
        Given.takeSnapshot(storage, 20);
        disk.flip(Names.segment(1), 600, 1);
        int salvaged = 0;
        boolean more = true;
        for (long effect = 1; more; effect++) {
            SimulatedDisk damaged = disk.afterPowerCut(effect);
            damaged.cutPowerAtEffect(effect);
            more = false;
            try {
                new Salvage(damaged, Given.SMALL).run(() -> 300);
            } catch (PowerCut e) {
                more = true;
            }
            SimulatedDisk after = damaged.afterPowerCut(effect);
            try {
                MemberStorage single = MemberStorage.open(after, Given.singleMember());
                assertThat(single.newestSnapshot()).map(Snapshot::lastIndex).contains(20L);
                assertThat(single.log().durable().index()).isEqualTo(40);
                assertThat(single.meta().identity().incarnation()).isEqualTo(300);
                salvaged++;
            } catch (CorruptStorageException e) {
                assertThat(e).hasMessageContaining(Names.segment(1));
            }
        }
        assertThat(salvaged).isGreaterThan(5);
    }
}
