package io.quorate.embedded.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/**
 * The content of a snapshot, verified while it is read: no byte of a damaged block is delivered, and the end of the stream
 * only after the digest of the whole held. Until then nothing that was read may be used for good.
 *
 * <p>Used by one thread at a time, which need not be the storage's.
 */
public final class SnapshotReader extends InputStream {
    private final String name;
    private final DiskFile file;
    private final SnapshotFormat.Header header;
    private final long size;
    private final MessageDigest digest = SnapshotFormat.newDigest();
    private final ByteBuffer blockHeader = ByteBuffer.allocate(SnapshotFormat.BLOCK_HEADER);
    private final ByteBuffer block =
            ByteBuffer.allocate(SnapshotFormat.MAX_BLOCK).limit(0);
    private long offset = SnapshotFormat.HEADER;
    private long blocks;
    private long content;
    private boolean complete;

    private SnapshotReader(String name, DiskFile file, SnapshotFormat.Header header, ByteBuffer sector)
            throws IOException {
        this.name = name;
        this.file = file;
        this.header = header;
        this.size = file.size();
        digest.update(sector);
    }

    static SnapshotReader open(Disk disk, String fileName) throws IOException {
        DiskFile file = disk.openReadOnly(fileName);
        try {
            ByteBuffer sector = ByteBuffer.allocate(SnapshotFormat.HEADER);
            file.read(sector, 0);
            SnapshotFormat.Header header = SnapshotFormat.decode(sector.flip());
            if (header == null) {
                throw new CorruptStorageException(fileName, 0, 0, "it has no valid header");
            }
            return new SnapshotReader(fileName, file, header, sector.rewind());
        } catch (IOException | CorruptStorageException e) {
            file.close();
            throw e;
        }
    }

    SnapshotFormat.Header header() {
        return header;
    }

    /** Reads all of it for nothing but the proof that it can be read. */
    static SnapshotFormat.Header verify(Disk disk, String fileName) throws IOException {
        try (SnapshotReader reader = open(disk, fileName)) {
            while (!reader.complete) {
                reader.nextBlock();
            }
            return reader.header;
        }
    }

    /**
     * Which state this is.
     *
     * @return the snapshot as its header names it
     */
    public Snapshot snapshot() {
        return header.snapshot();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /**
     * {@inheritDoc}
     *
     * @throws CorruptStorageException if a block or the digest does not hold
     */
    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, target.length);
        while (!block.hasRemaining()) {
            if (complete) {
                return -1;
            }
            nextBlock();
        }
        int piece = Math.min(length, block.remaining());
        block.get(target, from, piece);
        return piece;
    }

    private void nextBlock() throws IOException {
        readFully(blockHeader.clear());
        int length = blockHeader.getInt(0);
        if (length == SnapshotFormat.END) {
            readTrailer();
            return;
        }
        if (length < 1 || length > SnapshotFormat.MAX_BLOCK) {
            throw damaged("a block claims " + length + " bytes");
        }
        readFully(block.clear().limit(length));
        if (SnapshotFormat.crcOfBlock(blocks, block) != blockHeader.getInt(4)) {
            block.limit(0);
            throw damaged("the checksum of block " + blocks + " does not hold");
        }
        digest.update(block.duplicate());
        blocks++;
        content += length;
    }

    private void readTrailer() throws IOException {
        ByteBuffer trailer = ByteBuffer.allocate(SnapshotFormat.TRAILER - SnapshotFormat.BLOCK_HEADER);
        readFully(trailer);
        byte[] expected = Arrays.copyOfRange(trailer.array(), Long.BYTES, trailer.capacity());
        boolean holds = SnapshotFormat.crcOfBlock(blocks, trailer) == blockHeader.getInt(4)
                && trailer.getLong(0) == content
                && MessageDigest.isEqual(expected, digest.digest());
        if (!holds) {
            throw damaged("the digest of the whole does not hold");
        }
        if (offset != size) {
            throw damaged("bytes follow its end");
        }
        block.limit(0);
        complete = true;
    }

    private void readFully(ByteBuffer target) throws IOException {
        int wanted = target.remaining();
        if (file.read(target, offset) < wanted) {
            block.limit(0);
            throw damaged("it ends in the middle");
        }
        target.flip();
        offset += wanted;
    }

    private CorruptStorageException damaged(String reason) {
        return new CorruptStorageException(name, offset, header.snapshot().lastIndex(), reason);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
