package io.quorate.embedded.member;

import io.quorate.embedded.log.AcceptedLeader;
import io.quorate.embedded.log.DiskFullException;
import io.quorate.embedded.log.MemberStorage;
import io.quorate.embedded.log.PowerCut;
import io.quorate.embedded.log.RecoveryReport;
import io.quorate.embedded.log.SimulatedDisk;
import io.quorate.embedded.log.Snapshot;
import io.quorate.embedded.log.SnapshotReader;
import io.quorate.embedded.log.SnapshotWriter;
import io.quorate.embedded.log.StorageConfig;
import io.quorate.embedded.log.StorageFullException;
import io.quorate.embedded.tree.SnapshotLoader;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.StorageCompletion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a member's data with the real {@link MemberStorage} on a simulated disk, one operation after another, each finished
 * when virtual time says so; appends that wait share a force.
 *
 * <p>Beside the disk it keeps a {@link RecordedImage}, and compares a recovery with it.
 */
public final class SimulatedStore implements MemberStore {

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

    private interface Task {
        void run() throws IOException;
    }

    private record Append(long generation, RecordBatch records) implements Task {
        @Override
        public void run() {
            throw new IllegalStateException("appends are done together");
        }
    }

    private record Keeping(Task task) implements Task {
        @Override
        public void run() throws IOException {
            task.run();
        }
    }

    private record Truncation(long lastIndex, Task task) implements Task {
        @Override
        public void run() throws IOException {
            task.run();
        }
    }

    private record Installation(LogPoint point, Task task) implements Task {
        @Override
        public void run() throws IOException {
            task.run();
        }
    }

    private static final long READ_BYTES = 1L << 20;

    private final SimulatedDisk disk;
    private final StorageConfig config;
    private final RecordedImage image;
    private final @Nullable Interrupted interrupted;
    private final Surroundings surroundings;
    private final ArrayDeque<Task> queue = new ArrayDeque<>();
    private final List<Append> force = new ArrayList<>();
    private @Nullable Listener listener;
    private @Nullable MemberStorage storage;
    private Outline outline = new Outline(EpochPromise.NONE, LogPoint.GENESIS);
    private @Nullable Task underWay;
    private @Nullable Interrupted broken;
    private boolean busy;
    private boolean held;
    private boolean full;
    private boolean retries;
    private boolean spaceLow;
    private boolean dead;

    /**
     * Creates a store for one life of a member.
     *
     * @param interrupted what a change that was under way when the last life ended may have left, or {@code null}
     */
    public SimulatedStore(
            SimulatedDisk disk,
            StorageConfig config,
            RecordedImage image,
            @Nullable Interrupted interrupted,
            Surroundings surroundings) {
        this.disk = disk;
        this.config = config;
        this.image = image;
        this.interrupted = interrupted;
        this.surroundings = surroundings;
    }

    /**
     * A change of the log that had perhaps happened when the power was cut.
     *
     * @param keptThrough the end of the log if it has, at most
     * @param installed the snapshot that replaces the log if it has
     */
    public record Interrupted(long keptThrough, @Nullable LogPoint installed) {}

    private Listener listener() {
        Listener present = listener;
        if (present == null) {
            throw new IllegalStateException("the storage is not open");
        }
        return present;
    }

    private MemberStorage storage() {
        MemberStorage present = storage;
        if (present == null) {
            throw new IllegalStateException("the storage is not open");
        }
        return present;
    }

    // ---- asked by the member

    @Override
    public void open(Listener newListener) {
        listener = newListener;
        enqueue(this::recover);
    }

    @Override
    public void settle(long generation) {
        surroundings.onEffect(5, generation);
        enqueue(() -> tell(() -> new StorageCompletion.Settled(generation, outline.state())));
    }

    @Override
    public void append(long generation, RecordBatch records) {
        surroundings.onEffect(6, records.last().hash());
        surroundings.onAppend(records);
        if (surroundings.has(RuntimeFlaw.APPEND_REPORTED_EARLY)) {
            listener()
                    .completed(new StorageCompletion.Appended(
                            generation, records.last().index()));
        }
        enqueue(new Append(generation, records));
    }

