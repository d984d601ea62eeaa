package io.quorate.embedded.sim;

import io.quorate.embedded.zab.DurableState;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.History;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;
import io.quorate.embedded.zab.Roster;
import io.quorate.embedded.zab.StorageCompletion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disk of one member: what a power cut would leave, and the operations under way.
 *
 * <p>Operations happen one after another. At a power cut, a prefix of the records being written is there; another
 * operation under way has happened or has not; queued ones have not.
 */
final class SimDisk implements DurableImage {

    private final Timeline timeline;
    private final DiskFlaw flaw;
    private final ArrayDeque<Operation> queue = new ArrayDeque<>();
    private Pace pace;
    private Consumer<Event> completions = e -> {};
    private Runnable onChange = () -> {};
    private boolean busy;
    private boolean held;
    private boolean failing;

    /** After a failure nothing more is done, until the member starts again from what is on the disk. */
    private boolean broken;

    private long mounts;
    private long attempts;
    private long written;

    private LogPoint base = LogPoint.GENESIS;
    private LogPoint snapshot = LogPoint.GENESIS;
    private EpochPromise promise = EpochPromise.NONE;
    private Roster rosterAtBase = Roster.EMPTY;
    private final List<LogRecord> log = new ArrayList<>();
    private long number = 1;

    /** Disks that were in use, and the number of those that there have been. */
    private final List<Shelved> shelf = new ArrayList<>();

    private long numbers = 1;

    /** A disk that is not in use. */
    private record Shelved(
            long number, EpochPromise promise, LogPoint base, LogPoint snapshot, Roster roster, List<LogRecord> log) {}

    /** One thing to do: what is appended, or something else to be done at once or not at all. */
    private record Operation(
            long generation,
            @Nullable RecordBatch append,
            @Nullable Runnable change,
            boolean rewrites,
            Consumer<Operation> done) {}

    SimDisk(Timeline timeline, Pace pace, DiskFlaw flaw) {
        this.timeline = timeline;
        this.pace = pace;
        this.flaw = flaw;
    }

    void pace(Pace newPace) {
        pace = newPace;
    }

    /** Connects the disk to a member that starts, and to whoever wants to know of each change of the durable image. */
    void mount(Consumer<Event> newCompletions, Runnable newOnChange) {
        mounts++;
        completions = newCompletions;
        onChange = newOnChange;
        queue.clear();
        busy = false;
        failing = false;
        broken = false;
    }

    // What a power cut would leave.

    DurableState image() {
        return new DurableState(promise, new History(base, epochStarts(), end()), snapshot, number, roster());
    }

    private Roster roster() {
        Roster roster = rosterAtBase;
        for (LogRecord record : log) {
            roster = roster.after(record);
        }
        return roster;
    }

    @Override
    public long disk() {
        return number;
    }

    private List<LogPoint> epochStarts() {
        List<LogPoint> starts = new ArrayList<>();
        for (LogRecord record : log) {
            if (record.type() == RecordType.NEWLEADER) {
                starts.add(record.point());
            }
        }
        return starts;
    }

    @Override
    public LogPoint end() {
        return log.isEmpty() ? base : log.get(log.size() - 1).point();
    }

    @Override
    public LogPoint base() {
        return base;
    }

    @Override
    public LogPoint snapshot() {
        return snapshot;
    }

    @Override
    public EpochPromise promise() {
        return promise;
    }

    @Override
    public LogRecord record(long index) {
        return log.get((int) (index - base.index() - 1));
    }

    @Override
    public long hashAt(long index) {
        return index == base.index() ? base.hash() : record(index).hash();
    }

    RecordBatch read(long from, long to) {
        return RecordBatch.of(log.subList((int) (from - base.index() - 1), (int) (to - base.index())));
    }

    @Override
    public List<LogRecord> records() {
        return log;
    }

    // Operations.

