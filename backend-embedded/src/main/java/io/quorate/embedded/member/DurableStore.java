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
import io.quorate.embedded.zab.StorageCompletion;
import java.io.IOException;
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
 * Keeps a member's data in a directory, on a thread of its own.
 *
 * <p>The thread takes all that waits, appends it, and makes it durable by one force; what the force covers is then reported
 * at once. The content of snapshots is written and read back by a second thread that lives as long as one snapshot takes, so
 * that appends need not wait for it. After a failure nothing more is written: what is durable can only be told by recovering
 * from the disk, in another life of the member.
 */
final class DurableStore implements MemberStore {

    private static final Logger log = LoggerFactory.getLogger(DurableStore.class);

    /** Something to do on the storage's thread; an append is told apart, because several share a force. */
    private interface Task {
        void run() throws IOException;
    }

    private record Append(long generation, RecordBatch records) implements Task {
        @Override
        public void run() {
            throw new IllegalStateException("appends are done together");
        }
    }

    private final DurableRecovery recovery;
    private final DiskWatch watch;
    private final LinkedBlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final RoomGate gate;
    private @Nullable Listener listener;
    private volatile boolean closing;

    // Confined to the storage's thread.
    private @Nullable MemberStorage storage;
    private Outline outline = new Outline(EpochPromise.NONE, LogPoint.GENESIS);
    private final List<Thread> snapshotThreads = new ArrayList<>();
    private long installations;
    private boolean failed;
    private boolean closed;

