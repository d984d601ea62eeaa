package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file of the log: a header sector, records without gaps, and zeros.
 *
 * <p>{@code end} is where the records end, {@code used} where certainly nothing but zeros follows, {@code size} how far the
 * file is durably filled; {@code end ≤ used ≤ size}.
 */
final class Segment implements Closeable {
    private static final int ZEROS = 1 << 16;

    private final String name;
    private final SegmentHeader header;
    private final DiskFile file;
    private final RecordCodec codec;
    private final Rules rules;
    private final SparseIndex index = new SparseIndex();
    private long size;
    private long used;
    private long end = SegmentHeader.SIZE;
    private long lastIndex;
    private long lastHash;
    private long lastDurable;

    private Segment(String name, SegmentHeader header, DiskFile file, int maxBody, Rules rules) {
        this.name = name;
        this.header = header;
        this.file = file;
        this.codec = new RecordCodec(header.owner().incarnation(), header.firstIndex(), maxBody, rules);
        this.rules = rules;
        this.lastIndex = header.firstIndex() - 1;
        this.lastHash = header.prevHash();
    }

    /** Creates a segment under a temporary name; it gets its own name only when its header and zeros are durable. */
    static Segment create(Disk disk, SegmentHeader header, LogLimits limits, Rules rules) throws IOException {
        String name = Names.segment(header.firstIndex());
        Segment segment = build(disk, name + Names.TMP, name, header, limits, rules);
        try {
            disk.rename(name + Names.TMP, name);
            if (rules.keep(DurabilityRule.FORCE_DIRECTORY)) {
                disk.forceDirectory();
            }
            return segment;
        } catch (IOException e) {
            segment.close();
            throw e;
        }
    }

    /** Creates a durable file under a name of the caller's choice; to name it finally is up to the caller. */
    static Segment build(Disk disk, String fileName, String name, SegmentHeader header, LogLimits limits, Rules rules)
            throws IOException {
        disk.delete(fileName);
        DiskFile file = disk.create(fileName);
        try {
            Segment segment = new Segment(name, header, file, limits.maxBodyBytes(), rules);
            segment.fillWithZeros(0, Sectors.roundUp(SegmentHeader.SIZE + (long) limits.preallocationBytes()));
            file.write(header.encode(), 0);
            file.force(true);
            segment.used = SegmentHeader.SIZE;
            return segment;
        } catch (IOException e) {
            file.close();
            disk.delete(fileName);
            throw e;
        }
    }

