package io.quorate.embedded.member;

import io.quorate.embedded.log.SnapshotReader;
import io.quorate.embedded.log.SnapshotWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The content of a snapshot as the storage keeps it: the chunks that the state was written in, each behind its length. A chunk
 * holds whole records of the state, so that it must come back as it was.
 */
final class SnapshotChunks {

    /** Longer than what is asked for as a chunk and the longest record of the state together. */
    private static final int MAX_BYTES = 16 << 20;

    private SnapshotChunks() {}

    static void write(SnapshotWriter writer, byte[] chunk) throws IOException {
        if (chunk.length > MAX_BYTES) {
            throw new IOException("a chunk of a snapshot has " + chunk.length + " bytes; at most " + MAX_BYTES
                    + " could be read back");
        }
        writer.write(ByteBuffer.allocate(Integer.BYTES).putInt(chunk.length).array());
        writer.write(chunk);
    }

    /** Returns the next chunk, or {@code null} at the end. */
    static byte @Nullable [] read(SnapshotReader reader) throws IOException {
        byte[] prefix = reader.readNBytes(Integer.BYTES);
        if (prefix.length == 0) {
            return null;
        }
        int length = prefix.length == Integer.BYTES ? ByteBuffer.wrap(prefix).getInt() : -1;
        if (length < 1 || length > MAX_BYTES) {
            throw new IOException("a chunk of a snapshot claims " + length + " bytes");
        }
        byte[] chunk = new byte[length];
        if (reader.readNBytes(chunk, 0, length) < length) {
            throw new EOFException("a snapshot ends in the middle of a chunk");
        }
        return chunk;
    }
}
