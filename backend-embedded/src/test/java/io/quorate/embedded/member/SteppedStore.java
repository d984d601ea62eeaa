package io.quorate.embedded.member;

import io.quorate.embedded.log.PowerCut;
import io.quorate.embedded.log.RecoveryReport;
import io.quorate.embedded.log.SimulatedDisk;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.StorageCompletion;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The real {@link DurableStore} on a simulated disk, for one life of a member: what it has taken is performed when virtual time
 * says so, in whole or, when the power is cut, up to any effect on the disk.
 *
 * <p>Beside the disk it keeps a {@link RecordedImage}, and compares a recovery with it.
 */
public final class SteppedStore implements MemberStore {

    /** What a store needs of the simulation. */
    public interface Surroundings {

        /** Runs the end of a storage operation later, unless the power is cut before. */
        void later(Runnable end);

        /** The member asks for an operation; may throw to let the process die here. */
        void onEffect(int kind, long detail);

        /** Records are written by a member; before they are queued. */
        void onAppend(RecordBatch records);

        /** The member's log is cut. */
        void onTruncate(long lastIndex);

        /** The member's log is replaced by a snapshot. */
        void onInstall(LogPoint point);

        /** A snapshot of the member's own state is to be kept. */
        void onKeepSnapshot(LogPoint point, long digest);

        /** What a power cut would leave has changed. */
        void onDiskChanged();

        /** A recovery is complete; {@code after} is what the member begins with. */
        void onRecovered(RecoveryReport report, LogPoint snapshot, List<LogRecord> after);

        /** The state that a member without a snapshot begins with. */
        StateMachine blank();

        /** An operation waits for room. */
        void onFull();

        /** A storage operation failed. */
        void onFailure(Throwable cause);

        /** What was acknowledged as durable is not there. */
        RuntimeException lost(String what);

        /** Whether this reports that something does not hold, rather than a failure of the storage. */
        boolean isViolation(Throwable cause);

        /** Whether a planted bug is at work. */
        boolean has(RuntimeFlaw flaw);
    }

    /**
     * A change of the log that had perhaps happened when the member's life ended.
     *
     * @param keptThrough the end of the log if it has, at most
     * @param installed the snapshot that replaces the log if it has
     */
    public record Interrupted(long keptThrough, @Nullable LogPoint installed) {}

    private record Asked(long generation, long last, RecordBatch records) {}

    private final SimulatedDisk disk;
    private final RecordedImage image;
    private final @Nullable Interrupted interrupted;
    private final Surroundings surroundings;
    private final DurableStore store;
    private final Steps steps = new Steps();
    private final Told told = new Told();

    /** Appends that are not reported yet, in their order. */
    private final ArrayDeque<Asked> appends = new ArrayDeque<>();

    /** Truncations and installations that wait, and those among what is being performed that are not reported yet. */
    private List<Interrupted> waiting = new ArrayList<>();

    private List<Interrupted> underWay = new ArrayList<>();
    private @Nullable Listener member;
    private DurableRecovery.@Nullable Found found;
    private @Nullable Interrupted broken;
    private boolean busy;
    private boolean full;
    private boolean held;
    private boolean failed;
    private boolean dead;

    /**
     * Creates a store for one life of a member.
     *
     * @param directory where the ensemble's disks are
     * @param disk the disk of the member in it
     * @param slowNanos how long a batch may take before the disk counts as slow
     * @param incarnation gives the number of a new life of the disk
     * @param interrupted what a change that was under way when the last life ended may have left, or {@code null}
     */
    public SteppedStore(
            EnsembleDirectory directory,
            SimulatedDisk disk,
            int id,
            LongSupplier nanoTime,
            long slowNanos,
            LongSupplier incarnation,
            RecordedImage image,
            @Nullable Interrupted interrupted,
            Surroundings surroundings) {
        this.disk = disk;
        this.image = image;
        this.interrupted = interrupted;
        this.surroundings = surroundings;
        DurableRecovery recovery = new DurableRecovery(directory, id, nanoTime, incarnation) {
            @Override
            Found open() throws IOException {
                Found opened = super.open();
                found = opened;
                return opened;
            }
        };
        this.store = new DurableStore(recovery, new DiskWatch(id, slowNanos, nanoTime), steps);
    }

    private Listener member() {
        Listener present = member;
        if (present == null) {
            throw new IllegalStateException("the storage is not open");
        }
        return present;
    }

    // ---- asked by the member

    @Override
    public void open(Listener listener) {
        member = listener;
        store.open(told);
    }

    @Override
    public void settle(long generation) {
        surroundings.onEffect(5, generation);
        store.settle(generation);
    }

    @Override
    public void append(long generation, RecordBatch records) {
        surroundings.onEffect(6, records.last().hash());
        surroundings.onAppend(records);
        long last = records.last().index();
        appends.add(new Asked(generation, last, records));
        if (surroundings.has(RuntimeFlaw.APPEND_REPORTED_EARLY)) {
            member().completed(new StorageCompletion.Appended(generation, last));
        }
        store.append(generation, records);
    }

