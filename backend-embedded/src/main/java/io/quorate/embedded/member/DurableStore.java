package io.quorate.embedded.member;

import io.quorate.embedded.log.AcceptedLeader;
import io.quorate.embedded.log.DirectoryLocks;
import io.quorate.embedded.log.FileChannelDisk;
import io.quorate.embedded.log.LogLimits;
import io.quorate.embedded.log.MemberStorage;
import io.quorate.embedded.log.Meta;
import io.quorate.embedded.log.Snapshot;
import io.quorate.embedded.log.SnapshotReader;
import io.quorate.embedded.log.SnapshotWriter;
import io.quorate.embedded.log.StorageConfig;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.StorageCompletion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a member's data in a directory, on a thread of its own.
 *
 * <p>The thread takes all that waits, appends it, and makes it durable by one force; what the force covers is then reported
 * at once. After a failure it does nothing more.
 */
final class DurableStore implements MemberStore, Runnable {

    private static final Logger log = LoggerFactory.getLogger(DurableStore.class);
    private static final DirectoryLocks LOCKS = new DirectoryLocks();
    private static final long READ_BYTES = 4L << 20;

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

    private final Path directory;
    private final int id;
    private final int members;
    private final LongSupplier nanoTime;
    private final LongSupplier wallMillis;
    private final LinkedBlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;
    private @Nullable Listener listener;

    // Confined to the storage's thread.
    private @Nullable MemberStorage storage;
    private Outline outline = new Outline(EpochPromise.NONE, LogPoint.GENESIS);
    private boolean failed;
    private boolean closed;

