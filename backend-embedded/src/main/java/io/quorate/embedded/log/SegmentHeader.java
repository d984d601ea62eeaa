package io.quorate.embedded.log;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first sector of a segment.
 *
 * @param clusterId the cluster that the log belongs to
 * @param nodeId the member that wrote it
 * @param incarnation the life of that member's disk
 * @param firstIndex the index of the segment's first record
 * @param prevHash the chain hash before it
 */
record SegmentHeader(UUID clusterId, long nodeId, long incarnation, long firstIndex, long prevHash) {
    static final int SIZE = Sectors.SIZE;

    private static final long MAGIC = 0x51524154454C4F47L; // "QRATELOG"
    private static final int VERSION = 1;
    private static final int CRC_AT = SIZE - Integer.BYTES;

    ByteBuffer encode() {
        ByteBuffer sector = ByteBuffer.allocate(SIZE);
        sector.putLong(MAGIC).putInt(VERSION).putInt(0);
        sector.putLong(clusterId.getMostSignificantBits()).putLong(clusterId.getLeastSignificantBits());
        sector.putLong(nodeId).putLong(incarnation).putLong(firstIndex).putLong(prevHash);
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
        return new SegmentHeader(
                new UUID(sector.getLong(16), sector.getLong(24)),
                sector.getLong(32),
                sector.getLong(40),
                sector.getLong(48),
                sector.getLong(56));
    }

    static int crcOf(ByteBuffer sector) {
        CRC32C crc = new CRC32C();
        crc.update(sector.duplicate().position(0).limit(CRC_AT));
        return (int) crc.getValue();
    }
}
