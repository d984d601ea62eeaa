package io.quorate.embedded.log;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first sector of a segment.
 *
 * @param owner whose log it is
 * @param before the position before the segment's first record
 * @param prevHash the chain hash there
 */
record SegmentHeader(Identity owner, Position before, long prevHash) {
    static final int SIZE = Sectors.SIZE;

    private static final long MAGIC = 0x51524154454C4F47L; // "QRATELOG"
    private static final int VERSION = 1;
    private static final int CRC_AT = SIZE - Integer.BYTES;

    long firstIndex() {
        return before.index() + 1;
    }

    ByteBuffer encode() {
        ByteBuffer sector = ByteBuffer.allocate(SIZE);
        sector.putLong(MAGIC).putInt(VERSION).putInt(0);
        sector.putLong(owner.clusterId().getMostSignificantBits());
        sector.putLong(owner.clusterId().getLeastSignificantBits());
        sector.putLong(owner.nodeId()).putLong(owner.incarnation());
        sector.putLong(firstIndex()).putLong(prevHash).putLong(before.epoch());
        return sector.putInt(CRC_AT, crcOf(sector)).rewind();
    }

    /** The header in a sector, or null if there is none that was written as such. */
    static @Nullable SegmentHeader decode(ByteBuffer sector) {
        if (sector.limit() < SIZE || sector.getInt(CRC_AT) != crcOf(sector)) {
            return null;
        }
        if (sector.getLong(0) != MAGIC || sector.getInt(8) != VERSION) {
            return null;
        }
        long firstIndex = sector.getLong(48);
        long epochBefore = sector.getLong(64);
        if (firstIndex < 1 || epochBefore < 0) {
            return null;
        }
        Identity owner =
                new Identity(new UUID(sector.getLong(16), sector.getLong(24)), sector.getLong(32), sector.getLong(40));
        return new SegmentHeader(owner, new Position(epochBefore, firstIndex - 1), sector.getLong(56));
    }

    static int crcOf(ByteBuffer sector) {
        CRC32C crc = new CRC32C();
        crc.update(sector.duplicate().position(0).limit(CRC_AT));
        return (int) crc.getValue();
    }
}
