package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}, read and written at explicit offsets; used by one thread at a time. */
public interface DiskFile extends Closeable {

    /**
     * Fills {@code target} from {@code offset} on, up to its limit or the end of the file.
     *
     * @param target where the bytes go
     * @param offset the first byte to read
     * @return how many bytes were read; fewer than asked for only at the end of the file
     * @throws IOException if the bytes cannot be read
     */
    int read(ByteBuffer target, long offset) throws IOException;

    /**
     * Writes all of {@code source} at {@code offset}; the bytes are not durable before {@link #force}.
     *
     * @param source the bytes, all consumed
     * @param offset where the first goes
     * @throws DiskFullException if there was no room
     * @throws IOException if not all bytes are known to be written
     */
    void write(ByteBuffer source, long offset) throws IOException;

    /**
     * Makes what was written durable. After a failure nothing is known about any byte written since the last success, and
     * a second call proves nothing: the system may have marked the lost pages clean.
     *
     * @param metadata whether a changed file size must be durable too
     * @throws IOException if the bytes are not known to be durable
     */
    void force(boolean metadata) throws IOException;

    /**
     * The length of the file.
     *
     * @return bytes
     * @throws IOException if it cannot be read
     */
    long size() throws IOException;
}
