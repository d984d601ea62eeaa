package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a data directory holds, found by reading only.
 *
 * <p>Either it proves that the files hold all that was ever acknowledged, saying what a crash left half done, or it throws
 * {@link CorruptStorageException} at the first thing that speaks against it, or {@link DataDirMismatchException} if the
 * files are somebody else's. {@link Recovery} does what it found to be necessary.
 */
final class Examination implements Closeable {
    private final Disk disk;
    private final LogLimits limits;
    private final Rules rules;
    private final boolean readOnly;
    private final ChainHash hash = new ChainHash();

    final List<String> names;
    final List<Segment> segments = new ArrayList<>();
    final EpochTable epochs = new EpochTable();
    /** Segments that a crash left without content, or that an announced truncation has yet to delete. */
    final List<String> surplusSegments = new ArrayList<>();
    /** Newer than the newest good snapshot, and bad. */
    final List<String> badSnapshots = new ArrayList<>();

    /** The headers of all snapshots that have a good one, oldest first. */
    final List<Snapshot> snapshots = new ArrayList<>();

    MetaCodec.@Nullable Slot slot;
    int damagedMetaSlots;

    @Nullable
    Snapshot newest;

    TailInspection.@Nullable Finding tail;
    /** The log is to be emptied behind {@link #newest}. */
    boolean installationUnfinished;

    Examination(Disk disk, LogLimits limits, Rules rules, boolean readOnly) throws IOException {
        this.disk = disk;
        this.limits = limits;
        this.rules = rules;
        this.readOnly = readOnly;
        this.names = disk.list();
    }

    /** Whether the directory holds nothing of a member yet, or no more than a crash during its very first start leaves. */
    boolean isEmpty() {
        return slot == null;
    }

    /** The meta value; there is one unless the directory is empty. */
    Meta meta() {
        MetaCodec.Slot found = slot;
        if (found == null) {
            throw new IllegalStateException("an empty directory has no meta value");
        }
        return found.meta();
    }

    void readMeta() throws IOException {
        MetaStore.Found found = MetaStore.read(disk);
        slot = found.newest();
        damagedMetaSlots = found.damaged();
        boolean hasHistory = names.stream().anyMatch(name -> Names.isSegment(name) || Names.isSnapshot(name));
        if (slot == null && (damagedMetaSlots > 0 || hasHistory)) {
            throw new CorruptStorageException(
                    Names.META_A, 0, 0, "neither meta slot can be read, so the promised epoch is unknown");
        }
    }

    void checkIdentity(StorageConfig config) {
        Identity found = meta().identity();
        checkSame(Names.META_A, "cluster id", config.clusterId(), found.clusterId());
        checkSame(Names.META_A, "node id", config.nodeId(), found.nodeId());
    }

