package io.quorate.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Full, failing and slow disks at run time. */
class StorageFailureTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    @Test
    void aFullDiskRefusesTheRecordAndLeavesTheLogUsable() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 3, 10);
        disk.limitTo(disk.used() + 600);
        List<LogRecord> big = Given.next(storage.log(), 1, Given.bodies(1, 3000));
        assertThatThrownBy(() -> storage.log().append(big)).isInstanceOf(StorageFullException.class);
        assertThat(storage.failure()).isNull();
        assertThat(Given.write(storage, 1, 1, 10).index()).isEqualTo(4);
        disk.limitTo(1 << 20);
        assertThat(Given.write(storage, 1, 1, 3000).index()).isEqualTo(5);
        assertThat(Given.all(Given.open(disk.afterPowerCut(1)).log())).hasSize(5);
    }

    @Test
    void aFullDiskDuringARollLeavesTheLogUsable() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 9, 300);
        disk.limitTo(disk.used() + 300);
        List<LogRecord> batch = Given.next(storage.log(), 1, Given.bodies(4, 300));
        assertThatThrownBy(() -> storage.log().append(batch)).isInstanceOf(StorageFullException.class);
        long end = storage.log().sync().index();
        assertThat(end).isBetween(9L, 12L);
        disk.limitTo(1 << 20);
        Given.write(storage, 1, 4, 300);
        assertThat(Given.all(Given.open(disk.afterPowerCut(1)).log())).hasSize((int) end + 4);
    }

    @Test
    void aFullDiskSpoilsTheSnapshotAndNothingElse() throws IOException {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 3, 10);
        disk.limitTo(disk.used() + 2000);
        SnapshotWriter writer = storage.beginSnapshot(Given.snapshotAt(storage, 3));
        byte[] big = new byte[1 << 17];
        assertThatThrownBy(() -> writer.write(big)).isInstanceOf(DiskFullException.class);
        writer.close();
        assertThat(disk.list()).noneMatch(name -> name.endsWith(Names.TMP));
        assertThat(Given.write(storage, 1, 1, 10).index()).isEqualTo(4);
    }

    @Test
    void writesStopBeforeTheReserveIsUsedAndReturnWithHysteresis() {
        LogLimits limits = new LogLimits(4096, 1024, 4096, 3, 1000);
        MemberStorage storage = MemberStorage.open(disk, Given.config(limits, false));
        long used = disk.used();
        disk.limitTo(used + 1000);
        assertThat(storage.isSpaceLow()).isFalse();
        disk.limitTo(used + 999);
        assertThat(storage.isSpaceLow()).isTrue();
        disk.limitTo(used + 1499);
        assertThat(storage.isSpaceLow()).isTrue();
        disk.limitTo(used + 1500);
        assertThat(storage.isSpaceLow()).isFalse();
    }

    @Test
    void aFailedWriteIsFatal() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 3, 10);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(1, 10)));
        disk.failWriteWhen(() -> true);
        assertThatThrownBy(() -> storage.log().sync())
                .isInstanceOf(StorageFailedException.class)
                .hasMessageContaining("recover from its disk");
        disk.failWriteWhen(() -> false);
        assertThatThrownBy(() -> storage.log().sync()).isInstanceOf(StorageFailedException.class);
        assertThatThrownBy(() -> storage.truncate(1)).isInstanceOf(StorageFailedException.class);
        assertThatThrownBy(storage::purge).isInstanceOf(StorageFailedException.class);
        storage.close();
        Given.open(disk).close();
    }

    @Test
    void aStorageHoldsNoFileOpenWhicheverFsyncFailed() throws IOException {
        assertThat(failures(SimulatedDisk::failForceWhen)).isGreaterThan(30);
    }

    @Test
    void aStorageHoldsNoFileOpenWhicheverWriteFailed() throws IOException {
        assertThat(failures(SimulatedDisk::failWriteWhen)).isGreaterThan(30);
    }

    /** Lets each operation of a kind fail in turn; returns how many there were. */
    private static int failures(BiConsumer<SimulatedDisk, BooleanSupplier> kind) throws IOException {
        int failures = 0;
        while (failsInTheWholeLife(kind, failures + 1)) {
            failures++;
        }
        return failures;
    }

    /** Lets the n-th operation of a kind fail, from the first start to the second; returns whether there are so many. */
    private static boolean failsInTheWholeLife(BiConsumer<SimulatedDisk, BooleanSupplier> kind, int n)
            throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        int[] left = {n};
        kind.accept(disk, () -> --left[0] == 0);
        boolean failed = !livesTwice(disk);
        assertThat(disk.openFiles()).as("files open after failure %s", n).isZero();
        assertThat(disk.isLocked()).isFalse();
        return failed;
    }

    /** Uses all that a storage offers, in two lives; returns whether none of it failed. */
    private static boolean livesTwice(SimulatedDisk disk) throws IOException {
        try (MemberStorage storage = Given.open(disk)) {
            Given.write(storage, 1, 30, 300);
            Given.takeSnapshot(storage, 20);
            storage.verifyKept();
            storage.purge();
            storage.truncate(25);
            Given.write(storage, 1, 30, 300);
            SnapshotWriter writer = storage.beginReceiving(new Snapshot(90, 1, 77, 0));
            try (writer) {
                writer.write(Given.stateAt(90));
                writer.finish();
            }
            storage.install(writer);
            Given.write(storage, 1, 3, 300);
        } catch (StorageFailedException | StorageFullException | IOException e) {
            return false;
        }
        try (MemberStorage storage = Given.open(disk)) {
            Given.write(storage, 1, 1, 300);
        } catch (StorageFailedException | StorageFullException e) {
            return false;
        }
        return true;
    }

    @Test
    void aStalledFsyncIsMeasured() {
        long[] clock = {0};
        StorageConfig config = new StorageConfig(Given.CLUSTER, 1, false, true, () -> 100, () -> clock[0], Given.SMALL);
        MemberStorage storage = MemberStorage.open(disk, config);
        disk.beforeForce(() -> clock[0] += 30_000_000_000L);
        Given.accept(storage, 1);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(1, 10)));
        storage.log().sync();
        assertThat(storage.log().lastSyncNanos()).isEqualTo(30_000_000_000L);
    }

    @Test
    void anFsyncThatLiesIsNoticedOnceAnythingFollows() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 2, 600);
        disk.lieInForceWhen(() -> true);
        Given.write(storage, 1, 2, 600);
        disk.lieInForceWhen(() -> false);
        Given.write(storage, 1, 1, 600);
        MemberStorage after = Given.open(disk.afterPowerCut(3));
        assertThat(after.report().outcome()).isEqualTo(RecoveryReport.Outcome.QUARANTINED);
    }

    @Test
    void promisesAreNeverTakenBackOrGivenTwice() {
        MemberStorage storage = Given.open(disk);
        storage.acceptEpoch(5, Given.LEADER);
        storage.acceptEpoch(5, Given.LEADER);
        assertThatThrownBy(() -> storage.acceptEpoch(4, Given.LEADER)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage.acceptEpoch(5, new AcceptedLeader(3, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(storage.meta().acceptedLeader()).isEqualTo(Given.LEADER);
    }

    @Test
    void aSnapshotOfWhatIsNotDurableIsRefused() {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 3, 10);
        storage.log().append(Given.next(storage.log(), 1, Given.bodies(1, 10)));
        Snapshot ahead = new Snapshot(4, 1, storage.log().endHash(), 0);
        assertThatThrownBy(() -> storage.beginSnapshot(ahead)).isInstanceOf(IllegalArgumentException.class);
        Snapshot foreign = new Snapshot(3, 1, 12345, 0);
        assertThatThrownBy(() -> storage.beginSnapshot(foreign)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReceivedSnapshotThatDoesNotReadBackIsDiscarded() throws IOException {
        MemberStorage storage = Given.open(disk);
        Given.write(storage, 1, 3, 10);
        SnapshotWriter writer = storage.beginReceiving(new Snapshot(50, 1, 77, 0));
        writer.write(Given.stateAt(50));
        writer.finish();
        disk.flip(writer.fileName(), 530, 1);
        assertThatThrownBy(() -> storage.install(writer)).isInstanceOf(CorruptStorageException.class);
        assertThat(storage.log().durable().index()).isEqualTo(3);
        assertThat(Given.write(storage, 1, 1, 10).index()).isEqualTo(4);
    }
}
