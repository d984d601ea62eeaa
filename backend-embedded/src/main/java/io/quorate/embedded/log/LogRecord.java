package io.quorate.embedded.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One record of the log: a transaction or the beginning of an epoch. Immutable, provided that nobody changes the array it
 * was built from.
 */
public final class LogRecord {
    private final long epoch;
    private final long index;
    private final long prevHash;
    private final RecordType type;
    private final byte[] body;

    /**
     * A record.
     *
     * @param epoch the epoch it was proposed in, at least 1
     * @param index its index, at least 1
     * @param prevHash the {@linkplain ChainHash chain hash} of the log before it
     * @param type what it is
     * @param body its content, kept and not copied: the caller gives it away
     * @throws IllegalArgumentException if epoch or index is below 1
     */
    public LogRecord(long epoch, long index, long prevHash, RecordType type, byte[] body) {
        if (epoch < 1 || index < 1) {
            throw new IllegalArgumentException("no record: epoch " + epoch + ", index " + index);
        }
        this.epoch = epoch;
        this.index = index;
        this.prevHash = prevHash;
        this.type = type;
        this.body = body;
    }

    /**
     * The epoch it was proposed in.
     *
     * @return at least 1
     */
    public long epoch() {
        return epoch;
    }

    /**
     * Its place in the total order.
     *
     * @return at least 1
     */
    public long index() {
        return index;
    }

    /**
     * The chain hash of the log before it.
     *
     * @return a hash
     */
    public long prevHash() {
        return prevHash;
    }

    /**
     * What it is.
     *
     * @return the type
     */
    public RecordType type() {
        return type;
    }

    /**
     * Its content.
     *
     * @return a read-only view
     */
    public ByteBuffer body() {
        return ByteBuffer.wrap(body).asReadOnlyBuffer();
    }

    int bodyLength() {
        return body.length;
    }

    byte[] bodyBytes() {
        return body;
    }

    /**
     * The chain hash of the log that ends with it.
     *
     * @param hash the calculator of the calling thread
     * @return a hash
     */
    public long hash(ChainHash hash) {
        return hash.next(prevHash, epoch, index, type, ByteBuffer.wrap(body));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogRecord that
                && epoch == that.epoch
                && index == that.index
                && prevHash == that.prevHash
                && type == that.type
                && Arrays.equals(body, that.body);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(prevHash * 31 + index);
    }

    @Override
    public String toString() {
        return type + "(" + epoch + "," + index + ") " + body.length + " bytes";
    }
}
