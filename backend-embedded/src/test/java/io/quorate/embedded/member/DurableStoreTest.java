package io.quorate.embedded.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.embedded.log.Disk;
import io.quorate.embedded.log.SimulatedDisk;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.Roster;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A store gives everything up with its member's life, whatever failed in it. */
final class DurableStoreTest {

    private static final int OPERATIONS = 100;

    @Test
    void closedStoreHoldsNoFileOpenWhicheverFsyncFailed() throws InterruptedException {
        assertThat(failures(SimulatedDisk::failForceWhen)).isGreaterThan(15);
    }

    @Test
    void closedStoreHoldsNoFileOpenWhicheverWriteFailed() throws InterruptedException {
        assertThat(failures(SimulatedDisk::failWriteWhen)).isGreaterThan(15);
    }

    /** Lets each operation of a kind fail in turn, in a store that keeps a snapshot, installs another one and is closed. */
    private static int failures(BiConsumer<SimulatedDisk, BooleanSupplier> kind) throws InterruptedException {
        int failures = 0;
        for (int n = 1; n <= OPERATIONS; n++) {
            SimulatedDisk disk = new SimulatedDisk();
            int[] left = {n};
            kind.accept(disk, () -> --left[0] == 0);
            StoreLife life = new StoreLife(disk);
            life.live();
            failures += life.failure == null ? 0 : 1;
            assertThat(disk.openFiles())
                    .as("files open after failure %s: %s", n, life.failure)
                    .isZero();
            assertThat(disk.isLocked()).isFalse();
        }
        return failures;
    }

    /** A store that is worked by hand, from its opening to its end. */
    private static final class StoreLife implements MemberStore.Listener, DurableStore.Runner {

        private final ArrayDeque<Runnable> beside = new ArrayDeque<>();
        private final List<LogRecord> records = new ArrayList<>();
        private final DurableStore store;
        private final List<Boolean> told = new ArrayList<>();
        private @Nullable Throwable failure;

        StoreLife(SimulatedDisk disk) {
            SimulatedDisk common = new SimulatedDisk();
            EnsembleDisks disks = new EnsembleDisks() {
                @Override
                public Disk ensemble() {
                    return common;
                }

                @Override
                public Disk member(int id) {
                    return disk;
                }
            };
            EnsembleDirectory directory = new EnsembleDirectory(disks, 3, () -> new UUID(1, 2));
            DurableRecovery recovery = new DurableRecovery(directory, 1, () -> 0, () -> 100);
            this.store = new DurableStore(recovery, new DiskWatch(1, 1_000, () -> 0), this);
        }

        void live() throws InterruptedException {
            store.open(this);
            store.persistPromise(1, new EpochPromise(1, 2, 1, true));
            store.append(1, records(10));
            work();
            LogPoint end = records.get(9).point();
            store.keepSnapshot(end, 77, LogPoint.GENESIS, List.of(new byte[1_000]));
            work();
            store.append(1, records(5));
            store.truncate(1, 12);
            store.install(
                    1,
                    new MemberStore.Received(
                            new LogPoint(1, 40, 123), 78, Roster.EMPTY, List.of(new byte[1_000], new byte[500])));
            work();
            store.close();
            work();
            assertThat(store.hasEnded()).isTrue();
        }

        private RecordBatch records(int count) {
            int first = records.size();
            for (int i = 0; i < count; i++) {
                LogPoint before = records.isEmpty()
                        ? LogPoint.GENESIS
                        : records.get(records.size() - 1).point();
                records.add(new LogRecord(1, before.index() + 1, before.hash(), RecordType.TXN, new byte[50]));
            }
            return RecordBatch.of(records.subList(first, records.size()));
        }

        private void work() throws InterruptedException {
            while (store.take(0) || !beside.isEmpty()) {
                store.perform();
                if (!beside.isEmpty()) {
                    beside.remove().run();
                }
            }
        }

        @Override
        public void begin(DurableStore begun) {}

        @Override
        public void offered() {}

        @Override
        public void telling(boolean idle) {
            told.add(idle);
        }

        @Override
        public void beside(Runnable work) {
            beside.add(work);
        }

        @Override
        public void awaitBeside() {
            while (!beside.isEmpty()) {
                beside.remove().run();
            }
        }

        @Override
        public void recovered(MemberStore.Recovered recovered) {}

        @Override
        public void completed(Event completion) {}

        @Override
        public void failed(Throwable cause) {
            failure = cause;
        }

        @Override
        public void snapshotAbandoned() {}

        @Override
        public void closed() {}
    }

    @Test
    void storageThatHasNothingElseToStoreSaysSoBeforeItTellsWhatIsDurable() throws InterruptedException {
        StoreLife life = new StoreLife(new SimulatedDisk());
        life.store.open(life);
        life.work();
        life.store.persistPromise(1, new EpochPromise(1, 2, 1, true));
        life.store.append(1, life.records(10));
        life.work();
        life.store.append(1, life.records(5));
        life.store.truncate(1, 12);
        life.work();
        life.store.close();
        life.work();

        assertThat(life.told).containsExactly(true, false);
    }
}
