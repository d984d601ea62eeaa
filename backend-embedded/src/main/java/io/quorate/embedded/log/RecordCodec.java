package io.quorate.embedded.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of records in one segment; the package comment has the layout.
 *
 * <p>Both checksums are salted with the segment's identity, so that a block that lands in the wrong segment, or bytes a
 * client made up to look like a record, do not pass for one. Not thread-safe.
 */
final class RecordCodec {
    static final int ALIGNMENT = 16;
    static final int PREFIX = 16;
    /** Bytes between the prefix and the body. */
    static final int FIELDS = 33;

    private static final int CHECKED_PREFIX = 12;

    private final byte[] salt;
    private final int maxBody;
    private final boolean check;
    private final CRC32C crc = new CRC32C();

    RecordCodec(long incarnation, long firstIndex, int maxBody, Rules rules) {
        this.salt = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(incarnation)
                .putLong(firstIndex)
                .array();
        this.maxBody = maxBody;
        this.check = rules.keep(DurabilityRule.CHECK_CHECKSUMS);
    }

    static int sizeOf(int bodyLength) {
        return align(PREFIX + FIELDS + bodyLength);
    }

    private static int align(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Appends a record that will lie at {@code offset} of the file. */
    void encode(LogRecord record, long durable, long offset, ByteBuffer out) {
        int start = out.position();
        int length = FIELDS + record.bodyLength();
        out.position(start + PREFIX);
        out.putLong(record.epoch()).putLong(record.index()).putLong(record.prevHash());
        out.putLong(durable).put((byte) record.type().code()).put(record.bodyBytes());
        int end = start + align(PREFIX + length);
        while (out.position() < end) {
            out.put((byte) 0);
        }
        out.putInt(start, length);
        out.putInt(start + 4, crcOf(out, start + PREFIX, length));
        // The first sector is left out, so the prefix itself may still be unset.
        out.putInt(start + 8, Sectors.zeroSectors(out, start, offset, PREFIX + length));
        out.putInt(start + CHECKED_PREFIX, crcOf(out, start, CHECKED_PREFIX));
    }

    private int crcOf(ByteBuffer buffer, int from, int length) {
        crc.reset();
        crc.update(salt, 0, salt.length);
        crc.update(buffer.duplicate().position(from).limit(from + length));
        return (int) crc.getValue();
    }

    /** Whether 16 bytes are a prefix that was written as such, with a length that can be. */
    boolean isPrefix(ByteBuffer buffer, int at) {
        int length = buffer.getInt(at);
        return length >= FIELDS
                && length - FIELDS <= maxBody
                && (!check || buffer.getInt(at + CHECKED_PREFIX) == crcOf(buffer, at, CHECKED_PREFIX));
    }

    /** Bytes from the prefix's first to the body's last, as a valid prefix states them. */
    static int extent(ByteBuffer buffer, int at) {
        return PREFIX + buffer.getInt(at);
    }

    /** How many sectors of the record behind a valid prefix hold zeros by right. */
    static int zeroSectors(ByteBuffer buffer, int at) {
        return buffer.getInt(at + 8);
    }

    /** The record behind a valid prefix, if all of it is there and unchanged. */
    @Nullable
    StoredRecord decode(ByteBuffer buffer, int at, long offset) {
        int extent = extent(buffer, at);
        int end = at + align(extent);
        if (end > buffer.limit()) {
            return null;
        }
        if (check && !isIntact(buffer, at, extent, end)) {
            return null;
        }
        int fields = at + PREFIX;
        ByteBuffer body = buffer.duplicate().position(fields + FIELDS).limit(at + extent);
        return new StoredRecord(
                offset,
                offset + align(extent),
                buffer.getLong(fields),
                buffer.getLong(fields + 8),
                buffer.getLong(fields + 16),
                buffer.getLong(fields + 24),
                buffer.get(fields + 32),
                body);
    }

    private boolean isIntact(ByteBuffer buffer, int at, int extent, int end) {
        return buffer.getInt(at + 4) == crcOf(buffer, at + PREFIX, extent - PREFIX)
                && Sectors.isZero(buffer, at + extent, end);
    }
}