    void append(long generation, RecordBatch records) {
        enqueue(new Operation(generation, records, null, false, op -> {
            if (flaw != DiskFlaw.APPEND_REPORTED_EARLY) {
                completions.accept(new StorageCompletion.Appended(
                        generation, records.last().index()));
            }
        }));
        if (flaw == DiskFlaw.APPEND_REPORTED_EARLY) {
            soon(new StorageCompletion.Appended(generation, records.last().index()));
        }
    }

    void truncate(long generation, long lastIndex) {
        enqueue(new Operation(
                generation,
                null,
                () -> dropAfter(lastIndex),
                true,
                op -> completions.accept(new StorageCompletion.Truncated(generation, end()))));
    }

    /** Replaces log and snapshot; the member's state follows as soon as that is durable. */
    void installSnapshot(long generation, LogPoint point, Roster roster, Runnable restore) {
        Runnable change = () -> {
            log.clear();
            rosterAtBase = roster;
            base = point;
            snapshot = point;
            restore.run();
        };
        if (flaw == DiskFlaw.SNAPSHOT_REPORTED_EARLY) {
            soon(new StorageCompletion.SnapshotInstalled(generation, point));
            enqueue(new Operation(generation, null, change, true, op -> {}));
            return;
        }
        enqueue(new Operation(
                generation,
                null,
                change,
                true,
                op -> completions.accept(new StorageCompletion.SnapshotInstalled(generation, point))));
    }

    void persistPromise(long generation, EpochPromise newPromise) {
        StorageCompletion done = new StorageCompletion.PromisePersisted(generation, newPromise);
        boolean early = flaw == DiskFlaw.PROMISE_REPORTED_EARLY;
        enqueue(new Operation(generation, null, () -> promise = newPromise, false, op -> {
            if (!early) {
                completions.accept(done);
            }
        }));
        if (early) {
            soon(done);
        }
    }

    void settle(long generation) {
        if (flaw == DiskFlaw.QUEUED_REPORTED_AS_SETTLED) {
            soon(new StorageCompletion.Settled(generation, imageWithQueued()));
            return;
        }
        if (pace.dropsStaleWrites()) {
            while (queue.size() > (busy ? 1 : 0) && queue.getLast().append() != null) {
                queue.removeLast();
            }
        }
        enqueue(new Operation(
                generation,
                null,
                () -> {},
                false,
                op -> completions.accept(new StorageCompletion.Settled(generation, image()))));
    }

    private DurableState imageWithQueued() {
        List<LogPoint> starts = epochStarts();
        LogPoint end = end();
        for (Operation op : queue) {
            if (op.append() != null && op.append().first().prevHash() == end.hash()) {
                for (int i = 0; i < op.append().size(); i++) {
                    LogRecord record = op.append().get(i);
                    end = record.point();
                    if (record.type() == RecordType.NEWLEADER) {
                        starts.add(end);
                    }
                }
            }
        }
        return new DurableState(promise, new History(base, starts, end), snapshot, number, roster());
    }

    /** The member has a snapshot of its state at an index it applied, and drops older records. */
    void compact(long snapshotIndex, long baseIndex) {
        LogPoint newSnapshot = pointAt(snapshotIndex);
        LogPoint newBase = pointAt(baseIndex);
        List<LogRecord> dropped = log.subList(0, (int) (baseIndex - base.index()));
        for (LogRecord record : dropped) {
            rosterAtBase = rosterAtBase.after(record);
        }
        dropped.clear();
        base = newBase;
        snapshot = newSnapshot;
        onChange.run();
    }

    private LogPoint pointAt(long index) {
        return index == base.index() ? base : record(index).point();
    }

    private void dropAfter(long lastIndex) {
        log.subList((int) (lastIndex - base.index()), log.size()).clear();
    }

    private void enqueue(Operation op) {
        if (!broken) {
            queue.add(op);
            startNext();
        }
    }

    private void soon(Event completion) {
        long mount = mounts;
        timeline.after(0, () -> {
            if (mount == mounts) {
                completions.accept(completion);
            }
        });
    }

