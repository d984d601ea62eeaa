package io.quorate.embedded.log;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The running hash of a log: two logs with the same hash at an index are equal up to there.
 *
 * <p>The hash after a record is the first eight bytes, big-endian, of
 * {@code SHA-256(previous hash, epoch, index, type code, body)}; before the first record it is {@link #START}. It depends on
 * what was proposed only and never on where a member keeps it, so it is the same on every member. Not thread-safe.
 */
public final class ChainHash {
    /** The hash of the empty log. */
    public static final long START = 0;

    private static final int FIELDS = 3 * Long.BYTES + 1;

    private final MessageDigest sha256;
    private final byte[] fields = new byte[FIELDS];
    private final ByteBuffer fieldView = ByteBuffer.wrap(fields);
    private final byte[] digest = new byte[32];

    /** A calculator for one thread. */
    public ChainHash() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

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
        fieldView.clear().putLong(previous).putLong(epoch).putLong(index).put((byte) type.code());
        sha256.update(fields);
        sha256.update(body.duplicate());
        try {
            sha256.digest(digest, 0, digest.length);
        } catch (DigestException e) {
            throw new AssertionError("the array has the length of the digest", e);
        }
        return ByteBuffer.wrap(digest).getLong();
    }
}