    private void checkSame(String file, String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new DataDirMismatchException(disk.location(), file, what, expected, found);
        }
    }

    private void checkOwner(String file, Identity found) {
        Identity expected = meta().identity();
        checkSame(file, "cluster id", expected.clusterId(), found.clusterId());
        checkSame(file, "node id", expected.nodeId(), found.nodeId());
        checkSame(file, "incarnation", expected.incarnation(), found.incarnation());
    }

    /** Reads snapshots and log and proves that they fit together. */
    void readHistory() throws IOException {
        findNewestSnapshot();
        if (installationIsUnfinished()) {
            installationUnfinished = true;
            return;
        }
        openSegments();
        scanSegments();
        if (segments.isEmpty()) {
            checkNothingWasEverLogged();
            return;
        }
        checkReachesEveryMark();
        checkSnapshotFits();
    }

    // ---- snapshots

    private void findNewestSnapshot() throws IOException {
        List<String> newestFirst = names.stream()
                .filter(Names::isSnapshot)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (String name : newestFirst) {
            SnapshotFormat.Header header = newest == null ? verified(name) : headerOf(name);
            if (header == null || header.snapshot().lastIndex() != Names.indexIn(name)) {
                badSnapshots.add(name);
                continue;
            }
            checkOwner(name, header.identity());
            snapshots.add(0, header.snapshot());
            newest = newest == null ? header.snapshot() : newest;
        }
    }

    private SnapshotFormat.@Nullable Header verified(String name) {
        try {
            return SnapshotReader.verify(disk, name);
        } catch (CorruptStorageException | IOException e) {
            return null;
        }
    }

    private SnapshotFormat.@Nullable Header headerOf(String name) {
        try (SnapshotReader reader = SnapshotReader.open(disk, name)) {
            return reader.header();
        } catch (CorruptStorageException | IOException e) {
            return null;
        }
    }

    private boolean installationIsUnfinished() {
        Unfinished unfinished = meta().unfinished();
        if (unfinished.kind() != Unfinished.Kind.INSTALLATION) {
            return false;
        }
        String name = Names.snapshot(unfinished.index());
        if (badSnapshots.contains(name)) {
            throw new CorruptStorageException(
                    name, 0, unfinished.index(), "it was to replace the log, and cannot be read");
        }
        return newest != null && newest.lastIndex() == unfinished.index();
    }

    // ---- segments

    private void openSegments() throws IOException {
        List<String> inOrder = names.stream().filter(Names::isSegment).toList();
        for (int i = 0; i < inOrder.size(); i++) {
            String name = inOrder.get(i);
            if (Names.indexIn(name) > limitOfTruncation() + 1) {
                surplusSegments.add(name);
                continue;
            }
            openSegment(name, i == inOrder.size() - 1);
        }
    }

    /** The index at which an announced truncation ends the log; the highest number if none was announced. */
    private long limitOfTruncation() {
        Unfinished unfinished = meta().unfinished();
        return unfinished.kind() == Unfinished.Kind.TRUNCATION ? unfinished.index() : Long.MAX_VALUE - 1;
    }

    private void openSegment(String name, boolean isLast) throws IOException {
        Segment segment;
        boolean blank;
        try {
            segment = Segment.open(disk, name, limits, rules, readOnly);
            blank = segment == null && isBlank(name);
        } catch (IOException e) {
            throw CorruptStorageException.unreadable(name, 0, Names.indexIn(name), e);
        }
        if (segment != null) {
            segments.add(segment);
            checkOwner(name, segment.header().owner());
        } else if (isLast && blank) {
            surplusSegments.add(name);
        } else {
            throw new CorruptStorageException(name, 0, Names.indexIn(name), "it has no valid header");
        }
    }

    /** Whether nothing was ever written to a segment, as if a crash had interrupted its creation. */
    private boolean isBlank(String name) throws IOException {
        try (DiskFile file = disk.openReadOnly(name)) {
            FileWindow window = new FileWindow(file);
            for (long at = 0; at < window.fileSize(); at += Sectors.SIZE) {
                int position = window.load(at, Sectors.SIZE);
                int present = window.available(position, Sectors.SIZE);
                if (!Sectors.isZero(window.buffer(), position, position + present)) {
                    return false;
                }
            }
            return true;
        }
    }

    private void scanSegments() throws IOException {
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            boolean isLast = i == segments.size() - 1;
            long last = isLast ? limitOfTruncation() : segments.get(i + 1).firstIndex() - 1;
            try {
                segment.scan(epochs, last, hash);
                if (isLast) {
                    inspectTail(segment);
                } else {
                    checkContinues(segment, segments.get(i + 1));
                }
            } catch (IOException e) {
                throw CorruptStorageException.unreadable(segment.name(), segment.end(), segment.lastIndex() + 1, e);
            }
        }
    }

    private void inspectTail(Segment segment) throws IOException {
        if (limitOfTruncation() == segment.lastIndex()) {
            return;
        }
        TailInspection.Finding finding = new TailInspection(segment, rules).inspect();
        if (finding.kind() == TailInspection.Kind.DAMAGED) {
            throw damagedAtEndOf(segment, finding.reason());
        }
        tail = finding;
    }

    private void checkContinues(Segment segment, Segment next) throws IOException {
        if (!rules.keep(DurabilityRule.ZEROS_BEFORE_RECORDS_ARE_DAMAGE)) {
            return;
        }
        if (segment.lastIndex() != next.firstIndex() - 1) {
            TailInspection.Finding finding = new TailInspection(segment, rules).inspect();
            throw damagedAtEndOf(
                    segment, "the next segment begins at " + next.firstIndex() + ", but here " + finding.reason());
        }
        if (segment.lastHash() != next.header().prevHash() && rules.keep(DurabilityRule.CHECK_CHAIN)) {
            throw new CorruptStorageException(
                    next.name(), 0, next.firstIndex(), "it does not continue the segment before it");
        }
    }

    private static CorruptStorageException damagedAtEndOf(Segment segment, String reason) {
        return new CorruptStorageException(segment.name(), segment.end(), segment.lastIndex() + 1, reason);
    }

    // ---- how it all fits together

    /** The index of the last record that recovery can have. */
    long lastIndex() {
        return segments.get(segments.size() - 1).lastIndex();
    }

    private void checkNothingWasEverLogged() {
        if (durableMark() > 0) {
            throw new CorruptStorageException(
                    Names.segment(1), 0, 1, "the log is missing, but record " + durableMark() + " was durable");
        }
    }

    /** The log was durable up to here once, whatever its end looks like now. */
    private long durableMark() {
        long fromSnapshots = names.stream()
                .filter(Names::isSnapshot)
                .mapToLong(Names::indexIn)
                .max()
                .orElse(0);
        return Math.max(meta().durableMark(), fromSnapshots);
    }

    private void checkReachesEveryMark() {
        long mark = Math.min(durableMark(), limitOfTruncation());
        if (lastIndex() < mark) {
            Segment last = segments.get(segments.size() - 1);
            throw damagedAtEndOf(last, "the log ends here, but record " + mark + " was durable");
        }
    }

    private void checkSnapshotFits() throws IOException {
        Segment first = segments.get(0);
        long reached = newest == null ? 0 : newest.lastIndex();
        if (first.firstIndex() > reached + 1) {
            throw new CorruptStorageException(
                    first.name(),
                    0,
                    reached + 1,
                    "the log begins at record " + first.firstIndex() + ", and "
                            + (newest == null
                                    ? "there is no usable snapshot"
                                    : "the newest usable snapshot ends at " + reached));
        }
        if (newest != null && newest.lastIndex() >= first.firstIndex() - 1 && !isHashAt(newest)) {
            throw new CorruptStorageException(
                    Names.snapshot(newest.lastIndex()), 0, newest.lastIndex(), "it is not a snapshot of this log");
        }
    }

    private boolean isHashAt(Snapshot snapshot) throws IOException {
        for (Segment segment : segments) {
            if (snapshot.lastIndex() == segment.firstIndex() - 1) {
                return segment.header().prevHash() == snapshot.chainHash();
            }
            if (snapshot.lastIndex() == segment.lastIndex()) {
                return segment.lastHash() == snapshot.chainHash();
            }
            if (snapshot.lastIndex() < segment.lastIndex()) {
                List<LogRecord> next = new ArrayList<>(1);
                segment.read(snapshot.lastIndex() + 1, snapshot.lastIndex() + 1, 1, next, hash);
                return next.get(0).prevHash() == snapshot.chainHash();
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : segments) {
            segment.close();
        }
    }
}
