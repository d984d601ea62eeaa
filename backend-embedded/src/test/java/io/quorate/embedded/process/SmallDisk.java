package io.quorate.embedded.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file system of a few megabytes in memory, on which a member keeps its data, and which can be filled. Linux mounts it for root alone. */
final class SmallDisk {

    private static final long BYTES = 160L << 20;
    private static final String BALLAST = "ballast";
    private static final int PIECE = 64 << 10;

    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    /** What became of an attempt to make one. */
    record Made(Optional<SmallDisk> disk, String reason) {}

    /** Mounts one at a path, or says why that is impossible here. */
    static Made at(Path path) throws IOException, InterruptedException {
        Files.createDirectories(path);
        String output;
        int exit;
        try {
            Process mount = new ProcessBuilder(
                            "mount", "-t", "tmpfs", "-o", "mode=0700,size=" + BYTES, "quorate", path.toString())
                    .redirectErrorStream(true)
                    .start();
            output = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            exit = mount.waitFor();
        } catch (IOException e) {
            return new Made(Optional.empty(), String.valueOf(e.getMessage()));
        }
        return exit == 0
                ? new Made(Optional.of(new SmallDisk(path)), "")
                : new Made(Optional.empty(), "mount ended with " + exit + ": " + output);
    }

    /** Leaves only so many bytes free. */
    void fill(long free) throws IOException {
        Path ballast = path.resolve(BALLAST);
        try (SeekableByteChannel channel =
                Files.newByteChannel(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ByteBuffer zeros = ByteBuffer.allocate(PIECE);
            while (Files.getFileStore(path).getUsableSpace() > free + zeros.capacity()) {
                zeros.clear();
                int unused = channel.write(zeros);
            }
        } catch (IOException e) {
            // The member was faster: it is full all the same.
            if (Files.getFileStore(path).getUsableSpace() > free + (1 << 20)) {
                throw e;
            }
        }
    }

    /** Gives the room back. */
    void clear() throws IOException {
        Files.deleteIfExists(path.resolve(BALLAST));
    }

    /** Takes it away, with all that is on it. */
    void unmount() throws IOException, InterruptedException {
        int exit = new ProcessBuilder("umount", path.toString()).start().waitFor();
        if (exit != 0) {
            throw new IOException("umount of " + path + " ended with " + exit);
        }
    }
}