    DurableStore(Path directory, int id, int members, LongSupplier nanoTime, LongSupplier wallMillis) {
        this.directory = directory;
        this.id = id;
        this.members = members;
        this.nanoTime = nanoTime;
        this.wallMillis = wallMillis;
        this.thread = new Thread(this, "quorate-storage-" + id);
        thread.setDaemon(true);
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
            storage().acceptEpoch(promise.epoch(), new AcceptedLeader(promise.leader(), promise.incarnation()));
            if (promise.voter() && !storage().mayVote()) {
                storage().markResynchronized();
            }
            outline.promised(promise);
            listener().completed(new StorageCompletion.PromisePersisted(generation, promise));
        });
    }

    @Override
    public void install(long generation, LogPoint point, long digest, List<byte[]> content) {
        tasks.add(() -> {
            SnapshotWriter writer =
                    storage().beginReceiving(new Snapshot(point.index(), point.epoch(), point.hash(), digest));
            write(writer, content);
            storage().install(writer);
            outline.installed(point);
            listener().completed(new StorageCompletion.SnapshotInstalled(generation, point));
        });
    }

    @Override
    public void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> content) {
        tasks.add(() -> {
            Snapshot snapshot = new Snapshot(point.index(), point.epoch(), point.hash(), digest);
            SnapshotWriter writer = storage().beginSnapshot(snapshot);
            write(writer, content);
            storage().publish(writer);
            if (storage().verify(snapshot)) {
                storage().purge();
            }
            outline.compacted(point, base);
            listener().completed(new Event.SnapshotTaken(point, base));
        });
    }

    private static void write(SnapshotWriter writer, List<byte[]> content) throws IOException {
        for (byte[] chunk : content) {
            writer.write(chunk);
        }
        writer.finish();
    }

    @Override
    public void readSnapshot(Consumer<List<byte[]>> reader) {
        tasks.add(() -> reader.accept(newestSnapshot()));
    }

    @Override
    public void close() {
        tasks.add(() -> closed = true);
    }

    // ---- on the storage's thread

    @Override
    public void run() {
        List<Task> taken = new ArrayList<>();
        while (!closed) {
            try {
                taken.clear();
                taken.add(tasks.take());
                tasks.drainTo(taken);
                if (!failed) {
                    perform(taken);
                } else {
                    closed = taken.stream().anyMatch(task -> !(task instanceof Append)) && tasks.isEmpty();
                }
            } catch (InterruptedException e) {
                log.warn("{} was interrupted and goes on", thread.getName());
            } catch (IOException | RuntimeException e) {
                failed = true;
                closed = storage == null;
                listener().failed(e);
            }
        }
        release();
        listener().closed();
    }

    private void release() {
        MemberStorage open = storage;
        if (open != null) {
            try {
                open.close();
            } catch (RuntimeException e) {
                log.error("the data directory of member {} could not be closed in good order", id, e);
            }
        }
    }

    private void perform(List<Task> batch) throws IOException {
        List<Append> appends = new ArrayList<>();
        for (Task task : batch) {
            if (task instanceof Append append) {
                appends.add(append);
            } else {
                force(appends);
                task.run();
            }
        }
        force(appends);
    }

    private void force(List<Append> appends) {
        if (appends.isEmpty()) {
            return;
        }
        for (Append append : appends) {
            storage().log().append(stored(append.records()));
        }
        storage().log().sync();
        for (Append append : appends) {
            outline.appended(append.records());
        }
        for (int i = 0; i < appends.size(); i++) {
            Append append = appends.get(i);
            if (i + 1 == appends.size() || appends.get(i + 1).generation() != append.generation()) {
                listener()
                        .completed(new StorageCompletion.Appended(
                                append.generation(), append.records().last().index()));
            }
        }
        appends.clear();
    }

    private static List<io.quorate.embedded.log.LogRecord> stored(RecordBatch batch) {
        List<io.quorate.embedded.log.LogRecord> records = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            LogRecord record = batch.get(i);
            records.add(new io.quorate.embedded.log.LogRecord(
                    record.epoch(),
                    record.index(),
                    record.prevHash(),
                    record.type() == RecordType.NEWLEADER
                            ? io.quorate.embedded.log.RecordType.NEWLEADER
                            : io.quorate.embedded.log.RecordType.TXN,
                    record.payload()));
        }
        return records;
    }

    private static LogRecord fromStore(io.quorate.embedded.log.LogRecord record) {
        byte[] payload = new byte[record.body().remaining()];
        record.body().get(payload);
        return new LogRecord(
                record.epoch(),
                record.index(),
                record.prevHash(),
                record.type() == io.quorate.embedded.log.RecordType.NEWLEADER ? RecordType.NEWLEADER : RecordType.TXN,
                payload);
    }

    private void recover() throws IOException {
        EnsembleDirectory ensemble = EnsembleDirectory.open(directory, members);
        StorageConfig config = new StorageConfig(
                ensemble.clusterId(), id, members == 1, ensemble.isNew(id), wallMillis, nanoTime, LogLimits.DEFAULT);
        MemberStorage opened = MemberStorage.open(FileChannelDisk.open(ensemble.member(id), LOCKS), config);
        storage = opened;
        ensemble.noteStarted(id);
        LogPoint point = opened.newestSnapshot()
                .map(snapshot -> new LogPoint(snapshot.lastEpoch(), snapshot.lastIndex(), snapshot.chainHash()))
                .orElse(LogPoint.GENESIS);
        outline = new Outline(promise(opened.meta(), opened.mayVote()), point);
        List<LogRecord> records = new ArrayList<>();
        long end = opened.log().end().index();
        for (long next = point.index() + 1; next <= end; next = point.index() + 1 + records.size()) {
            opened.log().read(next, end, READ_BYTES).forEach(record -> records.add(fromStore(record)));
        }
        records.forEach(outline::appended);
        listener().recovered(new Recovered(outline.state(), newestSnapshot(), records));
    }

    private static EpochPromise promise(Meta meta, boolean voter) {
        AcceptedLeader leader = meta.acceptedLeader();
        return leader == null
                ? new EpochPromise(meta.acceptedEpoch(), 0, 0, voter)
                : new EpochPromise(meta.acceptedEpoch(), (int) leader.nodeId(), leader.incarnation(), voter);
    }

    private List<byte[]> newestSnapshot() throws IOException {
        var newest = storage().newestSnapshot();
        if (newest.isEmpty()) {
            return List.of();
        }
        List<byte[]> content = new ArrayList<>();
        try (SnapshotReader reader = storage().open(newest.get())) {
            for (byte[] chunk = reader.readNBytes(1 << 16); chunk.length > 0; chunk = reader.readNBytes(1 << 16)) {
                content.add(chunk);
            }
        }
        return content;
    }
}
