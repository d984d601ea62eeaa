package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the bytes behind the last good record of a segment are: nothing, a torn write, or damage.
 *
 * <p>A torn write is one that a power cut interrupted: of the sectors written since the last completed fsync each is there or
 * is not. So it is proven only if a sector is missing, that is, holds the zeros it was preallocated with where its record
 * says it should not, and if no record behind it was written after an fsync that covered it. Everything else that
 * is not a valid end is damage. The idea is that of protocol-aware recovery (Alagappan et al., FAST 2018): a checksum alone
 * cannot tell a crash from corruption.
 */
final class TailInspection {

    enum Kind {
        CLEAN,
        TORN,
        DAMAGED
    }

    /** What was found, and why. */
    record Finding(Kind kind, String reason) {}

    private static final Finding CLEAN = new Finding(Kind.CLEAN, "nothing but zeros follows");

    private final Segment segment;
    private final Rules rules;
    private final FileWindow window;
    private final long end;

    TailInspection(Segment segment, Rules rules) throws IOException {
        this.segment = segment;
        this.rules = rules;
        this.window = new FileWindow(segment.file());
        this.end = segment.end();
    }

    Finding inspect() throws IOException {
        long lastByte = lastNonZero();
        if (lastByte < 0) {
            return CLEAN;
        }
        String damage = whyNotTorn();
        if (damage != null) {
            return new Finding(Kind.DAMAGED, damage);
        }
        long later = durableRecordBehind(lastByte);
        if (later >= 0 && rules.keep(DurabilityRule.ZEROS_BEFORE_RECORDS_ARE_DAMAGE)) {
            return new Finding(
                    Kind.DAMAGED, "it is missing, but byte " + later + " has a record written after it was durable");
        }
        return new Finding(Kind.TORN, "a sector of it was never written, and nothing durable follows");
    }

    /** Why the bytes at the end are no interrupted write, or null if they are one. */
    private @Nullable String whyNotTorn() throws IOException {
        int restOfSector = (int) (Sectors.endOfSector(end) - end);
        int at = window.load(end, restOfSector);
        ByteBuffer bytes = window.buffer();
        if (window.available(at, restOfSector) < RecordCodec.PREFIX
                || Sectors.isZero(bytes, at, at + window.available(at, restOfSector))) {
            return null;
        }
        if (!segment.codec().isPrefix(bytes, at)) {
            return "its length and checksum were changed";
        }
        int extent = RecordCodec.extent(bytes, at);
        int declaredZeroSectors = RecordCodec.zeroSectors(bytes, at);
        StoredRecord record = segment.recordAt(window, end);
        if (record != null) {
            return segment.brokenLink(record, segment.lastIndex() + 1, segment.lastHash(), 0);
        }
        return zeroSectors(extent) > declaredZeroSectors || !rules.keep(DurabilityRule.TORN_NEEDS_A_MISSING_SECTOR)
                ? null
                : "all its sectors are there, but its checksum does not hold";
    }

    /** Counts the record's sectors that are zero or missing. */
    private int zeroSectors(int extent) throws IOException {
        int at = window.load(end, extent);
        int present = window.available(at, extent);
        int zero = Sectors.zeroSectors(window.buffer(), at, end, present);
        long firstMissing = Sectors.roundUp(end + present);
        long missing = (Sectors.roundUp(end + extent) - firstMissing) / Sectors.SIZE;
        return zero + (int) Math.max(missing, present < extent ? 1 : 0);
    }

    /** Where a valid record stands that was written when the record at the end was durable already, or −1. */
    private long durableRecordBehind(long lastByte) throws IOException {
        for (long at = end + RecordCodec.ALIGNMENT; at <= lastByte; at += RecordCodec.ALIGNMENT) {
            StoredRecord record = segment.recordAt(window, at);
            if (record != null && record.durable() > segment.lastIndex()) {
                return at;
            }
        }
        return -1;
    }

    /** The last byte behind the end that is not zero, or −1. */
    private long lastNonZero() throws IOException {
        long last = -1;
        int step;
        for (long at = end; at < window.fileSize(); at += step) {
            int position = window.load(at, Sectors.SIZE);
            step = window.available(position, Sectors.SIZE);
            if (step == 0) {
                return last;
            }
            if (!Sectors.isZero(window.buffer(), position, position + step)) {
                last = at + step - 1;
            }
        }
        return last;
    }
}