    @Override
    public void truncate(long generation, long lastIndex) {
        surroundings.onEffect(7, lastIndex);
        surroundings.onTruncate(lastIndex);
        enqueue(new Truncation(lastIndex, () -> {
            var end = storage().truncate(lastIndex);
            done(() -> {
                outline.truncated(
                        new LogPoint(end.epoch(), end.index(), storage().log().endHash()));
                image.truncated(lastIndex);
            });
            tell(() -> new StorageCompletion.Truncated(generation, outline.end()));
        }));
    }

    @Override
    public void persistPromise(long generation, EpochPromise promise) {
        surroundings.onEffect(9, promise.epoch());
        if (surroundings.has(RuntimeFlaw.PROMISE_REPORTED_EARLY)) {
            listener().completed(new StorageCompletion.PromisePersisted(generation, promise));
        }
        enqueue(() -> {
            if (!storage().meta().bootstrapped()) {
                storage().markBootstrapped();
            }
            storage().acceptEpoch(promise.epoch(), new AcceptedLeader(promise.leader(), promise.incarnation()));
            if (promise.voter() && !storage().mayVote()) {
                storage().markResynchronized();
            }
            done(() -> {
                outline.promised(promise);
                image.promised(promise);
            });
            if (!surroundings.has(RuntimeFlaw.PROMISE_REPORTED_EARLY)) {
                tell(() -> new StorageCompletion.PromisePersisted(generation, promise));
            }
        });
    }

    @Override
    public void install(long generation, LogPoint point, long digest, List<byte[]> content) {
        surroundings.onEffect(8, point.hash());
        surroundings.onInstall(point);
        if (surroundings.has(RuntimeFlaw.INSTALLATION_REPORTED_EARLY)) {
            listener().completed(new StorageCompletion.SnapshotInstalled(generation, point));
        }
        enqueue(new Installation(point, () -> {
            SnapshotWriter writer = storage().beginReceiving(StoredForm.of(point, digest));
            write(writer, content);
            storage().install(writer);
            done(() -> {
                outline.installed(point);
                image.installed(point);
            });
            if (!surroundings.has(RuntimeFlaw.INSTALLATION_REPORTED_EARLY)) {
                tell(() -> new StorageCompletion.SnapshotInstalled(generation, point));
            }
        }));
    }