    /** Opens a segment without reading its records, or answers null if there is no header in it. */
    static @Nullable Segment open(Disk disk, String name, LogLimits limits, Rules rules, boolean readOnly)
            throws IOException {
        DiskFile file = readOnly ? disk.openReadOnly(name) : disk.open(name);
        try {
            Segment segment = of(file, name, limits, rules);
            if (segment == null) {
                file.close();
            }
            return segment;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable Segment of(DiskFile file, String name, LogLimits limits, Rules rules) throws IOException {
        ByteBuffer sector = ByteBuffer.allocate(SegmentHeader.SIZE);
        file.read(sector, 0);
        SegmentHeader header = SegmentHeader.decode(sector.flip());
        if (header == null || header.firstIndex() != Names.indexIn(name)) {
            return null;
        }
        Segment segment = new Segment(name, header, file, limits.maxBodyBytes(), rules);
        segment.size = file.size();
        segment.used = segment.size;
        return segment;
    }

    String name() {
        return name;
    }

    SegmentHeader header() {
        return header;
    }

    DiskFile file() {
        return file;
    }

    RecordCodec codec() {
        return codec;
    }

    long firstIndex() {
        return header.firstIndex();
    }

    /** The last record's index, or the one before the first if there is none. */
    long lastIndex() {
        return lastIndex;
    }

    long lastHash() {
        return lastHash;
    }

    boolean isEmpty() {
        return lastIndex < firstIndex();
    }

    long end() {
        return end;
    }

    // ---- reading

    /**
     * Reads records from {@link #end} on, as long as each is intact and follows the one before.
     *
     * @param epochs gets the epoch of each record
     * @param stopAfter the last index to read
     * @param hash the calculator
     */
    void scan(EpochTable epochs, long stopAfter, ChainHash hash) throws IOException {
        FileWindow window = new FileWindow(file);
        long epoch = header.before().epoch();
        while (lastIndex < stopAfter) {
            StoredRecord record = recordAt(window, end);
            if (record == null || brokenLink(record, lastIndex + 1, lastHash, epoch) != null) {
                return;
            }
            epoch = record.epoch();
            advance(record, hash);
            epochs.add(epoch, lastIndex);
        }
    }

    private void advance(StoredRecord record, ChainHash hash) {
        index.add(record.index() - firstIndex(), record.offset());
        lastIndex = record.index();
        lastDurable = record.durable();
        lastHash = hashOf(record, hash);
        end = record.nextOffset();
    }

    private static long hashOf(StoredRecord record, ChainHash hash) {
        return hash.next(record.prevHash(), record.epoch(), record.index(), typeOf(record), record.body());
    }

    private static RecordType typeOf(StoredRecord record) {
        RecordType type = RecordType.of(record.type());
        if (type == null) {
            throw new IllegalStateException("type " + record.type() + " was not checked");
        }
        return type;
    }

    /** Why an intact record cannot stand where it stands, or null if it can. */
    @Nullable
    String brokenLink(StoredRecord record, long expectedIndex, long expectedHash, long minEpoch) {
        if (RecordType.of(record.type()) == null) {
            return "unknown record type " + record.type() + "; it was written by a newer release";
        }
        if (!rules.keep(DurabilityRule.CHECK_CHAIN)) {
            return null;
        }
        if (record.index() != expectedIndex) {
            return "record " + record.index() + " stands in its place";
        }
        if (record.prevHash() != expectedHash) {
            return "the record does not continue the log before it";
        }
        return record.epoch() < Math.max(minEpoch, 1)
                ? "its epoch " + record.epoch() + " is older than the one before"
                : null;
    }

    /** The intact record at an offset, or null. Allocates nothing for a length that cannot be. */
    @Nullable
    StoredRecord recordAt(FileWindow window, long offset) throws IOException {
        int at = window.load(offset, RecordCodec.PREFIX);
        if (window.available(at, RecordCodec.PREFIX) < RecordCodec.PREFIX || !codec.isPrefix(window.buffer(), at)) {
            return null;
        }
        int extent = RecordCodec.extent(window.buffer(), at);
        at = window.load(offset, RecordCodec.sizeOf(extent - RecordCodec.PREFIX - RecordCodec.FIELDS));
        return codec.decode(window.buffer(), at, offset);
    }

    /**
     * Reads a run of records, each verified, until {@code to} or until they hold {@code maxBytes}; at least one.
     *
     * @return false if the bytes allow no more
     */
    boolean read(long from, long to, long maxBytes, List<LogRecord> out, ChainHash hash) throws IOException {
        FileWindow window = new FileWindow(file);
        long number = SparseIndex.floor(from - firstIndex());
        long offset = index.offsetOfFloor(number);
        long expectedHash = 0;
        boolean inRun = false;
        long bytes = 0;
        for (long i = firstIndex() + number; i <= Math.min(to, lastIndex); i++) {
            StoredRecord record = recordAt(window, offset);
            String broken = record == null
                    ? "the record is damaged"
                    : brokenLink(record, i, inRun ? expectedHash : record.prevHash(), 0);
            if (record == null || broken != null) {
                throw new CorruptStorageException(name, offset, i, String.valueOf(broken));
            }
            if (i >= from) {
                bytes += RecordCodec.sizeOf(record.body().remaining());
                if (bytes > maxBytes && !out.isEmpty()) {
                    return false;
                }
                out.add(new LogRecord(record.epoch(), i, record.prevHash(), typeOf(record), record.copyOfBody()));
                expectedHash = hashOf(record, hash);
                inRun = true;
            }
            offset = record.nextOffset();
        }
        return bytes < maxBytes;
    }

    /** Where a record of this segment begins; just behind the last one for the index after it. */
    long offsetOf(long wanted) throws IOException {
        if (wanted == lastIndex + 1) {
            return end;
        }
        FileWindow window = new FileWindow(file, 1 << 14);
        long number = SparseIndex.floor(wanted - firstIndex());
        long offset = index.offsetOfFloor(number);
        for (long i = firstIndex() + number; i < wanted; i++) {
            StoredRecord record = recordAt(window, offset);
            if (record == null) {
                throw new CorruptStorageException(name, offset, i, "the record is damaged");
            }
            offset = record.nextOffset();
        }
        return offset;
    }

    // ---- writing

    /** Makes room for more bytes behind {@link #end}; writes nothing else. */
    void reserve(int bytes, LogLimits limits) throws IOException {
        if (end + bytes <= size) {
            return;
        }
        long wanted = Sectors.roundUp(Math.max(end + bytes, size + limits.preallocationBytes()));
        fillWithZeros(size, wanted);
        if (rules.keep(DurabilityRule.FORCE_PREALLOCATION)) {
            file.force(true);
        }
    }

    private void fillWithZeros(long from, long to) throws IOException {
        writeZeros(from, to);
        size = Math.max(size, to);
    }

    private void writeZeros(long from, long to) throws IOException {
        byte[] zeros = new byte[(int) Math.min(ZEROS, Math.max(to - from, 0))];
        for (long at = from; at < to; at += zeros.length) {
            file.write(ByteBuffer.wrap(zeros, 0, (int) Math.min(zeros.length, to - at)), at);
        }
    }

    /** Encodes the next record into a buffer that {@link #write} will put behind what was encoded before. */
    void encode(LogRecord record, long hash, long durable, ByteBuffer out) {
        codec.encode(record, durable, end, out);
        index.add(record.index() - firstIndex(), end);
        lastIndex = record.index();
        lastHash = hash;
        end += RecordCodec.sizeOf(record.bodyLength());
    }

    void write(ByteBuffer bytes, long offset) throws IOException {
        used = Math.max(used, offset + bytes.remaining());
        file.write(bytes, offset);
    }

    void force() throws IOException {
        file.force(false);
    }

    /** Ends the segment after a record that it holds (or before its first): zeros from there on, durably. */
    void cut(long newLast, long hashAfter) throws IOException {
        long offset = offsetOf(newLast + 1);
        lastIndex = newLast;
        lastHash = hashAfter;
        index.truncate(newLast + 1 - firstIndex());
        end = offset;
        clearTail();
    }

    /** Overwrites everything behind the last record with zeros, durably. */
    void clearTail() throws IOException {
        if (rules.keep(DurabilityRule.ZERO_ON_TRUNCATE)) {
            writeZeros(end, used);
            used = end;
        }
        if (rules.keep(DurabilityRule.FORCE_TRUNCATION)) {
            file.force(true);
        }
    }

    /**
     * Writes once more what was written since the last fsync before the last record, and makes the file durable. After a
     * failed fsync the system may show these bytes, take them for clean, and have lost them.
     */
    void rewriteLastBatch() throws IOException {
        if (!isEmpty() && rules.keep(DurabilityRule.REWRITE_LAST_BATCH)) {
            rewriteFrom(offsetOf(Math.max(lastDurable + 1, firstIndex())));
        }
        file.force(true);
    }

    private void rewriteFrom(long offset) throws IOException {
        FileWindow window = new FileWindow(file);
        int piece = ZEROS;
        for (long at = offset; at < end; at += piece) {
            int length = (int) Math.min(piece, end - at);
            int position = window.load(at, length);
            file.write(window.buffer().duplicate().position(position).limit(position + length), at);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
