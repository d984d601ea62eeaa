package io.quorate.embedded.log;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The bytes of a snapshot file; the package comment has the layout. */
final class SnapshotFormat {
    static final int HEADER = Sectors.SIZE;
    static final int BLOCK_HEADER = 8;
    static final int MAX_BLOCK = 1 << 16;
    static final int DIGEST = 32;
    /** The length that stands before the trailer, where a block's would be. */
    static final int END = -1;

    static final int TRAILER = BLOCK_HEADER + Long.BYTES + DIGEST;

    private static final long MAGIC = 0x51524154534E4150L; // "QRATSNAP"
    private static final int VERSION = 1;
    private static final int CRC_AT = HEADER - Integer.BYTES;

    /** The first sector. */
    record Header(Identity identity, Snapshot snapshot) {}

    private SnapshotFormat() {}

    static ByteBuffer encode(Header header) {
        Identity identity = header.identity();
        Snapshot snapshot = header.snapshot();
        ByteBuffer out = ByteBuffer.allocate(HEADER);
        out.putLong(MAGIC).putInt(VERSION).putInt(0);
        out.putLong(identity.clusterId().getMostSignificantBits());
        out.putLong(identity.clusterId().getLeastSignificantBits());
        out.putLong(identity.nodeId()).putLong(identity.incarnation());
        out.putLong(snapshot.lastIndex()).putLong(snapshot.lastEpoch());
        out.putLong(snapshot.chainHash()).putLong(snapshot.stateDigest());
        return out.putInt(CRC_AT, SegmentHeader.crcOf(out)).rewind();
    }

    static @Nullable Header decode(ByteBuffer in) {
        if (in.limit() < HEADER || in.getInt(CRC_AT) != SegmentHeader.crcOf(in)) {
            return null;
        }
        if (in.getLong() != MAGIC || in.getInt() != VERSION) {
            return null;
        }
        in.getInt();
        Identity identity = new Identity(new UUID(in.getLong(), in.getLong()), in.getLong(), in.getLong());
        long lastIndex = in.getLong();
        long lastEpoch = in.getLong();
        if (lastIndex < 1 || lastEpoch < 1) {
            return null;
        }
        return new Header(identity, new Snapshot(lastIndex, lastEpoch, in.getLong(), in.getLong()));
    }

    /** The checksum of a block covers its number too, so that blocks cannot change places. */
    static int crcOfBlock(long number, ByteBuffer data) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
        crc.update(data.duplicate());
        return (int) crc.getValue();
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
