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
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The claim of one holder on a data directory, against all others in this process and elsewhere, until it is closed.
 *
 * <p>Two files are locked. On POSIX systems a file lock belongs to the process, and closing <em>any</em> channel on its file
 * gives it up; so a second attempt within the JVM must be refused before it opens the file {@value Names#LOCK}, which keeps
 * other processes away. The file {@value Names#JVM_LOCK} does that: the JVM remembers who holds a lock on it, whatever the system
 * thinks of that lock by then, and nobody else relies on it.
 */
final class DirectoryLock implements Closeable {
    private static final int MAX_PID_DIGITS = 20;

    // The JVM remembers a lock only as long as somebody refers to it.
    private final FileLock jvm;
    private final FileLock process;

    private DirectoryLock(FileLock jvm, FileLock process) {
        this.jvm = jvm;
        this.process = process;
    }

    /**
     * Claims a directory, and leaves the process id for others to read.
     *
     * @throws DataDirInUseException if somebody has it
     */
    static Closeable acquire(Path directory) throws IOException {
        return acquire(directory, StandardOpenOption.CREATE);
    }

    /** Keeps members away while the directory is only read: changes no file, and creates no lock file either. */
    static Closeable acquireWithoutTrace(Path directory) throws IOException {
        boolean wasEverLocked = Files.exists(directory.resolve(Names.JVM_LOCK), LinkOption.NOFOLLOW_LINKS)
                && Files.exists(directory.resolve(Names.LOCK), LinkOption.NOFOLLOW_LINKS);
        return wasEverLocked ? acquire(directory, StandardOpenOption.WRITE) : () -> {};
    }

    private static DirectoryLock acquire(Path directory, StandardOpenOption creation) throws IOException {
        FileLock jvm = lock(directory, Names.JVM_LOCK, creation);
        try {
            FileLock process = lock(directory, Names.LOCK, creation);
            if (creation == StandardOpenOption.CREATE) {
                writePid(process.channel());
            }
            return new DirectoryLock(jvm, process);
        } catch (IOException | RuntimeException e) {
            jvm.channel().close();
            throw e;
        }
    }

    private static FileLock lock(Path directory, String name, StandardOpenOption creation) throws IOException {
        Set<OpenOption> options = new HashSet<>(
                List.of(creation, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
        FileChannel channel = FileChannel.open(directory.resolve(name), options, FileChannelDisk.ownerOnly(directory));
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new DataDirInUseException(directory.toString(), readPid(directory));
            }
            return lock;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new DataDirInUseException(
                    directory.toString(), ProcessHandle.current().pid());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void writePid(FileChannel channel) throws IOException {
        String pid = Long.toString(ProcessHandle.current().pid());
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    /** Called only when another process has the directory: this one has no lock that reading could give up. */
    private static long readPid(Path directory) throws IOException {
        ByteBuffer digits = ByteBuffer.allocate(MAX_PID_DIGITS);
        try (FileChannel channel =
                FileChannel.open(directory.resolve(Names.LOCK), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            channel.read(digits, 0);
            return Long.parseLong(new String(digits.array(), 0, digits.position(), StandardCharsets.US_ASCII).trim());
        } catch (NumberFormatException | NoSuchFileException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        // The other way round, a second holder within this JVM could lose its lock to the closing of the first one's
        // channel.
        try (FileChannel last = jvm.channel();
                FileChannel first = process.channel()) {
            assert last.isOpen() == first.isOpen();
        }
    }
}
