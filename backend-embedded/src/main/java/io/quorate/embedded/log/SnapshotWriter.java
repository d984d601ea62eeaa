package io.quorate.embedded.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Objects;

/**
 * A snapshot in the making: bytes that no recovery will look at before {@link MemberStorage#publish} or
 * {@link MemberStorage#install} has taken it.
 *
 * <p>It may be filled by another thread than the storage's, one at a time. A failure to write (a full disk, say) spoils this
 * snapshot only: {@link #abandon} it and go on; nothing else was touched.
 */
public final class SnapshotWriter extends OutputStream {
    private final Disk disk;
    private final SnapshotFormat.Header header;
    private final String fileName;
    private final DiskFile file;
    private final boolean received;
    private final Rules rules;
    private final MessageDigest digest = SnapshotFormat.newDigest();
    private final ByteBuffer block = ByteBuffer.allocate(SnapshotFormat.BLOCK_HEADER + SnapshotFormat.MAX_BLOCK);
    private long offset = SnapshotFormat.HEADER;
    private long blocks;
    private long content;
    private boolean open = true;
    private boolean finished;

    SnapshotWriter(Disk disk, SnapshotFormat.Header header, String fileName, boolean received, Rules rules)
            throws IOException {
        this.disk = disk;
        this.header = header;
        this.fileName = fileName;
        this.received = received;
        this.rules = rules;
        disk.delete(fileName);
        this.file = disk.create(fileName);
        ByteBuffer sector = SnapshotFormat.encode(header);
        digest.update(sector.duplicate());
        block.position(SnapshotFormat.BLOCK_HEADER);
        try {
            file.write(sector, 0);
        } catch (IOException e) {
            abandon();
            throw e;
        }
    }

    /**
     * Which state this is.
     *
     * @return the snapshot as it was announced
     */
    public Snapshot snapshot() {
        return header.snapshot();
    }

    SnapshotFormat.Header header() {
        return header;
    }

    boolean isReceived() {
        return received;
    }

    boolean isFinished() {
        return finished;
    }

    String fileName() {
        return fileName;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, bytes.length);
        checkOpen();
        int at = from;
        int left = length;
        while (left > 0) {
            int piece = Math.min(left, block.remaining());
            block.put(bytes, at, piece);
            at += piece;
            left -= piece;
            if (!block.hasRemaining()) {
                writeBlock();
            }
        }
    }

    private void checkOpen() throws IOException {
        if (!open) {
            throw new IOException("the snapshot " + fileName + " is finished or abandoned");
        }
    }

    private void writeBlock() throws IOException {
        int length = block.position() - SnapshotFormat.BLOCK_HEADER;
        if (length == 0) {
            return;
        }
        block.flip();
        ByteBuffer data = block.duplicate().position(SnapshotFormat.BLOCK_HEADER);
        digest.update(data.duplicate());
        block.putInt(0, length).putInt(4, SnapshotFormat.crcOfBlock(blocks++, data));
        file.write(block, offset);
        offset += SnapshotFormat.BLOCK_HEADER + length;
        content += length;
        block.clear().position(SnapshotFormat.BLOCK_HEADER);
    }

    /**
     * Writes what is left and makes the content durable; blocks for one fsync. The snapshot is not in place yet.
     *
     * @throws IOException if it is not durable; abandon it
     */
    public void finish() throws IOException {
        checkOpen();
        writeBlock();
        ByteBuffer trailer = ByteBuffer.allocate(SnapshotFormat.TRAILER);
        trailer.putInt(SnapshotFormat.END).putInt(0).putLong(content).put(digest.digest());
        trailer.putInt(
                4, SnapshotFormat.crcOfBlock(blocks, trailer.duplicate().flip().position(8)));
        file.write(trailer.rewind(), offset);
        if (rules.keep(DurabilityRule.FORCE_SNAPSHOT_BEFORE_RENAME)) {
            file.force(true);
        }
        file.close();
        open = false;
        finished = true;
    }

    /** Gives the snapshot up and deletes what was written of it; does nothing once it is in place. */
    public void abandon() {
        open = false;
        finished = false;
        try {
            file.close();
            disk.delete(fileName);
        } catch (IOException e) {
            // The file has a temporary name: the next recovery deletes it.
            return;
        }
    }

    /** {@linkplain #abandon Gives it up} unless it was finished. */
    @Override
    public void close() {
        if (open) {
            abandon();
        }
    }
}
