package io.quorate.embedded.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Reads frames from a connection and trusts nothing: the length is compared with its bound before anything is allocated, the
 * checksum before anything is looked at, and whose frame it is before anything is done. Used by one thread at a time.
 */
final class FrameReader {

    /** Who sends is not known before the handshake has told. */
    private static final long UNKNOWN = 0;

    private static final int KEPT_BYTES = 64 << 10;

    private final InputStream input;
    private final UUID cluster;
    private final byte[] prefix = new byte[FrameFormat.PREFIX_BYTES];
    private final CRC32C checksum = new CRC32C();
    private byte[] kept = new byte[0];
    private long sender = UNKNOWN;
    private long incarnation = UNKNOWN;
    private long connection = UNKNOWN;
    private LinkIdentity first;

    FrameReader(InputStream input, UUID cluster) {
        this.input = input;
        this.cluster = cluster;
        this.first = new LinkIdentity(cluster, 0, UNKNOWN, UNKNOWN);
    }

    /** Returns whose the last frame was that arrived before {@link #expect} said whose they must be. */
    LinkIdentity identity() {
        return first;
    }

    /** From now on only frames of this member, this life of it and this connection are taken. */
    void expect(LinkIdentity identity) {
        sender = identity.sender();
        incarnation = identity.incarnation();
        connection = identity.connection();
    }

    /**
     * Reads the next frame.
     *
     * @param maxBody the longest body to be taken
     * @throws FrameException if it is not one that may arrive here
     * @throws EOFException if the connection ended, between frames or within one
     */
    Frame read(int maxBody) throws IOException {
        fill(prefix, FrameFormat.PREFIX_BYTES);
        ByteBuffer start = ByteBuffer.wrap(prefix);
        int length = start.getInt();
        int expected = start.getInt();
        if (length < FrameFormat.MIN_LENGTH) {
            throw new FrameException(FrameException.Reason.TOO_SHORT, "a frame claims " + length + " bytes");
        }
        if (length - FrameFormat.MIN_LENGTH > maxBody) {
            throw new FrameException(
                    FrameException.Reason.TOO_LONG,
                    "a frame claims " + length + " bytes where at most " + (maxBody + FrameFormat.MIN_LENGTH)
                            + " are allowed");
        }
        byte[] bytes = array(length);
        fill(bytes, length);
        checksum.reset();
        checksum.update(bytes, 0, length);
        if ((int) checksum.getValue() != expected) {
            throw new FrameException(FrameException.Reason.CHECKSUM, "a frame of " + length + " bytes is damaged");
        }
        return parse(ByteBuffer.wrap(bytes, 0, length));
    }

    /** Returns whether more has arrived, a part of a frame perhaps. */
    boolean hasMore() throws IOException {
        return input.available() > 0;
    }

    private byte[] array(int length) {
        if (length > KEPT_BYTES) {
            return new byte[length];
        }
        if (kept.length < length) {
            kept = new byte[Math.min(KEPT_BYTES, Math.max(length, kept.length * 2))];
        }
        return kept;
    }

    private void fill(byte[] target, int length) throws IOException {
        if (input.readNBytes(target, 0, length) < length) {
            throw new EOFException("the other end has closed the connection");
        }
    }

    private Frame parse(ByteBuffer bytes) throws FrameException {
        int version = bytes.get() & 0xFF;
        if (version != FrameFormat.VERSION) {
            throw new FrameException(
                    FrameException.Reason.VERSION,
                    "the other end speaks version " + version + " of the protocol and this one " + FrameFormat.VERSION);
        }
        UUID from = new UUID(bytes.getLong(), bytes.getLong());
        if (!from.equals(cluster)) {
            throw new FrameException(
                    FrameException.Reason.CLUSTER,
                    "the other end belongs to cluster " + from + " and this one to " + cluster);
        }
        int member = bytes.getInt();
        long life = bytes.getLong();
        long link = bytes.getLong();
        if (sender == UNKNOWN) {
            first = new LinkIdentity(cluster, member, life, link);
        }
        require(FrameException.Reason.SENDER, "member", member, sender);
        require(FrameException.Reason.SENDER, "incarnation", life, incarnation);
        require(FrameException.Reason.CONNECTION, "connection", link, connection);
        long epoch = bytes.getLong();
        int type = bytes.get() & 0xFF;
        if (epoch < 0) {
            throw new FrameException(FrameException.Reason.MALFORMED, "a frame of epoch " + epoch);
        }
        return new Frame(type, epoch, bytes.slice());
    }

    private static void require(FrameException.Reason reason, String what, long actual, long expected)
            throws FrameException {
        if (expected != UNKNOWN && actual != expected) {
            throw new FrameException(reason, "a frame of " + what + " " + actual + " instead of " + expected);
        }
    }
}
