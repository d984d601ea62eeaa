package io.quorate.embedded.zab;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One record of the replicated log, chained to its predecessor by a 64-bit hash.
 *
 * <p>Immutable, provided nobody writes to the payload array, which is shared and never copied.
 */
public final class LogRecord {

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final long epoch;
    private final long index;
    private final long prevHash;
    private final RecordType type;
    private final byte[] payload;
    private final long hash;

    /** What the payload means. Whoever decodes it gets an equal object, so that it does not matter who is seen to be first. */
    private @Nullable Object content;

    /**
     * Creates a record and computes its chain hash.
     *
     * @param epoch the epoch of the leader that proposed it, at least 1
     * @param index its position in the total order, at least 1
     * @param prevHash the chain hash of the record before it
     * @param type what it is
     * @param payload its content, which the caller no longer modifies
     */
    public LogRecord(long epoch, long index, long prevHash, RecordType type, byte[] payload) {
        this(epoch, index, prevHash, type, payload, null);
    }

    /** Creates a record whose content is known to whoever has encoded it, and otherwise as the other constructor does. */
    LogRecord(long epoch, long index, long prevHash, RecordType type, byte[] payload, @Nullable Object content) {
        if (epoch < 1 || index < 1) {
            throw new IllegalArgumentException("epoch and index count from 1: epoch " + epoch + ", index " + index);
        }
        this.epoch = epoch;
        this.index = index;
        this.prevHash = prevHash;
        this.type = Objects.requireNonNull(type);
        this.payload = Objects.requireNonNull(payload);
        this.hash = chainHash(prevHash, epoch, index, type, payload);
        this.content = content;
    }

    /** The epoch of the leader that proposed this record. */
    public long epoch() {
        return epoch;
    }

    /** The position in the total order. */
    public long index() {
        return index;
    }

    /** The chain hash of the record before this one. */
    public long prevHash() {
        return prevHash;
    }

    /** What this record is. */
    public RecordType type() {
        return type;
    }

    /** The content, shared and not to be modified. */
    public byte[] payload() {
        return payload;
    }

    /**
     * What the payload means. It is decoded at most once for all members that share this record, which are those of one
     * process.
     *
     * @param decoder the one way to decode payloads; what it returns must be immutable
     */
    public Object content(Function<byte[], Object> decoder) {
        Object decoded = content;
        if (decoded == null) {
            decoded = decoder.apply(payload);
            content = decoded;
        }
        return decoded;
    }

    /** The chain hash of the history that ends with this record. */
    public long hash() {
        return hash;
    }

    /** The place of this record in its history. */
    public LogPoint point() {
        return new LogPoint(epoch, index, hash);
    }

    /**
     * The hash that chains a record to its predecessor. It detects accidents (a wrong range, a lost or misplaced block),
     * not forgery.
     */
    public static long chainHash(long prevHash, long epoch, long index, RecordType type, byte[] payload) {
        long h = fold(prevHash, epoch);
        h = fold(h, index);
        h = fold(h, ((long) payload.length << 8) | code(type));
        int i = 0;
        for (; i + Long.BYTES <= payload.length; i += Long.BYTES) {
            h = fold(h, (long) WORDS.get(payload, i));
        }
        long rest = 0;
        for (; i < payload.length; i++) {
            rest = (rest << 8) | (payload[i] & 0xff);
        }
        h = fold(h, rest);
        return h ^ (h >>> 29);
    }

    private static int code(RecordType type) {
        return switch (type) {
            case NEWLEADER -> 1;
            case TXN -> 2;
            case ADMISSION -> 3;
        };
    }

    private static long fold(long hash, long word) {
        long h = (hash ^ word) * MULTIPLIER;
        return h ^ (h >>> 32);
    }

    @Override
    public String toString() {
        return type + "(" + epoch + "," + index + ")";
    }
}