    private void startNext() {
        if (busy || held || queue.isEmpty()) {
            return;
        }
        busy = true;
        long mount = mounts;
        long attempt = ++attempts;
        timeline.after(pace.fsyncTime(), () -> {
            if (mount == mounts && attempt == attempts && !held) {
                finish();
            }
        });
    }

    private void finish() {
        busy = false;
        Operation op = queue.remove();
        if (failing && flaw != DiskFlaw.FAILURE_IGNORED) {
            partly(op);
            queue.clear();
            broken = true;
            completions.accept(new Event.StorageFailed("fsync"));
            return;
        }
        if (!failing) {
            perform(op);
        }
        failing = false;
        onChange.run();
        op.done().accept(op);
        startNext();
    }

    private void perform(Operation op) {
        RecordBatch append = op.append();
        if (append != null) {
            write(append, append.size());
        } else if (op.change() != null) {
            op.change().run();
        }
    }

    private void write(RecordBatch batch, int count) {
        for (int i = 0; i < count; i++) {
            log.add(flaw == DiskFlaw.RECORD_ALTERED && ++written % 40 == 0 ? altered(batch.get(i)) : batch.get(i));
        }
    }

    private static LogRecord altered(LogRecord record) {
        return new LogRecord(record.epoch(), record.index(), record.prevHash(), record.type(), new byte[] {1});
    }

    private void partly(Operation op) {
        RecordBatch append = op.append();
        if (append != null) {
            write(append, pace.survivors(append.size()));
        } else if (op.change() != null && pace.finishedInTime()) {
            op.change().run();
        }
        onChange.run();
    }

    // Faults.

    /** The power is cut: what was under way is there in part, what was queued is not. */
    void cutPower() {
        Operation underWay = busy ? queue.peek() : null;
        mounts++;
        queue.clear();
        busy = false;
        completions = e -> {};
        if (underWay != null) {
            partly(underWay);
        }
    }

    boolean isBusy() {
        return !queue.isEmpty();
    }

    /** Whether a truncation or a snapshot is under way. */
    boolean isRewriting() {
        Operation underWay = queue.peek();
        return busy && underWay != null && underWay.rewrites();
    }

    /** The next operation fails. */
    void failNext() {
        failing = true;
    }

    /** The disk works again. */
    void recover() {
        failing = false;
    }

    /** Nothing finishes until {@link #release}. */
    void hold() {
        held = true;
    }

    void release() {
        if (held) {
            held = false;
            busy = false;
            startNext();
        }
    }

    /** The disk is replaced by an empty one; the member is told so when it starts. */
    void wipe() {
        shelve();
        number = ++numbers;
        rosterAtBase = Roster.EMPTY;
        log.clear();
        base = LogPoint.GENESIS;
        snapshot = LogPoint.GENESIS;
        promise = EpochPromise.FORGOTTEN;
        onChange.run();
    }

    private void shelve() {
        shelf.add(new Shelved(number, promise, base, snapshot, rosterAtBase, List.copyOf(log)));
    }

    /** Which of the disks that were taken out of use is the newest, if it is newer than the present one; -1 if not. */
    int newerDisk() {
        int newest = -1;
        long found = number;
        for (int i = 0; i < shelf.size(); i++) {
            if (shelf.get(i).number() > found) {
                newest = i;
                found = shelf.get(i).number();
            }
        }
        return newest;
    }

    /** How many disks were taken out of use. */
    int shelved() {
        return shelf.size();
    }

    /** A disk that was in use before is put in the place of the present one, which is kept. */
    void exchange(int which) {
        Shelved old = shelf.remove(which);
        shelve();
        number = old.number();
        promise = old.promise();
        base = old.base();
        snapshot = old.snapshot();
        rosterAtBase = old.roster();
        log.clear();
        log.addAll(old.log());
        onChange.run();
    }
}
