package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A member's history: records without gaps from {@link #firstIndex} to {@link #end}, durable up to {@link #durable}.
 *
 * <p>Confined to the storage's thread; every method may block on the disk except where it says otherwise. Appending and
 * making durable are two calls so that one fsync can serve all that waited: {@link #append} what has arrived, then
 * {@link #sync} once, and acknowledge what it returns.
 */
public final class TransactionLog {
    private static final int PENDING = 1 << 20;

    private final Disk disk;
    private final LogLimits limits;
    private final Rules rules;
    private final FailStop failStop;
    private final MetaStore meta;
    private final LongSupplier nanoTime;
    private final ChainHash hash = new ChainHash();
    private final List<Segment> segments;
    private final EpochTable epochs;
    private ByteBuffer pending = ByteBuffer.allocate(0);
    private Position end;
    private long endHash;
    private DurablePosition durable;
    private long lastSyncNanos;

    /**
     * A log that recovery vouches for: all of it is durable.
     *
     * @param segments at least one, oldest first
     */
    TransactionLog(
            Disk disk,
            StorageConfig config,
            Rules rules,
            FailStop failStop,
            MetaStore meta,
            List<Segment> segments,
            EpochTable epochs) {
        this.disk = disk;
        this.limits = config.limits();
        this.rules = rules;
        this.failStop = failStop;
        this.meta = meta;
        this.nanoTime = config.nanoTime();
        this.segments = new ArrayList<>(segments);
        this.epochs = epochs;
        this.end = endOfSegments();
        this.endHash = tail().lastHash();
        this.durable = DurablePosition.covered(end);
    }

    private Segment tail() {
        return segments.get(segments.size() - 1);
    }

    private Position endOfSegments() {
        long last = tail().lastIndex();
        return last == base().index() ? base() : new Position(epochs.epochOf(last), last);
    }

    /** Takes everything in the segments for the durable log. */
    private void settle() {
        end = endOfSegments();
        endHash = tail().lastHash();
        durable = DurablePosition.covered(end);
    }

    // ---- what is there; none of these blocks

    /**
     * The index of the first record that is kept, or would be.
     *
     * @return at least 1
     */
    public long firstIndex() {
        return segments.get(0).firstIndex();
    }

    /**
     * The position that the log starts behind; its hash is {@code hashAt(base().index())}.
     *
     * @return epoch and index of the record before the first, (0, 0) if that is record 1
     */
    public Position base() {
        return segments.get(0).header().before();
    }

    /**
     * The last appended record, durable or not. For appending only: whatever is reported or voted with is {@link #durable}.
     *
     * @return the end of the log
     */
    public Position end() {
        return end;
    }

    /**
     * The chain hash at {@link #end}.
     *
     * @return the {@code prevHash} of the next record
     */
    public long endHash() {
        return endHash;
    }

    /**
     * What survives a power cut.
     *
     * @return the last position that a completed fsync covers
     */
    public DurablePosition durable() {
        return durable;
    }

    /**
     * The epochs in the log and where they begin, oldest first, durable or not. The first of them continues that of
     * {@link #base} if the two are the same.
     *
     * @return a copy
     */
    public List<EpochStart> epochs() {
        return epochs.starts();
    }

    /**
     * How long the last {@link #sync} that reached the disk took.
     *
     * @return nanoseconds, 0 before the first
     */
    public long lastSyncNanos() {
        return lastSyncNanos;
    }

    // ---- appending

    /**
     * Adds records behind the end, in memory or in the page cache: nothing is durable yet, except what a full segment
     * forces out. The records are checked before anything changes.
     *
     * @param batch records that follow the log and each other without a gap
     * @return the new end
     * @throws IllegalArgumentException if a record does not follow the one before (index, epoch, chain hash), if its epoch
     *     is newer than the accepted one, or if its body is longer than {@link LogLimits#maxBodyBytes}
     * @throws StorageFullException if there is no room; the log then ends, legally, behind some record of the batch: see
     *     {@link #end}
     * @throws StorageFailedException if the disk failed; this log is dead
     */
    public Position append(List<LogRecord> batch) {
        failStop.check();
        long[] hashes = checkFollows(batch);
        for (int i = 0; i < hashes.length; i++) {
            appendOne(batch.get(i), hashes[i]);
        }
        return end;
    }

    private long[] checkFollows(List<LogRecord> batch) {
        long[] hashes = new long[batch.size()];
        Position before = end;
        long hashBefore = endHash;
        for (int i = 0; i < hashes.length; i++) {
            LogRecord record = batch.get(i);
            checkFollows(record, before, hashBefore);
            before = new Position(record.epoch(), record.index());
            hashBefore = record.hash(hash);
            hashes[i] = hashBefore;
        }
        return hashes;
    }

    private void checkFollows(LogRecord record, Position before, long hashBefore) {
        if (record.index() != before.index() + 1) {
            throw new IllegalArgumentException("gap: record " + record.index() + " after " + before.index());
        }
        if (record.epoch() < before.epoch()) {
            throw new IllegalArgumentException(
                    "record " + record.index() + " has epoch " + record.epoch() + " after epoch " + before.epoch());
        }
        if (record.epoch() > meta.current().acceptedEpoch()) {
            throw new IllegalArgumentException("epoch " + record.epoch() + " of record " + record.index()
                    + " was never accepted; the accepted one is "
                    + meta.current().acceptedEpoch());
        }
        if (record.prevHash() != hashBefore) {
            throw new IllegalArgumentException("record " + record.index() + " does not continue this log's history");
        }
        if (record.bodyLength() > limits.maxBodyBytes()) {
            throw new IllegalArgumentException("record " + record.index() + " has " + record.bodyLength()
                    + " bytes; at most " + limits.maxBodyBytes() + " can be read back");
        }
    }

    private void appendOne(LogRecord record, long hashAfter) {
        int bytes = RecordCodec.sizeOf(record.bodyLength());
        try {
            if (!tail().isEmpty() && tail().end() + bytes > limits.segmentBytes()) {
                roll();
            }
            tail().reserve(bytes, limits);
            makePendingRoom(bytes);
        } catch (DiskFullException e) {
            throw new StorageFullException("no room for record " + record.index() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw failStop.fail("appending record " + record.index(), e);
        }
        tail().encode(record, hashAfter, durable.index(), pending);
        end = new Position(record.epoch(), record.index());
        endHash = hashAfter;
        epochs.add(record.epoch(), record.index());
    }

    private void makePendingRoom(int bytes) throws IOException {
        if (pending.remaining() >= bytes) {
            return;
        }
        writePending();
        if (pending.capacity() < bytes) {
            pending = ByteBuffer.allocateDirect(Math.max(bytes, Math.min(PENDING, limits.segmentBytes())));
        }
    }

    private void writePending() throws IOException {
        if (pending.position() == 0) {
            return;
        }
        pending.flip();
        try {
            tail().write(pending, tail().end() - pending.remaining());
        } catch (DiskFullException e) {
            // The room was reserved: a file system that takes it back can take back anything.
            throw new IOException(e);
        }
        pending.clear();
    }

    private void roll() throws IOException {
        writePending();
        if (rules.keep(DurabilityRule.SEAL_BEFORE_ROLL)) {
            tail().force();
            durable = DurablePosition.covered(end);
        }
        segments.add(Segment.create(disk, new SegmentHeader(meta.current().identity(), end, endHash), limits, rules));
    }

    /**
     * Makes everything appended durable: one write and one fsync for all that waited, none if nothing did.
     *
     * @return the position that may now be acknowledged; the only source of such a position
     * @throws StorageFailedException if the fsync failed, which is never tried again; this log is dead
     */
    public DurablePosition sync() {
        failStop.check();
        if (durable.position().equals(end)) {
            return durable;
        }
        long begin = nanoTime.getAsLong();
        failStop.run("making record " + end.index() + " durable", () -> {
            writePending();
            if (rules.keep(DurabilityRule.FORCE_BEFORE_ACK)) {
                tail().force();
            }
        });
        lastSyncNanos = nanoTime.getAsLong() - begin;
        durable = DurablePosition.covered(end);
        return durable;
    }

    // ---- reading

    /**
     * Reads a run of durable records, each verified against its checksums and the one before.
     *
     * @param from the first index, at least {@link #firstIndex}
     * @param to the last index, at most that of {@link #durable}
     * @param maxBytes where to stop if the records are long; at least one record is read
     * @return the records from {@code from} on; empty if {@code to < from}
     * @throws IllegalArgumentException if the log does not hold that range
     * @throws CorruptStorageException if a record is damaged; the storage is dead, as it must not serve or lead
     */
    public List<LogRecord> read(long from, long to, long maxBytes) {
        failStop.check();
        if (from < firstIndex() || to > durable.index()) {
            throw new IllegalArgumentException("records " + from + " to " + to + " were asked for; the log holds "
                    + firstIndex() + " to " + durable.index());
        }
        List<LogRecord> out = new ArrayList<>();
        long left = maxBytes;
        boolean more = from <= to;
        while (more) {
            long next = from + out.size();
            int before = out.size();
            more = readFrom(segmentOf(next), next, to, left, out) && from + out.size() <= to;
            left -= bytesFrom(out, before);
        }
        return out;
    }

    private static long bytesFrom(List<LogRecord> records, int first) {
        return records.subList(first, records.size()).stream()
                .mapToLong(record -> RecordCodec.sizeOf(record.bodyLength()))
                .sum();
    }

    private boolean readFrom(Segment segment, long from, long to, long maxBytes, List<LogRecord> out) {
        try {
            return segment.read(from, to, maxBytes, out, hash);
        } catch (CorruptStorageException e) {
            failStop.fail("reading " + segment.name(), e);
            throw e;
        } catch (IOException e) {
            throw failStop.fail("reading " + segment.name(), e);
        }
    }

    /** The segment in which an index is, or will be. */
    private Segment segmentOf(long index) {
        int at = segments.size() - 1;
        while (at > 0 && segments.get(at).firstIndex() > index) {
            at--;
        }
        return segments.get(at);
    }

    /**
     * The chain hash of the log up to and including a record.
     *
     * @param index from {@code firstIndex() - 1} to the end
     * @return the hash; equal hashes at an index mean equal logs up to there
     * @throws IllegalArgumentException if the log does not know it
     */
    public long hashAt(long index) {
        failStop.check();
        if (index == end.index()) {
            return endHash;
        }
        if (index < firstIndex() - 1 || index > end.index()) {
            throw unknown(index);
        }
        Segment segment = segmentOf(index + 1);
        if (index + 1 == segment.firstIndex()) {
            return segment.header().prevHash();
        }
        return recordIn(segment, index + 1).prevHash();
    }

    private LogRecord recordIn(Segment segment, long index) {
        List<LogRecord> one = new ArrayList<>(1);
        failStop.run("writing " + segment.name(), this::writePending);
        readFrom(segment, index, index, 1, one);
        return one.get(0);
    }

    /**
     * The epoch of a record.
     *
     * @param index from {@code firstIndex() - 1} to the end
     * @return the epoch it was proposed in, 0 for index 0
     * @throws IllegalArgumentException if the log does not hold it
     */
    public long epochAt(long index) {
        if (index == base().index()) {
            return base().epoch();
        }
        if (index < firstIndex() || index > end.index()) {
            throw unknown(index);
        }
        return epochs.epochOf(index);
    }

    private IllegalArgumentException unknown(long index) {
        return new IllegalArgumentException(
                "record " + index + " is unknown; the log holds " + firstIndex() + " to " + end.index());
    }

    // ---- what the storage does with the log

    /** Ends the log at an index: zeros, fsync, later segments, fsync of the directory, in this order. */
    void cut(long index) throws IOException {
        long hashAfter = hashAt(index);
        writePending();
        Segment last = segmentOf(index + 1);
        last.cut(index, hashAfter);
        while (tail() != last) {
            Segment gone = segments.remove(segments.size() - 1);
            gone.close();
            disk.delete(gone.name());
        }
        forceDirectory();
        epochs.keepUpTo(index);
        settle();
    }

    /** Replaces the whole log by an empty one behind a snapshot. */
    void restartBehind(Snapshot snapshot) throws IOException {
        pending.clear();
        for (Segment segment : segments) {
            segment.close();
            disk.delete(segment.name());
        }
        forceDirectory();
        segments.clear();
        segments.add(Segment.create(
                disk,
                new SegmentHeader(meta.current().identity(), snapshot.position(), snapshot.chainHash()),
                limits,
                rules));
        epochs.keepUpTo(0);
        settle();
    }

    /** Deletes segments that hold nothing above an index, oldest first, so that a crash leaves no hole. */
    void purge(long upTo) throws IOException {
        while (segments.size() > 1 && segments.get(1).firstIndex() <= upTo + 1) {
            Segment gone = segments.remove(0);
            gone.close();
            disk.delete(gone.name());
            forceDirectory();
        }
        epochs.keepFrom(firstIndex());
    }

    private void forceDirectory() throws IOException {
        if (rules.keep(DurabilityRule.FORCE_DIRECTORY)) {
            disk.forceDirectory();
        }
    }

    void close() throws IOException {
        for (Segment segment : segments) {
            segment.close();
        }
    }
}
