package io.quorate.embedded.log;

import java.nio.ByteBuffer;

/**
 * The running hash of a log: two logs with the same hash at an index are equal up to there.
 *
 * <p>It is the chain hash of the protocol, {@link io.quorate.embedded.zab.LogRecord#chainHash}: what a member stores and what
 * members compare is one function. It depends on what was proposed only and never on where a member keeps it. Before the
 * first record it is {@link #START}.
 */
public final class ChainHash {
    /** The hash of the empty log. */
    public static final long START = 0;

    /** A calculator. */
    public ChainHash() {}

    /**
     * The hash after one more record.
     *
     * @param previous the hash before it
     * @param epoch its epoch
     * @param index its index
     * @param type its type
     * @param body its body, left untouched
     * @return the hash of the log that ends with it
     */
    public long next(long previous, long epoch, long index, RecordType type, ByteBuffer body) {
        return io.quorate.embedded.zab.LogRecord.chainHash(previous, epoch, index, protocolType(type), bytes(body));
    }

    private static io.quorate.embedded.zab.RecordType protocolType(RecordType type) {
        return switch (type) {
            case NEWLEADER -> io.quorate.embedded.zab.RecordType.NEWLEADER;
            case TXN -> io.quorate.embedded.zab.RecordType.TXN;
            case ADMISSION -> io.quorate.embedded.zab.RecordType.ADMISSION;
        };
    }

    private static byte[] bytes(ByteBuffer body) {
        if (body.hasArray()
                && body.arrayOffset() == 0
                && body.position() == 0
                && body.remaining() == body.array().length) {
            return body.array();
        }
        byte[] copy = new byte[body.remaining()];
        body.duplicate().get(copy);
        return copy;
    }
}
