package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The data directories that this process holds: give one object to all members of a JVM. Thread-safe.
 *
 * <p>A file lock alone does not do: on POSIX systems it belongs to the process, and closing <em>any</em> channel on the
 * lock file gives it up. So a second attempt within the JVM must be refused before it opens that file.
 */
public final class DirectoryLocks {
    private static final String LOCK_FILE = "lock";
    private static final int MAX_PID_DIGITS = 20;

    private final Set<Path> held = new HashSet<>();
    private final List<FileChannel> keptOpen = new ArrayList<>();

    /** Locks of which none is held. */
    public DirectoryLocks() {}

    synchronized Closeable acquire(Path directory) throws IOException {
        return acquire(directory, true);
    }

    /** Keeps members away while the directory is only read: changes no file, and creates no lock file either. */
    synchronized Closeable acquireWithoutTrace(Path directory) throws IOException {
        return acquire(directory, false);
    }

    private Closeable acquire(Path directory, boolean leaveTrace) throws IOException {
        Path key = directory.toRealPath();
        if (held.contains(key)) {
            throw new DataDirInUseException(
                    directory.toString(), ProcessHandle.current().pid());
        }
        Path file = key.resolve(LOCK_FILE);
        if (!leaveTrace && !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            held.add(key);
            return () -> release(key, null);
        }
        FileChannel channel = open(key, file, leaveTrace);
        tryLock(directory, channel);
        if (leaveTrace) {
            writePid(channel);
        }
        held.add(key);
        return () -> release(key, channel);
    }

    private static FileChannel open(Path directory, Path file, boolean create) throws IOException {
        if (!create) {
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        }
        Set<OpenOption> options = Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(file, options, FileChannelDisk.ownerOnly(directory));
    }

    private void tryLock(Path directory, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Somebody holds it through other locks of this JVM; closing the channel would give up their lock.
            keptOpen.add(channel);
            throw new DataDirInUseException(
                    directory.toString(), ProcessHandle.current().pid());
        }
        if (lock == null) {
            long pid = readPid(channel);
            channel.close();
            throw new DataDirInUseException(directory.toString(), pid);
        }
    }

    private static void writePid(FileChannel channel) throws IOException {
        String pid = Long.toString(ProcessHandle.current().pid());
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static long readPid(FileChannel channel) throws IOException {
        ByteBuffer digits = ByteBuffer.allocate(MAX_PID_DIGITS);
        channel.read(digits, 0);
        try {
            return Long.parseLong(new String(digits.array(), 0, digits.position(), StandardCharsets.US_ASCII).trim());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private synchronized void release(Path key, @Nullable FileChannel channel) throws IOException {
        if (held.remove(key) && channel != null) {
            channel.close();
        }
    }
}
