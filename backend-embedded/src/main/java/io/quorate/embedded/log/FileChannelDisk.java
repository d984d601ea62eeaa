package io.quorate.embedded.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A directory of the local file system.
 *
 * <p>Where the file system has POSIX permissions the directory is 0700 and its files are 0600; a directory that is a
 * symbolic link, or that group or others may write to, is refused. A thread that is interrupted while it is in a call
 * loses the open file (that is how {@link FileChannel} works), which is then a storage failure: do not interrupt it.
 */
public final class FileChannelDisk implements Disk {
    private final Path directory;
    private final boolean posix;

    private FileChannelDisk(Path directory) {
        this.directory = directory;
        this.posix = isPosix(directory);
    }

    /**
     * Opens a directory, creating it (and its parents) if it is absent.
     *
     * @param directory where the files are
     * @return the disk; nothing in it is locked or read yet
     * @throws UnsafeDataDirException if it is a symbolic link, no directory, or writable by others
     * @throws IOException if it cannot be created
     */
    public static FileChannelDisk open(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        if (!Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            create(absolute);
        }
        checkSafe(absolute);
        return new FileChannelDisk(absolute);
    }

    private static void create(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        boolean ownerOnly = parent != null && isPosix(parent);
        FileAttribute<?>[] attributes = ownerOnly
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        Files.createDirectory(directory, attributes);
        if (parent != null && ownerOnly) {
            forceDirectory(parent);
        }
    }

    private static void checkSafe(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new UnsafeDataDirException(directory.toString(), "is a symbolic link; name the directory itself");
        }
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnsafeDataDirException(directory.toString(), "is not a directory");
        }
        if (!isPosix(directory)) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        if (permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
            throw new UnsafeDataDirException(
                    directory.toString(),
                    "may be written by others (" + PosixFilePermissions.toString(permissions) + "); chmod 700 it");
        }
    }

    private static boolean isPosix(Path path) {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS) != null;
    }

    static FileAttribute<?>[] ownerOnly(Path directory) {
        return isPosix(directory)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        }
        names.sort(null);
        return names;
    }

    @Override
    public DiskFile create(String name) throws IOException {
        Set<OpenOption> options = Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            return new ChannelFile(name, FileChannel.open(path(name), options, ownerOnly(directory)));
        } catch (IOException e) {
            throw fullOr(e, name);
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return open(name, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public DiskFile openReadOnly(String name) throws IOException {
        return open(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    private DiskFile open(String name, Set<OpenOption> options) throws IOException {
        return new ChannelFile(name, FileChannel.open(path(name), options));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(path(name));
    }

    @Override
    public void forceDirectory() throws IOException {
        // Elsewhere a directory cannot be opened, and the file system orders its own names.
        if (posix) {
            forceDirectory(directory);
        }
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableSpace() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public Closeable lock() throws IOException {
        return DirectoryLock.acquire(directory);
    }

    Closeable lockWithoutTrace() throws IOException {
        return DirectoryLock.acquireWithoutTrace(directory);
    }

    @Override
    public String location() {
        return directory.toString();
    }

    private Path path(String name) throws IOException {
        Path path = directory.resolve(name);
        if (!directory.equals(path.getParent())) {
            throw new NoSuchFileException(name, null, "not a plain file name");
        }
        return path;
    }

    /** Java has no exception of its own for a full disk; the system's message is all there is. */
    private static IOException fullOr(IOException e, String name) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = message.contains("no space left")
                || message.contains("quota exceeded")
                || message.contains("not enough space");
        if (!full) {
            return e;
        }
        DiskFullException translated = new DiskFullException("no room for " + name + ": " + e.getMessage());
        translated.initCause(e);
        return translated;
    }

    private static final class ChannelFile implements DiskFile {
        private final String name;
        private final FileChannel channel;

        ChannelFile(String name, FileChannel channel) {
            this.name = name;
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int read = channel.read(target, offset + total);
                if (read < 0) {
                    break;
                }
                total += read;
            }
            return total;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            long at = offset;
            try {
                while (source.hasRemaining()) {
                    at += channel.write(source, at);
                }
            } catch (IOException e) {
                throw fullOr(e, name);
            }
        }

        @Override
        public void force(boolean metadata) throws IOException {
            channel.force(metadata);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