    @Override
    public void truncate(long generation, long lastIndex) {
        surroundings.onEffect(7, lastIndex);
        surroundings.onTruncate(lastIndex);
        waiting.add(new Interrupted(lastIndex, null));
        store.truncate(generation, lastIndex);
    }

    @Override
    public void persistPromise(long generation, EpochPromise promise) {
        surroundings.onEffect(9, promise.epoch());
        if (surroundings.has(RuntimeFlaw.PROMISE_REPORTED_EARLY)) {
            member().completed(new StorageCompletion.PromisePersisted(generation, promise));
        }
        store.persistPromise(generation, promise);
    }

    @Override
    public void install(long generation, LogPoint point, long digest, List<byte[]> content) {
        surroundings.onEffect(8, point.hash());
        surroundings.onInstall(point);
        waiting.add(new Interrupted(Long.MAX_VALUE, point));
        if (surroundings.has(RuntimeFlaw.INSTALLATION_REPORTED_EARLY)) {
            member().completed(new StorageCompletion.SnapshotInstalled(generation, point));
        }
        store.install(generation, point, digest, content);
    }

    @Override
    public void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> content) {
        surroundings.onEffect(14, point.hash());
        surroundings.onKeepSnapshot(point, digest);
        store.keepSnapshot(point, digest, base, content);
    }

    @Override
    public void readSnapshot(LogPoint point, Consumer<Optional<List<byte[]>>> reader) {
        store.readSnapshot(point, content -> {
            if (!dead) {
                reader.accept(content);
            }
        });
    }

    @Override
    public StoreHealth health() {
        return store.health();
    }

    @Override
    public void condemn(String reason) {
        store.condemn(reason);
    }

    @Override
    public void close() {
        if (dead) {
            member().closed();
        } else {
            store.close();
        }
    }

    // ---- in virtual time

    /** What the store and its snapshots do, one after another; nothing goes on while the disk is held. */
    private final class Steps implements DurableStore.Runner {

        private final ArrayDeque<Runnable> beside = new ArrayDeque<>();

        @Override
        public void begin(DurableStore begun) {
            takeNext();
        }

        @Override
        public void offered() {
            takeNext();
        }

        @Override
        public void beside(Runnable work) {
            beside.add(work);
            if (!dead) {
                surroundings.later(this::runBeside);
            }
        }

        @Override
        public void awaitBeside() {
            while (!beside.isEmpty()) {
                beside.remove().run();
            }
        }

        void runBeside() {
            if (!dead && !held && !beside.isEmpty()) {
                beside.remove().run();
            }
        }

        void resume() {
            beside.forEach(work -> surroundings.later(this::runBeside));
            if (busy) {
                surroundings.later(this::finish);
            } else {
                takeNext();
            }
        }

        void takeNext() {
            if (busy || held || dead || !take()) {
                return;
            }
            busy = true;
            underWay = waiting;
            waiting = new ArrayList<>();
            surroundings.later(this::finish);
        }

        private boolean take() {
            try {
                return store.take(0);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void finish() {
            if (dead || held || !busy) {
                return;
            }
            store.perform();
            boolean waits = store.waitsForRoom();
            if (waits && !full) {
                surroundings.onFull();
            }
            full = waits;
            if (!full) {
                busy = false;
                underWay.clear();
                takeNext();
            }
        }

        /** Does what can be done before the power is gone. */
        void perish() {
            if (busy) {
                store.perform();
            } else if (!beside.isEmpty()) {
                beside.remove().run();
            }
        }
    }

    /** Lets the store look how much room there is, if it has nothing else to do or waits for that. */
    public void idle() {
        if (full) {
            steps.finish();
        } else if (!busy && !held && !dead && found != null) {
            store.perform();
        }
    }

    /** Hears what becomes of the operations just before the member does. */
    private final class Told implements Listener {

        @Override
        public void recovered(Recovered recovered) {
            DurableRecovery.Found opened = found;
            if (dead || opened == null) {
                return;
            }
            LogPoint snapshot = recovered.state().snapshot();
            compareWithImage(opened, recovered);
            image.recovered(recovered.state().promise(), snapshot, recovered.records());
            surroundings.onRecovered(opened.storage().report(), snapshot, recovered.records());
            member().recovered(planted(recovered));
        }

        @Override
        public void completed(Event event) {
            if (dead) {
                return;
            }
            note(event);
            if (!wasTold(event)) {
                member().completed(event);
            }
        }

        @Override
        public void failed(Throwable cause) {
            if (dead || cause instanceof PowerCut || surroundings.isViolation(cause)) {
                return;
            }
            failed = true;
            broken = change(underWay);
            surroundings.onFailure(cause);
            member().failed(cause);
        }

        @Override
        public void snapshotAbandoned() {
            if (!dead) {
                member().snapshotAbandoned();
            }
        }

        @Override
        public void closed() {
            if (!dead) {
                dead = true;
                member().closed();
            }
        }
    }

    /** What the member is told of a recovery: what there is, unless a mistake is planted. */
    private Recovered planted(Recovered recovered) {
        LogPoint snapshot = recovered.state().snapshot();
        List<LogRecord> records = recovered.records();
        if (surroundings.has(RuntimeFlaw.RECOVERY_FORGETS_A_RECORD) && !records.isEmpty()) {
            records = records.subList(0, records.size() - 1);
        }
        return new Recovered(
                recovered.state(),
                snapshot.index() > 0 ? recovered.machine() : surroundings.blank(),
                records,
                recovered.alert());
    }

    private boolean wasTold(Event event) {
        return (event instanceof StorageCompletion.Appended && surroundings.has(RuntimeFlaw.APPEND_REPORTED_EARLY))
                || (event instanceof StorageCompletion.PromisePersisted
                        && surroundings.has(RuntimeFlaw.PROMISE_REPORTED_EARLY))
                || (event instanceof StorageCompletion.SnapshotInstalled
                        && surroundings.has(RuntimeFlaw.INSTALLATION_REPORTED_EARLY));
    }

    /** A power cut cannot undo this any more. */
    private void note(Event event) {
        if (event instanceof StorageCompletion.Appended appended) {
            Asked next;
            do {
                next = appends.remove();
                image.appended(next.records());
            } while (next.generation() != appended.generation() || next.last() != appended.lastIndex());
        } else if (event instanceof StorageCompletion.Truncated truncated) {
            underWay.remove(0);
            image.truncated(truncated.end().index());
        } else if (event instanceof StorageCompletion.PromisePersisted persisted) {
            image.promised(persisted.promise());
        } else if (event instanceof StorageCompletion.SnapshotInstalled installed) {
            underWay.remove(0);
            image.installed(installed.point());
        } else if (event instanceof Event.SnapshotTaken taken) {
            image.compacted(taken.snapshot(), taken.base());
        } else {
            return;
        }
        surroundings.onDiskChanged();
    }

    private void compareWithImage(DurableRecovery.Found opened, Recovered recovered) {
        EpochPromise promise = recovered.state().promise();
        if (opened.storage().report().outcome() == RecoveryReport.Outcome.QUARANTINED || !promise.voter()) {
            return;
        }
        if (promise.epoch() < image.promise().epoch()) {
            throw surroundings.lost("promise " + image.promise() + ", found " + promise);
        }
        Interrupted change = interrupted;
        LogPoint installed = change == null ? null : change.installed();
        if (installed != null && recovered.state().snapshot().index() == installed.index()) {
            return;
        }
        long through = change == null
                ? image.end().index()
                : Math.min(change.keptThrough(), image.end().index());
        LogPoint end = recovered.state().history().end();
        if (end.index() < through
                || (through > image.base().index()
                        && through >= opened.storage().log().base().index()
                        && opened.storage().log().hashAt(through) != image.hashAt(through))) {
            throw surroundings.lost("log up to " + image.end() + ", found one up to " + end);
        }
    }

    // ---- faults

    /** Whether something is being done. */
    public boolean isBusy() {
        return busy || !steps.beside.isEmpty();
    }

    /** Whether a truncation or a snapshot is under way. */
    public boolean isRewriting() {
        return !underWay.isEmpty() || !steps.beside.isEmpty();
    }

    /** Nothing finishes until {@link #resume()}. */
    public void hold() {
        held = true;
    }

    /** Ends what {@link #hold} began. */
    public void resume() {
        if (held) {
            held = false;
            steps.resume();
        }
    }

    /**
     * Ends this life of the store in the middle of what it does, which gets as far as some effects.
     *
     * @param effects how many effects of it happen at most
     * @return what it may have left
     */
    public @Nullable Interrupted cutPower(int effects) {
        if (dead || failed) {
            dead = true;
            return broken;
        }
        dead = true;
        if (held) {
            return null;
        }
        disk.cutPowerAtEffect(effects + 1);
        Interrupted left = change(underWay);
        steps.perish();
        return left;
    }

    /**
     * Returns what a failure that came before the end left half done; null if the store ended in good order, when all that was
     * reported must be there.
     */
    public @Nullable Interrupted left() {
        return broken;
    }

    /** Lets a store that its member has let go of come to its end at once, though nobody hears of it any more. */
    public void giveUp() {
        dead = true;
        while (!store.hasEnded()) {
            steps.take();
            store.perform();
        }
    }

    private static @Nullable Interrupted change(List<Interrupted> changes) {
        long keptThrough = Long.MAX_VALUE;
        LogPoint installed = null;
        for (Interrupted change : changes) {
            keptThrough = Math.min(keptThrough, change.keptThrough());
            installed = change.installed() == null ? installed : change.installed();
        }
        return changes.isEmpty() ? null : new Interrupted(keptThrough, installed);
    }
}
