package io.quorate.embedded.transport;

/**
 * The frame in which everything travels between members.
 *
 * <pre>
 * offset  bytes
 *      0      4  length of all that follows the checksum
 *      4      4  CRC-32C of all that follows
 *      8      1  version of the protocol
 *      9     16  cluster
 *     25      4  sender
 *     29      8  incarnation of the sender
 *     37      8  connection
 *     45      8  epoch that the message belongs to, 0 if none
 *     53      1  type
 *     54      …  body
 * </pre>
 *
 * <p>A message that is longer than {@link #PART_BYTES} travels as several frames: {@link #PART}s, and a last one of its own
 * type. Frames of a type that {@linkplain #isUrgent is urgent} may stand between them.
 */
final class FrameFormat {

    /** The version of the protocol between members. */
    static final int VERSION = 1;

    static final int PREFIX_BYTES = 8;
    static final int HEADER_BYTES = 54;
    static final int MIN_LENGTH = HEADER_BYTES - PREFIX_BYTES;

    /** The longest body of a frame. */
    static final int PART_BYTES = 256 << 10;

    /** The longest body of a frame before the other end has proved who it is. */
    static final int HANDSHAKE_BYTES = 4 << 10;

    /** The longest message: somewhat more than all sessions of a process may have in flight. */
    static final int MAX_MESSAGE_BYTES = 96 << 20;

    /** The most bytes that a snapshot may have; the state itself is bounded below that. */
    static final long MAX_SNAPSHOT_BYTES = 2L << 30;

    // Types of frames. Those of the handshake are in Handshake, those of messages in PeerMessageCodec.

    /** A piece of a message that is not its last. */
    static final int PART = 1;

    /** Says that the sender is there. */
    static final int KEEP_ALIVE = 2;

    /** A chunk of the content of a snapshot, ahead of {@link PeerMessageCodec#SNAPSHOT_CONTENT}. */
    static final int SNAPSHOT_CHUNK = 3;

    private FrameFormat() {}

    /** Returns whether frames of a type are whole messages that may overtake the content of a snapshot. */
    static boolean isUrgent(int type) {
        return type == KEEP_ALIVE
                || type == PeerMessageCodec.NOTIFICATION
                || type == PeerMessageCodec.PING
                || type == PeerMessageCodec.PONG;
    }
}
