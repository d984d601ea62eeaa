package io.quorate.remote.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** Cuts a byte stream into frames: four bytes of length, then that many bytes. */
final class FrameReader {
    /** Four times ZooKeeper's default {@code jute.maxbuffer}, and far below the number that text spells as a length. */
    static final int MAX_LENGTH = 4 << 20;

    /** Takes the frames, each without its length; a frame it refuses ends the connection. */
    interface Sink {
        void accept(byte[] body) throws IOException;
    }

    private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    private @Nullable ByteBuffer body;

    /**
     * Reads what is there and hands over every frame that became complete.
     *
     * @return false at the end of the stream
     * @throws MalformedFrameException if a length is negative or above {@link #MAX_LENGTH}; nothing was allocated for it
     */
    boolean readFrom(ReadableByteChannel channel, Sink sink) throws IOException {
        while (true) {
            ByteBuffer target = body == null ? length : body;
            int count = target.hasRemaining() ? channel.read(target) : 0;
            if (count < 0) {
                return false;
            }
            if (target.hasRemaining()) {
                return true;
            }
            if (body == null) {
                body = ByteBuffer.allocate(checkedLength());
            } else {
                byte[] complete = body.array();
                body = null;
                sink.accept(complete);
            }
        }
    }

    private int checkedLength() throws MalformedFrameException {
        int claimed = length.flip().getInt();
        length.clear();
        if (claimed < 0 || claimed > MAX_LENGTH) {
            throw new MalformedFrameException("frame length " + claimed + " is not within 0.." + MAX_LENGTH);
        }
        return claimed;
    }
}
