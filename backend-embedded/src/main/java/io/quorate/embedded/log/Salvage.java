package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps of a damaged data directory what can be proven: the snapshot and the unbroken run of records behind it (or from the
 * very first one) that reach furthest.
 *
 * <p>They are written anew under a new incarnation; the old files stay, set aside. The result may lack what was acknowledged,
 * and says so ({@link Standing#SALVAGED}).
 */
final class Salvage {
    private static final int COPY_BYTES = 1 << 20;

    private final Disk disk;
    private final LogLimits limits;
    private final Rules rules = Rules.all();
    private final ChainHash hash = new ChainHash();

    /** What was kept. */
    record Kept(Identity identity, @Nullable Snapshot snapshot, long firstIndex, Position end) {}

    /** A snapshot (or none) and the segments with the records behind it. */
    private record Run(@Nullable Snapshot snapshot, List<Segment> segments, Position end) implements Closeable {
        long start() {
            return snapshot == null ? 0 : snapshot.lastIndex();
        }

        @Override
        public void close() throws IOException {
            for (Segment segment : segments) {
                segment.close();
            }
        }
    }

    Salvage(Disk disk, LogLimits limits) {
        this.disk = disk;
        this.limits = limits;
    }

    Kept run(LongSupplier newIncarnation) throws IOException {
        Replacement replacement = new Replacement(disk);
        replacement.resume();
        replacement.discardStaged();
        MetaCodec.Slot slot = MetaStore.read(disk).newest();
        Identity old = slot != null ? slot.meta().identity() : ownerOfFiles();
        long incarnation = Math.max(newIncarnation.getAsLong(), old.incarnation() + 1);
        Identity identity = new Identity(old.clusterId(), old.nodeId(), incarnation);
        try (Run best = longestRun()) {
            Snapshot snapshot = best.snapshot();
            if (snapshot != null) {
                copySnapshot(snapshot, identity);
            }
            copyRecords(best, identity);
            replacement.stageMeta(metaOf(slot, identity, best.end()));
            disk.forceDirectory();
            replacement.replace(old.incarnation());
            return new Kept(identity, snapshot, best.start() + 1, best.end());
        }
    }

    private static Meta metaOf(MetaCodec.@Nullable Slot slot, Identity identity, Position end) {
        Meta meta = Meta.first(identity, Standing.SALVAGED).withLog(end.index(), Unfinished.NOTHING);
        if (slot == null) {
            return meta.withAccepted(end.epoch(), null);
        }
        Meta old = slot.meta();
        boolean logIsNewer = end.epoch() > old.acceptedEpoch();
        meta = meta.withMemberList(old.memberListVersion(), old.memberListHash())
                .withAccepted(logIsNewer ? end.epoch() : old.acceptedEpoch(), logIsNewer ? null : old.acceptedLeader());
        return old.bootstrapped() ? meta.withBootstrapped() : meta;
    }

    private Identity ownerOfFiles() throws IOException {
        for (String name : disk.list()) {
            if (Names.isSegment(name)) {
                Segment segment = openOrNull(name);
                if (segment != null) {
                    segment.close();
                    return segment.header().owner();
                }
            }
        }
        throw new IOException("no file says whose they are; restore the directory from a backup");
    }

    private @Nullable Segment openOrNull(String name) {
        try {
            return Segment.open(disk, name, limits, rules, true);
        } catch (IOException e) {
            return null;
        }
    }

    // ---- choosing

    private Run longestRun() throws IOException {
        Run best = runBehind(null);
        for (String name : disk.list()) {
            Snapshot snapshot = Names.isSnapshot(name) ? goodSnapshot(name) : null;
            if (snapshot != null) {
                Run candidate = runBehind(snapshot);
                boolean better = candidate.end().index() >= best.end().index();
                (better ? best : candidate).close();
                best = better ? candidate : best;
            }
        }
        return best;
    }

    private @Nullable Snapshot goodSnapshot(String name) {
        try {
            return SnapshotReader.verify(disk, name).snapshot();
        } catch (IOException | CorruptStorageException e) {
            return null;
        }
    }

    /** The records that follow a snapshot, or the empty log, without a break. */
    private Run runBehind(@Nullable Snapshot snapshot) throws IOException {
        long start = snapshot == null ? 0 : snapshot.lastIndex();
        long expected = snapshot == null ? ChainHash.START : snapshot.chainHash();
        EpochTable epochs = new EpochTable();
        List<Segment> run = new ArrayList<>();
        for (String name : segmentsFrom(start + 1)) {
            Segment segment = openOrNull(name);
            boolean follows = segment != null
                    && (run.isEmpty()
                            ? segment.firstIndex() <= start + 1
                            : continues(run.get(run.size() - 1), segment));
            if (segment == null || !follows) {
                break;
            }
            run.add(segment);
            segment.scan(epochs, Long.MAX_VALUE, hash);
        }
        if (run.isEmpty() || !isHashAt(run.get(0), start, expected)) {
            run.clear();
        }
        long last = run.isEmpty() ? start : Math.max(run.get(run.size() - 1).lastIndex(), start);
        Position end = last == start
                ? (snapshot == null ? Position.START : snapshot.position())
                : new Position(epochs.epochOf(last), last);
        return new Run(snapshot, run, end);
    }

    /** The segment that holds an index, if any does, and all later ones. */
    private List<String> segmentsFrom(long index) throws IOException {
        List<String> names = disk.list().stream().filter(Names::isSegment).toList();
        int first = 0;
        while (first + 1 < names.size() && Names.indexIn(names.get(first + 1)) <= index) {
            first++;
        }
        return names.subList(Math.min(first, names.size()), names.size());
    }

    private static boolean continues(Segment before, Segment segment) {
        return segment.firstIndex() == before.lastIndex() + 1
                && segment.header().prevHash() == before.lastHash();
    }

    private boolean isHashAt(Segment segment, long index, long expected) throws IOException {
        if (index == segment.firstIndex() - 1) {
            return segment.header().prevHash() == expected;
        }
        if (index >= segment.lastIndex()) {
            return index == segment.lastIndex() && segment.lastHash() == expected;
        }
        List<LogRecord> next = new ArrayList<>(1);
        segment.read(index + 1, index + 1, 1, next, hash);
        return next.get(0).prevHash() == expected;
    }

    // ---- copying

    private void copySnapshot(Snapshot snapshot, Identity identity) throws IOException {
        String name = Names.snapshot(snapshot.lastIndex());
        SnapshotFormat.Header header = new SnapshotFormat.Header(identity, snapshot);
        try (SnapshotReader in = SnapshotReader.open(disk, name);
                SnapshotWriter out = new SnapshotWriter(disk, header, Names.STAGED + name, false, rules)) {
            in.transferTo(out);
            out.finish();
        }
    }

    private void copyRecords(Run run, Identity identity) throws IOException {
        Snapshot snapshot = run.snapshot();
        Position before = snapshot == null ? Position.START : snapshot.position();
        Segment target = stageSegment(
                new SegmentHeader(identity, before, snapshot == null ? ChainHash.START : snapshot.chainHash()));
        for (Segment source : run.segments()) {
            while (before.index() < source.lastIndex()) {
                List<LogRecord> records = new ArrayList<>();
                source.read(before.index() + 1, source.lastIndex(), COPY_BYTES, records, hash);
                for (LogRecord record : records) {
                    target = write(record, before, target);
                    before = new Position(record.epoch(), record.index());
                }
            }
        }
        finish(target);
    }

    /** Answers the segment that the record went to. */
    private Segment write(LogRecord record, Position before, Segment current) throws IOException {
        Segment target = current;
        int bytes = RecordCodec.sizeOf(record.bodyLength());
        if (!target.isEmpty() && target.end() + bytes > limits.segmentBytes()) {
            finish(target);
            target = stageSegment(new SegmentHeader(target.header().owner(), before, record.prevHash()));
        }
        target.reserve(bytes, limits);
        ByteBuffer out = ByteBuffer.allocate(bytes);
        long offset = target.end();
        target.encode(record, record.hash(hash), record.index() - 1, out);
        target.write(out.flip(), offset);
        return target;
    }

    private Segment stageSegment(SegmentHeader header) throws IOException {
        String name = Names.segment(header.firstIndex());
        return Segment.build(disk, Names.STAGED + name, name, header, limits, rules);
    }

    private static void finish(Segment segment) throws IOException {
        try (segment) {
            segment.file().force(true);
        }
    }
}
