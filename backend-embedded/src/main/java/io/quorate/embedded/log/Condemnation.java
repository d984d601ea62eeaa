package io.quorate.embedded.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The file that says why the others must not be used again, though each of them is whole. */
final class Condemnation {

    private static final int MAX_BYTES = 1024;

    private Condemnation() {}

    /**
     * Refuses a directory that was condemned.
     *
     * @throws CorruptStorageException with the reason
     */
    static void check(Disk disk) throws IOException {
        if (!disk.list().contains(Names.CONDEMNED)) {
            return;
        }
        ByteBuffer reason = ByteBuffer.allocate(MAX_BYTES);
        try (DiskFile file = disk.openReadOnly(Names.CONDEMNED)) {
            file.read(reason, 0);
        }
        String text = new String(reason.array(), 0, reason.position(), StandardCharsets.UTF_8);
        throw new CorruptStorageException(Names.CONDEMNED, 0, 0, text);
    }

    /** Condemns the files; on return a power cut cannot undo it. */
    static void write(Disk disk, String reason) throws IOException {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        disk.delete(Names.CONDEMNED);
        try (DiskFile file = disk.create(Names.CONDEMNED)) {
            file.write(ByteBuffer.wrap(text, 0, Math.min(text.length, MAX_BYTES)), 0);
            file.force(true);
        }
        disk.forceDirectory();
    }

    /** Forgets it, once the files are set aside. */
    static void lift(Disk disk) throws IOException {
        disk.delete(Names.CONDEMNED);
        disk.forceDirectory();
    }
}
