package io.quorate.embedded.member;

import io.quorate.backend.BackendUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The directory of an ensemble whose members live in one process: one directory for each member, and a file that says whose
 * they are.
 *
 * <p>The file {@code ensemble} has one line: a format version, the cluster id, and the number of members. A member that has
 * been started leaves a file {@code started-N}: an empty directory of such a member is a lost disk and no beginning.
 */
record EnsembleDirectory(Path path, UUID clusterId) {

    private static final ReentrantLock CREATION = new ReentrantLock();
    private static final String FILE = "ensemble";

    static EnsembleDirectory open(Path path, int members) throws IOException {
        CREATION.lock();
        try {
            Files.createDirectories(path);
            Path file = path.resolve(FILE);
            if (!Files.exists(file)) {
                // Derived from nothing secret: it only keeps directories of different ensembles apart.
                UUID id = UUID.nameUUIDFromBytes((path.toAbsolutePath() + " " + Files.getLastModifiedTime(path))
                        .getBytes(StandardCharsets.UTF_8));
                write(path, FILE, "1 " + id + " " + members + "\n");
            }
            return read(path, file, members);
        } finally {
            CREATION.unlock();
        }
    }

    private static EnsembleDirectory read(Path path, Path file, int members) throws IOException {
        if (Files.size(file) > 256) {
            throw unreadable(file);
        }
        String[] parts =
                Files.readString(file, StandardCharsets.US_ASCII).trim().split(" ", -1);
        try {
            if (parts.length != 3 || !parts[0].equals("1")) {
                throw unreadable(file);
            }
            int created = Integer.parseInt(parts[2]);
            if (created != members) {
                throw new BackendUnavailableException(
                        path + " holds an ensemble of " + created + " members, but " + members
                                + " were asked for; ask for " + created + " or choose another directory",
                        null);
            }
            return new EnsembleDirectory(path, UUID.fromString(parts[1]));
        } catch (IllegalArgumentException e) {
            throw unreadable(file);
        }
    }

    private static BackendUnavailableException unreadable(Path file) {
        return new BackendUnavailableException(
                file + " is not the description of an ensemble; choose another directory, or put the file back", null);
    }

    private static void write(Path directory, String name, String text) throws IOException {
        Path tmp = directory.resolve(name + ".tmp");
        try (FileChannel channel = FileChannel.open(
                tmp, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(tmp, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    Path member(int id) {
        return path.resolve("member-" + id);
    }

    boolean isNew(int id) {
        return !Files.exists(path.resolve("started-" + id));
    }

    void noteStarted(int id) throws IOException {
        if (isNew(id)) {
            write(path, "started-" + id, "");
        }
    }
}
