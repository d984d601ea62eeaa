package io.quorate.embedded.member;

import io.quorate.embedded.log.AcceptedLeader;
import io.quorate.embedded.log.DiskFullException;
import io.quorate.embedded.log.LogRecord;
import io.quorate.embedded.log.MemberStorage;
import io.quorate.embedded.log.Snapshot;
import io.quorate.embedded.log.SnapshotWriter;
import io.quorate.embedded.log.StorageFullException;
import io.quorate.embedded.log.TransactionLog;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.Roster;
import io.quorate.embedded.zab.StorageCompletion;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a member's data in a directory.
 *
 * <p>It has no thread of its own. Its {@link Runner} calls {@link #take} and {@link #perform} in turn: all that waits is
 * taken, appended, and made durable by one force; what the force covers is then reported at once. The content of snapshots is
 * written and read back beside that, so that appends need not wait for it. After a failure nothing more is written: what is
 * durable can only be told by recovering from the disk, in another life of the member.
 */
final class DurableStore implements MemberStore {

    private static final Logger log = LoggerFactory.getLogger(DurableStore.class);

    /** Something to do on the storage's thread; an append is told apart, because several share a force. */
    private interface Task {
        void run() throws IOException;

        /** Whether it is tried again, later, if there is no room for it. */
        default boolean needsRoom() {
            return false;
        }
    }

    private record Append(long generation, RecordBatch records) implements Task {
        @Override
        public void run() {
            throw new IllegalStateException("appends are done together");
        }

        @Override
        public boolean needsRoom() {
            return true;
        }
    }

    /** What lets a store do its work: threads, or a simulation by hand. */
    interface Runner {

        /** From now on the store is to be asked to take and to perform, until it has ended; by one thread, the storage's. */
        void begin(DurableStore store);

        /** Something waits to be taken. Called by any thread. */
        void offered();

        /** Records are durable, which is told next; {@code idle} if nothing else waits. Called on the storage's thread. */
        default void telling(boolean idle) {}

        /** Lets work begin that may run at the same time as the storage's thread, from which this is called. */
        void beside(Runnable work);

        /** Waits until all work beside the storage's thread has ended. */
        void awaitBeside() throws InterruptedException;
    }

    /** A received snapshot, which is to replace everything. */
    private final class Installation implements Task {
        private final long generation;
        private final Received snapshot;

        Installation(long generation, Received snapshot) {
            this.generation = generation;
            this.snapshot = snapshot;
        }

        @Override
        public void run() throws IOException {
            installations++;
            LogPoint point = snapshot.point();
            SnapshotWriter writer =
                    fill(storage().beginReceiving(StoredForm.of(point, snapshot.digest())), snapshot.content());
            storage().install(writer);
            outline.installed(point, snapshot.roster());
            listener().completed(new StorageCompletion.SnapshotInstalled(generation, point));
        }

        @Override
        public boolean needsRoom() {
            return true;
        }
    }

    private final DurableRecovery recovery;
    private final DiskWatch watch;
    private final Runner runner;
    private final LinkedBlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private @Nullable Listener listener;
    private volatile boolean closing;

    // Confined to the storage's thread.
    private final ArrayDeque<Task> taken = new ArrayDeque<>();
    private boolean waiting;
    private @Nullable MemberStorage storage;
    private Outline outline = new Outline(EpochPromise.NONE, LogPoint.GENESIS, 0, Roster.EMPTY);
    private long installations;
    private boolean failed;
    private boolean closed;

    DurableStore(DurableRecovery recovery, DiskWatch watch, Runner runner) {
        this.recovery = recovery;
        this.watch = watch;
        this.runner = runner;
    }

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

    private void offer(Task task) {
        tasks.add(task);
        runner.offered();
    }

    @Override
    public void open(Listener newListener) {
        listener = newListener;
        tasks.add(this::recover);
        runner.begin(this);
    }

    @Override
    public void settle(long generation) {
        offer(() -> listener().completed(new StorageCompletion.Settled(generation, outline.state())));
    }

    @Override
    public void append(long generation, RecordBatch records) {
        offer(new Append(generation, records));
    }

    @Override
    public void truncate(long generation, long lastIndex) {
        offer(() -> {
            var end = storage().truncate(lastIndex);
            outline.truncated(
                    new LogPoint(end.epoch(), end.index(), storage().log().endHash()));
            listener().completed(new StorageCompletion.Truncated(generation, outline.end()));
        });
    }

    @Override
    public void persistPromise(long generation, EpochPromise promise) {
        offer(() -> {
            MemberStorage open = storage();
            if (!open.meta().bootstrapped()) {
                // The first promise is the first time that others may count on what this member keeps.
                open.markBootstrapped();
            }
            open.acceptEpoch(promise.epoch(), new AcceptedLeader(promise.leader(), promise.incarnation()));
            if (promise.voter() && !open.mayVote()) {
                open.markResynchronized();
            }
            outline.promised(promise);
            listener().completed(new StorageCompletion.PromisePersisted(generation, promise));
        });
    }

    @Override
    public void install(long generation, Received snapshot) {
        offer(new Installation(generation, snapshot));
    }

    /** Finishes a snapshot, or gives it up and holds no file open for it. */
    private static SnapshotWriter fill(SnapshotWriter writer, List<byte[]> content) throws IOException {
        try (writer) {
            for (byte[] chunk : content) {
                SnapshotChunks.write(writer, chunk);
            }
            writer.finish();
            return writer;
        }
    }

    @Override
    public void readSnapshot(LogPoint point, Consumer<Optional<List<byte[]>>> reader) {
        offer(() -> reader.accept(recovery.content(storage(), point)));
    }

    @Override
    public StoreHealth health() {
        return watch.health();
    }

    @Override
    public Optional<DiskFigures> figures() {
        return Optional.of(watch.figures());
    }

    @Override
    public void condemn(String reason) {
        offer(() -> storage().condemn(reason));
    }

    @Override
    public void close() {
        // In this order: whoever takes the task must find that this is the end.
        closing = true;
        offer(() -> closed = true);
    }

    // ---- snapshots

    @Override
    public void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> content) {
        offer(() -> {
            SnapshotWriter writer;
            try {
                writer = storage().beginSnapshot(StoredForm.of(point, digest));
            } catch (StorageFullException e) {
                abandoned(e);
                return;
            }
            long begun = installations;
            runner.beside(() -> fillAndPublish(writer, content, base, begun));
        });
    }

    /** Beside the storage's thread. */
    private void fillAndPublish(SnapshotWriter writer, List<byte[]> content, LogPoint base, long begun) {
        try (writer) {
            for (byte[] chunk : content) {
                if (closing) {
                    return;
                }
                SnapshotChunks.write(writer, chunk);
            }
            writer.finish();
            offer(() -> publish(writer, base, begun));
        } catch (DiskFullException e) {
            offer(() -> abandoned(e));
        } catch (IOException | RuntimeException e) {
            offer(() -> {
                throw new IOException("writing " + writer.snapshot() + " failed: " + e.getMessage(), e);
            });
        }
    }

    private void publish(SnapshotWriter writer, LogPoint base, long begun) {
        if (begun != installations) {
            writer.abandon();
            listener().snapshotAbandoned();
            return;
        }
        MemberStorage open = storage();
        Snapshot snapshot = writer.snapshot();
        open.publish(writer);
        LogPoint point = StoredForm.point(snapshot);
        outline.compacted(point, base);
        listener().completed(new Event.SnapshotTaken(point, base));
        purgeBeside(open);
    }

    /** Deletes old snapshots and segments: only what could be read back makes older files superfluous. */
    private void purgeBeside(MemberStorage open) {
        runner.beside(() -> {
            open.verifyKept();
            offer(open::purge);
        });
    }

    private void abandoned(Exception cause) {
        log.warn(
                "member {} has no room for a snapshot, and keeps its log instead: {}",
                recovery.member(),
                cause.getMessage());
        listener().snapshotAbandoned();
    }

    // ---- on the storage's thread

    /**
     * Takes all that waits.
     *
     * @param millis how long to wait for something, at most
     * @return whether there is anything to perform
     */
    boolean take(long millis) throws InterruptedException {
        Task first = millis > 0 ? tasks.poll(millis, TimeUnit.MILLISECONDS) : tasks.poll();
        if (first == null) {
            return false;
        }
        taken.add(first);
        tasks.drainTo(taken);
        if (taken.stream().anyMatch(Task::needsRoom)) {
            watch.begin();
        }
        return true;
    }

    /** Does what was taken, as far as there is room for it; without anything, it looks how much room there is. */
    void perform() {
        try {
            measureSpace();
            if (!failed && (!waiting || mayTryAgain())) {
                performTaken();
                waiting = false;
                watch.end();
            }
        } catch (DiskFullException | StorageFullException e) {
            Task head = taken.peek();
            if (storage != null && head != null && head.needsRoom()) {
                // Nothing that was asked for is dropped, and nothing behind it comes first: it is tried again later.
                waiting = true;
                watch.full(String.valueOf(e.getMessage()));
            } else {
                fail(e);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        // What failed does nothing any more, whatever it is asked for; what waits for room gives up when its member
        // lets go.
        closed |= closing && (failed || waiting);
        if (failed || closed) {
            taken.clear();
        }
        if (closed) {
            release();
            listener().closed();
        }
    }

    private void fail(Exception cause) {
        failed = true;
        watch.end();
        listener().failed(cause);
    }

    /** Returns whether there will be nothing to do any more. */
    boolean hasEnded() {
        return closed;
    }

    /** Returns whether what was taken waits for room; it is to be performed again after a while. */
    boolean waitsForRoom() {
        return waiting && !closed;
    }

    private boolean mayTryAgain() {
        if (watch.isSpaceLow()) {
            return false;
        }
        watch.begin();
        return true;
    }

    private void measureSpace() {
        if (storage != null && !failed && !closed) {
            watch.measureSpace(storage);
        }
    }

    private void release() {
        MemberStorage open = storage;
        if (open == null) {
            return;
        }
        try {
            runner.awaitBeside();
            open.close();
        } catch (InterruptedException e) {
            log.warn("the storage of member {} was interrupted while it waited for a snapshot", recovery.member());
        } catch (RuntimeException e) {
            if (!failed) {
                log.error("the data directory of member {} could not be closed in good order", recovery.member(), e);
            }
        }
    }

    private void performTaken() throws IOException {
        while (!closed && !taken.isEmpty()) {
            if (taken.peek() instanceof Append) {
                force();
            } else {
                taken.element().run();
                taken.remove();
            }
        }
    }

    /** Appends all that is to be appended before anything else happens, and makes it durable. */
    private void force() {
        watch.goOn();
        List<Append> appends = new ArrayList<>();
        for (Task task : taken) {
            if (!(task instanceof Append append)) {
                break;
            }
            append(StoredForm.of(append.records()));
            appends.add(append);
        }
        storage().log().sync();
        watch.end();
        for (Append append : appends) {
            taken.remove();
            outline.appended(append.records());
        }
        runner.telling(taken.isEmpty() && tasks.isEmpty());
        report(appends);
    }

    /** Appends records, but for those that found room before the disk was full. */
    private void append(List<LogRecord> records) {
        TransactionLog file = storage().log();
        long end = file.end().index();
        file.append(
                waiting
                        ? records.stream()
                                .filter(record -> record.index() > end)
                                .toList()
                        : records);
    }

    private void report(List<Append> appends) {
        for (int i = 0; i < appends.size(); i++) {
            Append append = appends.get(i);
            if (i + 1 == appends.size() || appends.get(i + 1).generation() != append.generation()) {
                listener()
                        .completed(new StorageCompletion.Appended(
                                append.generation(), append.records().last().index()));
            }
        }
    }

    private void recover() throws IOException {
        DurableRecovery.Found found = recovery.open();
        storage = found.storage();
        outline = found.outline();
        Recovered recovered = recovery.read(found);
        listener().recovered(recovered);
        if (storage().keepsMoreThanNeeded()) {
            // Whoever dies before it could purge, life after life, would keep all snapshots that it ever took.
            purgeBeside(storage());
        }
    }
}
