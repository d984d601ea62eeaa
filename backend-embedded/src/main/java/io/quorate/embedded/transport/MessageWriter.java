package io.quorate.embedded.transport;

import io.quorate.embedded.tree.BinaryOutput;
import io.quorate.embedded.zab.Message;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes messages to a connection as frames. Used by one thread, the connection's writer. */
final class MessageWriter {

    /** A proposal with more than this is sent as several. */
    private static final long PROPOSAL_BYTES = 1 << 20;

    private static final int KEPT_BYTES = 1 << 20;

    private final FrameWriter frames;
    private final AtomicLong framesWritten = new AtomicLong();
    private BinaryOutput buffer = new BinaryOutput(512);

    MessageWriter(FrameWriter frames) {
        this.frames = frames;
    }

    /**
     * Writes a message.
     *
     * @param urgent gives messages, or {@code null}, that may overtake the content of a snapshot: those of which each fits into one
     *     frame and means the same before and behind it
     */
    void write(PeerMessage message, Supplier<@Nullable PeerMessage> urgent) throws IOException {
        if (message instanceof PeerMessage.SnapshotContent content) {
            writeSnapshot(content, urgent);
        } else if (message instanceof PeerMessage.Protocol protocol
                && protocol.message() instanceof Message.Propose proposal) {
            for (Message.Propose part : ProtocolCodec.split(proposal, PROPOSAL_BYTES)) {
                writeWhole(new PeerMessage.Protocol(part));
            }
        } else {
            writeWhole(message);
        }
    }

    private void writeSnapshot(PeerMessage.SnapshotContent content, Supplier<@Nullable PeerMessage> urgent)
            throws IOException {
        for (byte[] chunk : content.chunks()) {
            int sent = 0;
            while (chunk.length - sent > FrameFormat.PART_BYTES) {
                writeFrame(FrameFormat.PART, 0, chunk, sent, FrameFormat.PART_BYTES);
                sent += FrameFormat.PART_BYTES;
                writeUrgent(urgent);
            }
            writeFrame(FrameFormat.SNAPSHOT_CHUNK, 0, chunk, sent, chunk.length - sent);
            writeUrgent(urgent);
        }
        writeWhole(content);
    }

    /** Returns how many frames were written, which tells whether the receiver takes any. Called by any thread. */
    long framesWritten() {
        return framesWritten.get();
    }

    private void writeFrame(int type, long epoch, byte[] bytes, int offset, int length) throws IOException {
        frames.write(type, epoch, bytes, offset, length);
        framesWritten.incrementAndGet();
    }

    private void writeUrgent(Supplier<@Nullable PeerMessage> urgent) throws IOException {
        boolean any = false;
        for (PeerMessage next = urgent.get(); next != null; next = urgent.get()) {
            writeWhole(next);
            any = true;
        }
        if (any) {
            frames.flush();
        }
    }

    private void writeWhole(PeerMessage message) throws IOException {
        buffer.clear();
        PeerMessageCodec.Envelope envelope = PeerMessageCodec.write(buffer, message);
        int size = buffer.size();
        int sent = 0;
        while (size - sent > FrameFormat.PART_BYTES) {
            writeFrame(FrameFormat.PART, 0, buffer.array(), sent, FrameFormat.PART_BYTES);
            sent += FrameFormat.PART_BYTES;
        }
        writeFrame(envelope.type(), envelope.epoch(), buffer.array(), sent, size - sent);
        if (buffer.array().length > KEPT_BYTES) {
            buffer = new BinaryOutput(512);
        }
    }

    /** Says that this end is there, though it has nothing to say. */
    void keepAlive() throws IOException {
        frames.write(FrameFormat.KEEP_ALIVE, new byte[0]);
        frames.flush();
    }

    void flush() throws IOException {
        frames.flush();
    }
}