    @Override
    public void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> content) {
        surroundings.onEffect(14, point.hash());
        surroundings.onKeepSnapshot(point, digest);
        enqueue(new Keeping(() -> {
            Snapshot snapshot = StoredForm.of(point, digest);
            try {
                SnapshotWriter writer = storage().beginSnapshot(snapshot);
                write(writer, content);
                storage().publish(writer);
            } catch (DiskFullException | StorageFullException e) {
                if (!dead) {
                    listener().snapshotAbandoned();
                }
                return;
            }
            if (storage().verify(snapshot)) {
                storage().purge();
            }
            done(() -> {
                outline.compacted(point, base);
                image.compacted(point, base);
            });
            tell(() -> new Event.SnapshotTaken(point, base));
        }));
    }

    private static void write(SnapshotWriter writer, List<byte[]> content) throws IOException {
        try {
            for (byte[] chunk : content) {
                writer.write(chunk);
            }
            writer.finish();
        } catch (DiskFullException e) {
            writer.abandon();
            throw e;
        }
    }

    @Override
    public void readSnapshot(LogPoint point, Consumer<Optional<List<byte[]>>> reader) {
        enqueue(() -> {
            Optional<List<byte[]>> found = content(point);
            if (!dead) {
                reader.accept(found);
            }
        });
    }

    @Override
    public void close() {
        queue.removeIf(task -> dead);
        if (dead) {
            listener().closed();
            return;
        }
        if (full) {
            // Nothing that waits for room was acknowledged; it is given up.
            full = false;
            busy = false;
            underWay = null;
            queue.clear();
        }
        enqueue(() -> {
            dead = true;
            storage().close();
            listener().closed();
        });
    }

    // ---- one after another

    private void enqueue(Task task) {
        if (!dead) {
            queue.add(task);
            startNext();
        }
    }

    private void startNext() {
        if (busy || held || full || dead || queue.isEmpty()) {
            return;
        }
        busy = true;
        underWay = queue.remove();
        if (underWay instanceof Append append) {
            force.add(append);
            while (queue.peek() instanceof Append more) {
                force.add(more);
                queue.remove();
            }
        }
        surroundings.later(this::finish);
    }

    private void finish() {
        Task task = underWay;
        if (dead || held || full || task == null) {
            return;
        }
        underWay = null;
        busy = false;
        try {
            perform(task);
            force.clear();
            startNext();
        } catch (DiskFullException | StorageFullException e) {
            if (storage == null) {
                fail(task, e);
            } else {
                // As the real one: it waits for room, and everything behind it waits too.
                surroundings.onFull();
                busy = true;
                underWay = task;
                full = true;
                retries = true;
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof PowerCut || surroundings.isViolation(e)) {
                throw e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
            }
            fail(task, e);
        }
    }

    private void fail(Task task, Exception cause) {
        dead = true;
        queue.clear();
        broken = leftBy(task);
        release();
        surroundings.onFailure(cause);
        listener().failed(cause);
    }

    private void release() {
        MemberStorage open = storage;
        if (open != null) {
            try {
                open.close();
            } catch (RuntimeException e) {
                // The storage is dead; the directory was given up.
                storage = null;
            }
        }
    }

    private void perform(Task task) throws IOException {
        if (task instanceof Append) {
            force(List.copyOf(force));
        } else {
            task.run();
        }
    }

    private void force(List<Append> appends) {
        for (Append append : appends) {
            // What found room before the disk was full is there already.
            long end = storage().log().end().index();
            storage()
                    .log()
                    .append(StoredForm.of(append.records()).stream()
                            .filter(record -> !retries || record.index() > end)
                            .toList());
        }
        retries = false;
        storage().log().sync();
        done(() -> {
            for (Append append : appends) {
                outline.appended(append.records());
                image.appended(append.records());
            }
        });
        if (!surroundings.has(RuntimeFlaw.APPEND_REPORTED_EARLY)) {
            for (Append append : appends) {
                long last = append.records().last().index();
                tell(() -> new StorageCompletion.Appended(append.generation(), last));
            }
        }
    }

    /** An operation has returned; nobody hears of it if it was the last one before a power cut. */
    private void done(Runnable change) {
        if (!dead) {
            change.run();
            surroundings.onDiskChanged();
        }
    }

    private void tell(Supplier<Event> completion) {
        if (!dead) {
            listener().completed(completion.get());
        }
    }

    // ---- recovery

    private void recover() throws IOException {
        MemberStorage opened = MemberStorage.open(disk, config);
        storage = opened;
        if (dead) {
            return;
        }
        LogPoint point = opened.newestSnapshot().map(StoredForm::point).orElse(LogPoint.GENESIS);
        EpochPromise promise = StoredForm.promise(opened.meta(), opened.mayVote());
        outline = new Outline(promise, point);
        List<LogRecord> records = new ArrayList<>();
        long end = opened.log().end().index();
        for (long next = point.index() + 1; next <= end; next = point.index() + 1 + records.size()) {
            opened.log().read(next, end, READ_BYTES).forEach(record -> records.add(StoredForm.read(record)));
        }
        records.forEach(outline::appended);
        compareWithImage(opened, promise);
        image.recovered(promise, point, records);
        surroundings.onRecovered(opened.report(), point, records);
        listener().recovered(new Recovered(outline.state(), load(content(point)), records, Optional.empty()));
    }

    private void compareWithImage(MemberStorage opened, EpochPromise promise) {
        if (opened.report().outcome() == RecoveryReport.Outcome.QUARANTINED || !promise.voter()) {
            return;
        }
        if (promise.epoch() < image.promise().epoch()) {
            throw surroundings.lost("promise " + image.promise() + ", found " + promise);
        }
        Interrupted change = interrupted;
        LogPoint installed = change == null ? null : change.installed();
        boolean replaced = installed != null
                && opened.newestSnapshot()
                        .map(snapshot -> snapshot.lastIndex() == installed.index())
                        .orElse(false);
        if (replaced) {
            return;
        }
        long through = change == null || installed != null
                ? image.end().index()
                : Math.min(change.keptThrough(), image.end().index());
        long found = opened.log().end().index();
        if (found < through
                || (through > image.base().index() && opened.log().hashAt(through) != image.hashAt(through))) {
            throw surroundings.lost("log up to " + image.end() + ", found one up to "
                    + opened.log().end());
        }
    }

    private static StateMachine load(Optional<List<byte[]>> content) {
        if (content.isEmpty()) {
            return new StateMachine();
        }
        SnapshotLoader loader = new SnapshotLoader();
        content.get().forEach(chunk -> loader.accept(ByteBuffer.wrap(chunk)));
        return loader.finish();
    }

    private Optional<List<byte[]>> content(LogPoint point) throws IOException {
        for (Snapshot snapshot : storage().snapshots()) {
            if (snapshot.lastIndex() == point.index() && snapshot.chainHash() == point.hash()) {
                return Optional.of(content(snapshot));
            }
        }
        return Optional.empty();
    }

    private List<byte[]> content(Snapshot snapshot) throws IOException {
        List<byte[]> content = new ArrayList<>();
        try (SnapshotReader reader = storage().open(snapshot)) {
            for (byte[] chunk = reader.readNBytes(1 << 16); chunk.length > 0; chunk = reader.readNBytes(1 << 16)) {
                content.add(chunk);
            }
        }
        return content;
    }

    // ---- faults

    /** Whether something is being done. */
    public boolean isBusy() {
        return busy;
    }

    /** Whether a truncation or a snapshot is under way. */
    public boolean isRewriting() {
        return underWay instanceof Truncation || underWay instanceof Installation || underWay instanceof Keeping;
    }

    /** Nothing finishes until {@link #release()}. */
    public void hold() {
        held = true;
    }

    /** Ends what {@link #hold} began. */
    public void resume() {
        if (held) {
            held = false;
            if (underWay != null && !dead && !full) {
                surroundings.later(this::finish);
            } else {
                startNext();
            }
        }
    }

    /** There may be room on a disk that was full. */
    public void roomMade() {
        if (full) {
            full = false;
            if (!held && !dead) {
                surroundings.later(this::finish);
            }
        }
    }

    /** The disk has less free space than the reserve, or has enough again. */
    public void spaceLow(boolean low) {
        spaceLow = low;
    }

    @Override
    public StoreHealth health() {
        return new StoreHealth(spaceLow || full, full, false, false);
    }

    /**
     * Ends this life of the store in the middle of what it does: the operation under way gets as far as some effects.
     *
     * @param effects how many effects of it happen at most
     * @return what it may have left
     */
    public @Nullable Interrupted cutPower(int effects) {
        Task task = underWay;
        underWay = null;
        if (dead) {
            return broken;
        }
        dead = true;
        queue.clear();
        if (task == null || held || full) {
            return null;
        }
        disk.cutPowerAtEffect(effects + 1);
        try {
            perform(task);
        } catch (IOException | RuntimeException e) {
            // Whatever it is, the member does not live to hear of it.
            dead = true;
        }
        return leftBy(task);
    }

    private static @Nullable Interrupted leftBy(Task task) {
        if (task instanceof Truncation truncation) {
            return new Interrupted(truncation.lastIndex(), null);
        }
        return task instanceof Installation installation ? new Interrupted(Long.MAX_VALUE, installation.point()) : null;
    }
}
