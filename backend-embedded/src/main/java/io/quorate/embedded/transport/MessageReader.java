package io.quorate.embedded.transport;

import io.quorate.embedded.tree.MalformedDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages from a connection and puts together what came in parts. It never holds more than has really arrived, nor more
 * than one message and one snapshot may have. Used by one thread, the connection's reader.
 */
final class MessageReader {

    private final FrameReader frames;
    private final int maxMessageBytes;
    private final long maxSnapshotBytes;
    private ByteArrayOutputStream parts = new ByteArrayOutputStream(0);
    private List<byte[]> chunks = new ArrayList<>();
    private long chunkBytes;

    MessageReader(FrameReader frames) {
        this(frames, FrameFormat.MAX_MESSAGE_BYTES, FrameFormat.MAX_SNAPSHOT_BYTES);
    }

    MessageReader(FrameReader frames, int maxMessageBytes, long maxSnapshotBytes) {
        this.frames = frames;
        this.maxMessageBytes = maxMessageBytes;
        this.maxSnapshotBytes = maxSnapshotBytes;
    }

    /**
     * Reads the next frame.
     *
     * @return the message that it completes, or {@code null} if it completes none
     * @throws FrameException if it is not one that may arrive here
     */
    @Nullable
    PeerMessage read() throws IOException {
        Frame frame = frames.read(FrameFormat.PART_BYTES);
        try {
            return take(frame);
        } catch (MalformedDataException e) {
            throw new FrameException(
                    FrameException.Reason.MALFORMED, "a message of type " + frame.type() + ": " + e.getMessage(), e);
        }
    }

    /** Returns whether more has arrived, a part of a message perhaps. */
    boolean hasMore() throws IOException {
        return frames.hasMore();
    }

    private @Nullable PeerMessage take(Frame frame) throws FrameException {
        int type = frame.type();
        if (type > PeerMessageCodec.LAST_PROTOCOL || type < PeerMessageCodec.NOTIFICATION) {
            requireNoEpoch(frame);
        }
        if (type == FrameFormat.KEEP_ALIVE) {
            return null;
        } else if (type == FrameFormat.PART) {
            append(frame.body());
            return null;
        } else if (type == FrameFormat.SNAPSHOT_CHUNK) {
            takeChunk(frame.body());
            return null;
        } else if (!PeerMessageCodec.isKnown(type)) {
            throw new FrameException(FrameException.Reason.UNKNOWN_TYPE, "no message has the type " + type);
        } else if (FrameFormat.isUrgent(type)) {
            return PeerMessageCodec.read(type, frame.epoch(), frame.body());
        }
        ByteBuffer body = complete(frame.body());
        if (type == PeerMessageCodec.SNAPSHOT_CONTENT) {
            return takeSnapshot(PeerMessageCodec.readSnapshotEnd(body));
        } else if (chunkBytes > 0) {
            throw new FrameException(
                    FrameException.Reason.OUT_OF_PLACE, "a message of type " + type + " within a snapshot");
        }
        return PeerMessageCodec.read(type, frame.epoch(), body);
    }

    private static void requireNoEpoch(Frame frame) throws FrameException {
        if (frame.epoch() != 0) {
            throw new FrameException(
                    FrameException.Reason.MALFORMED, "a frame of type " + frame.type() + " belongs to no epoch");
        }
    }

    private void append(ByteBuffer part) throws FrameException {
        if (part.remaining() == 0) {
            throw new FrameException(FrameException.Reason.MALFORMED, "a part of a message is empty");
        }
        checkLength((long) parts.size() + part.remaining());
        parts.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
    }

    private void checkLength(long length) throws FrameException {
        if (length > maxMessageBytes) {
            throw new FrameException(
                    FrameException.Reason.MESSAGE_TOO_LONG, "no message has more than " + maxMessageBytes + " bytes");
        }
    }

    /** Returns a message whose last part has arrived. */
    private ByteBuffer complete(ByteBuffer last) throws FrameException {
        if (parts.size() == 0) {
            return last;
        }
        checkLength((long) parts.size() + last.remaining());
        parts.write(last.array(), last.arrayOffset() + last.position(), last.remaining());
        byte[] whole = parts.toByteArray();
        parts = new ByteArrayOutputStream(0);
        return ByteBuffer.wrap(whole);
    }

    private void takeChunk(ByteBuffer last) throws FrameException {
        ByteBuffer whole = complete(last);
        byte[] chunk = new byte[whole.remaining()];
        whole.get(chunk);
        if (chunk.length == 0) {
            throw new FrameException(FrameException.Reason.MALFORMED, "a chunk of a snapshot is empty");
        }
        chunkBytes += chunk.length;
        if (chunkBytes > maxSnapshotBytes) {
            throw new FrameException(
                    FrameException.Reason.MESSAGE_TOO_LONG, "no snapshot has more than " + maxSnapshotBytes + " bytes");
        }
        chunks.add(chunk);
    }

    private PeerMessage takeSnapshot(PeerMessageCodec.SnapshotEnd end) throws FrameException {
        if (end.chunks() != chunks.size() || end.bytes() != chunkBytes) {
            throw new FrameException(
                    FrameException.Reason.MALFORMED,
                    "a snapshot of " + end.chunks() + " chunks and " + end.bytes() + " bytes came as " + chunks.size()
                            + " chunks and " + chunkBytes + " bytes");
        }
        PeerMessage content = new PeerMessage.SnapshotContent(end.point(), chunks);
        chunks = new ArrayList<>();
        chunkBytes = 0;
        return content;
    }
}
