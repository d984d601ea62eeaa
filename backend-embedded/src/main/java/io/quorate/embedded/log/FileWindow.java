package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A moving view on a file, so that a scan reads big pieces and copies nothing. */
final class FileWindow {
    private static final int CAPACITY = 1 << 18;

    private final DiskFile file;
    private final long fileSize;
    private final int capacity;
    private ByteBuffer buffer;
    private long base;

    FileWindow(DiskFile file) throws IOException {
        this(file, CAPACITY);
    }

    FileWindow(DiskFile file, int capacity) throws IOException {
        this.file = file;
        this.fileSize = file.size();
        this.capacity = capacity;
        this.buffer = ByteBuffer.allocate(0);
    }

    long fileSize() {
        return fileSize;
    }

    /** The bytes last loaded; its limit is where they end. */
    ByteBuffer buffer() {
        return buffer;
    }

    /**
     * Makes bytes present, as far as the file has them.
     *
     * @return where {@code offset} is in the buffer
     */
    int load(long offset, int length) throws IOException {
        long wantedEnd = Math.min(offset + length, fileSize);
        if (offset < base || wantedEnd > base + buffer.limit()) {
            refill(offset, length);
        }
        return (int) (offset - base);
    }

    private void refill(long offset, int length) throws IOException {
        int wanted = (int) Math.min(Math.max(length, capacity), Math.max(fileSize - offset, 0));
        if (buffer.capacity() < wanted) {
            buffer = ByteBuffer.allocate(wanted);
        }
        buffer.clear().limit(wanted);
        int read = file.read(buffer, offset);
        buffer.position(0).limit(read);
        base = offset;
    }

    /** How many bytes from {@code at} on are present, at most {@code length}. */
    int available(int at, int length) {
        return Math.max(Math.min(buffer.limit() - at, length), 0);
    }
}