    DurableStore(DurableRecovery recovery, DiskWatch watch) {
        this.recovery = recovery;
        this.watch = watch;
        this.thread = new Thread(this::run, "quorate-storage-" + recovery.member());
        thread.setDaemon(true);
        this.gate = new RoomGate(watch, thread);
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

    @Override
    public void open(Listener newListener) {
        listener = newListener;
        tasks.add(this::recover);
        thread.start();
    }

    @Override
    public void settle(long generation) {
        tasks.add(() -> listener().completed(new StorageCompletion.Settled(generation, outline.state())));
    }

    @Override
    public void append(long generation, RecordBatch records) {
        tasks.add(new Append(generation, records));
    }

    @Override
    public void truncate(long generation, long lastIndex) {
        tasks.add(() -> {
            var end = storage().truncate(lastIndex);
            outline.truncated(
                    new LogPoint(end.epoch(), end.index(), storage().log().endHash()));
            listener().completed(new StorageCompletion.Truncated(generation, outline.end()));
        });
    }

    @Override
    public void persistPromise(long generation, EpochPromise promise) {
        tasks.add(() -> {
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
    public void install(long generation, LogPoint point, long digest, List<byte[]> content) {
        tasks.add(() -> {
            installations++;
            SnapshotWriter writer = receive(StoredForm.of(point, digest), content);
            if (writer != null) {
                storage().install(writer);
                outline.installed(point);
                listener().completed(new StorageCompletion.SnapshotInstalled(generation, point));
            }
        });
    }

    /** Writes a received snapshot, if need be as soon as there is room; returns {@code null} if the storage is to be closed. */
    private @Nullable SnapshotWriter receive(Snapshot snapshot, List<byte[]> content) throws IOException {
        watch.begin();
        try {
            while (true) {
                try {
                    return fill(storage().beginReceiving(snapshot), content);
                } catch (DiskFullException | StorageFullException e) {
                    if (!gate.awaitRoom(storage(), e)) {
                        closed = true;
                        return null;
                    }
                    watch.begin();
                }
            }
        } finally {
            watch.end();
        }
    }

    private static SnapshotWriter fill(SnapshotWriter writer, List<byte[]> content) throws IOException {
        try {
            for (byte[] chunk : content) {
                SnapshotChunks.write(writer, chunk);
            }
            writer.finish();
            return writer;
        } catch (DiskFullException e) {
            writer.abandon();
            throw e;
        }
    }

    @Override
    public void readSnapshot(LogPoint point, Consumer<Optional<List<byte[]>>> reader) {
        tasks.add(() -> reader.accept(recovery.content(storage(), point)));
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
        tasks.add(() -> storage().condemn(reason));
    }

    @Override
    public void close() {
        // In this order: whoever takes the task must find that this is the end.
        closing = true;
        tasks.add(() -> closed = true);
        gate.close();
    }

    // ---- snapshots

    @Override
    public void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> content) {
        tasks.add(() -> {
            SnapshotWriter writer;
            try {
                writer = storage().beginSnapshot(StoredForm.of(point, digest));
            } catch (StorageFullException e) {
                abandoned(e);
                return;
            }
            long begun = installations;
            inBackground(() -> fillAndPublish(writer, content, base, begun));
        });
    }

    private void inBackground(Runnable work) {
        snapshotThreads.removeIf(old -> !old.isAlive());
        Thread worker = new Thread(work, "quorate-snapshot-" + recovery.member());
        worker.setDaemon(true);
        snapshotThreads.add(worker);
        worker.start();
    }

    /** On the thread of the snapshot. */
    private void fillAndPublish(SnapshotWriter writer, List<byte[]> content, LogPoint base, long begun) {
        try {
            for (byte[] chunk : content) {
                if (closing) {
                    writer.abandon();
                    return;
                }
                SnapshotChunks.write(writer, chunk);
            }
            writer.finish();
            tasks.add(() -> publish(writer, base, begun));
        } catch (DiskFullException e) {
            writer.abandon();
            tasks.add(() -> abandoned(e));
        } catch (IOException | RuntimeException e) {
            tasks.add(() -> {
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
        // Only what could be read back makes older files superfluous.
        inBackground(() -> {
            open.verify(snapshot);
            tasks.add(open::purge);
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

    private void run() {
        List<Task> taken = new ArrayList<>();
        while (!closed) {
            try {
                take(taken);
                perform(taken);
            } catch (InterruptedException e) {
                log.warn("{} was interrupted and goes on", thread.getName());
            } catch (IOException | RuntimeException e) {
                failed = true;
                listener().failed(e);
                awaitClose();
            }
        }
        release();
        listener().closed();
    }

    private void take(List<Task> taken) throws InterruptedException {
        taken.clear();
        Task first = tasks.poll(DiskWatch.measureMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            taken.add(first);
            tasks.drainTo(taken);
        }
        if (storage != null) {
            watch.measureSpace(storage);
        }
    }

    /** A failed storage does nothing any more, whatever it is asked for, until its member lets go of it. */
    private void awaitClose() {
        while (!closing) {
            try {
                tasks.take();
            } catch (InterruptedException e) {
                log.warn("{} was interrupted and goes on", thread.getName());
            }
        }
        closed = true;
    }

    private void release() {
        MemberStorage open = storage;
        if (open == null) {
            return;
        }
        try {
            for (Thread worker : snapshotThreads) {
                worker.join();
            }
            open.close();
        } catch (InterruptedException e) {
            log.warn("{} was interrupted while it waited for a snapshot", thread.getName());
        } catch (RuntimeException e) {
            if (!failed) {
                log.error("the data directory of member {} could not be closed in good order", recovery.member(), e);
            }
        }
    }

    private void perform(List<Task> batch) throws IOException {
        List<Append> appends = new ArrayList<>();
        for (Task task : batch) {
            if (task instanceof Append append) {
                appends.add(append);
                continue;
            }
            force(appends);
            if (closed) {
                return;
            }
            task.run();
        }
        force(appends);
    }

    private void force(List<Append> appends) {
        if (appends.isEmpty() || closed) {
            return;
        }
        watch.begin();
        try {
            for (Append append : appends) {
                if (!append(StoredForm.of(append.records()))) {
                    closed = true;
                    return;
                }
            }
            storage().log().sync();
        } finally {
            watch.end();
        }
        for (Append append : appends) {
            outline.appended(append.records());
        }
        report(appends);
        appends.clear();
    }

    /** Appends records, if need be as soon as there is room; returns false if the storage is to be closed. */
    private boolean append(List<LogRecord> records) {
        TransactionLog file = storage().log();
        List<LogRecord> rest = records;
        while (true) {
            try {
                file.append(rest);
                return true;
            } catch (StorageFullException e) {
                long end = file.end().index();
                rest = rest.stream().filter(record -> record.index() > end).toList();
                if (!gate.awaitRoom(storage(), e)) {
                    return false;
                }
                watch.begin();
            }
        }
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
    }
}
