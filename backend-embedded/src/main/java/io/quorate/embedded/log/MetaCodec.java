package io.quorate.embedded.log;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bytes of one meta slot: a single sector, which a disk writes as a whole or not at all. */
final class MetaCodec {
    static final int SIZE = Sectors.SIZE;

    private static final long MAGIC = 0x515241544D455441L; // "QRATMETA"
    private static final int VERSION = 1;
    private static final int CRC_AT = SIZE - Integer.BYTES;

    /** What a slot holds. */
    record Slot(long sequence, Meta meta) {}

    private MetaCodec() {}

    static ByteBuffer encode(Slot slot) {
        Meta meta = slot.meta();
        Identity identity = meta.identity();
        AcceptedLeader leader = meta.acceptedLeader();
        ByteBuffer out = ByteBuffer.allocate(SIZE);
        out.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(slot.sequence());
        out.putLong(identity.clusterId().getMostSignificantBits());
        out.putLong(identity.clusterId().getLeastSignificantBits());
        out.putLong(identity.nodeId()).putLong(identity.incarnation()).putLong(meta.boots());
        out.putLong(meta.memberListVersion()).putLong(meta.memberListHash());
        out.putLong(meta.acceptedEpoch()).put((byte) (leader == null ? 0 : 1));
        out.putLong(leader == null ? 0 : leader.nodeId()).putLong(leader == null ? 0 : leader.incarnation());
        out.put((byte) (meta.bootstrapped() ? 1 : 0)).put((byte) meta.standing().code());
        out.putLong(meta.durableMark());
        out.put((byte) meta.unfinished().kind().code())
                .putLong(meta.unfinished().index());
        return out.putInt(CRC_AT, SegmentHeader.crcOf(out)).rewind();
    }

    /** What is in a sector, or null if nothing was written there as such. */
    static @Nullable Slot decode(ByteBuffer in) {
        if (in.limit() < SIZE || in.getInt(CRC_AT) != SegmentHeader.crcOf(in)) {
            return null;
        }
        if (in.getLong() != MAGIC || in.getInt() != VERSION) {
            return null;
        }
        in.getInt();
        long sequence = in.getLong();
        Identity identity = new Identity(new UUID(in.getLong(), in.getLong()), in.getLong(), in.getLong());
        long boots = in.getLong();
        long listVersion = in.getLong();
        long listHash = in.getLong();
        long acceptedEpoch = in.getLong();
        boolean hasLeader = in.get() == 1;
        AcceptedLeader leader = new AcceptedLeader(in.getLong(), in.getLong());
        boolean bootstrapped = in.get() == 1;
        Standing standing = Standing.of(in.get());
        long mark = in.getLong();
        Unfinished.Kind change = Unfinished.Kind.of(in.get());
        long changeIndex = in.getLong();
        if (standing == null || change == null) {
            return null;
        }
        Meta meta = new Meta(
                identity,
                boots,
                listVersion,
                listHash,
                acceptedEpoch,
                hasLeader ? leader : null,
                bootstrapped,
                standing,
                mark,
                new Unfinished(change, changeIndex));
        return new Slot(sequence, meta);
    }
}
