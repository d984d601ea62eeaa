package io.quorate.internal.config;

import io.quorate.config.ConfigContent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The last good content of one configuration in a file: its name and revision, the entries, and a SHA-256 over all of
 * it. It is replaced by a rename, so that a crash leaves the old one or the new one, and only its owner can read it.
 *
 * <p>The checksum finds what broke by accident, not what somebody forged; against that stands that a file which others
 * may write is refused.
 */
public final class LastGoodFile {

    private static final String HEADING = "quorate last good configuration 1";
    private static final int CHECKSUM_BYTES = 32;
    private static final long MAX_BYTES = 256L << 20;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path path;
    private final String name;

    /** Creates it for a configuration; nothing is read or written yet. */
    public LastGoodFile(Path path, String name) {
        this.path = path;
        this.name = name;
    }

    /**
     * Reads the file.
     *
     * @return empty if there is none
     * @throws IOException if it is torn, altered, another configuration's, or open to be written by others; the message
     *     says so and what to do
     */
    public Optional<ConfigContent> read() throws IOException {
        byte[] bytes;
        try {
            refuseIfOthersMayWrite();
            if (Files.size(path) > MAX_BYTES) {
                throw refused("it is larger than anything that was ever written there");
            }
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (bytes.length < CHECKSUM_BYTES) {
            throw refused("it is torn: it has only " + bytes.length + " bytes");
        }
        byte[] body = Arrays.copyOf(bytes, bytes.length - CHECKSUM_BYTES);
        byte[] checksum = Arrays.copyOfRange(bytes, body.length, bytes.length);
        if (!MessageDigest.isEqual(checksum, checksumOf(body))) {
            throw refused("its checksum does not match: it is torn, or somebody has changed it");
        }
        return Optional.of(parse(body));
    }

    /**
     * Replaces the file, durably. What is there stays if this fails.
     *
     * @throws IOException if it cannot be written
     */
    public void write(ConfigContent content) throws IOException {
        byte[] body = format(content);
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(path + " is a directory; name a file in it");
        }
        Path temporary = Files.createTempFile(directory, path.getFileName() + ".", ".tmp", ownerOnly(directory));
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                writeFully(channel, body);
                writeFully(channel, checksumOf(body));
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        force(directory);
    }

    private byte[] format(ConfigContent content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(HEADING);
            out.writeUTF(name);
            out.writeLong(content.revision());
            out.write(ContentForm.write(content.entries()));
        }
        return bytes.toByteArray();
    }

    private ConfigContent parse(byte[] body) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
        try {
            if (!in.readUTF().equals(HEADING)) {
                throw refused("it has another format");
            }
            String whose = in.readUTF();
            if (!whose.equals(name)) {
                throw refused("it belongs to configuration '" + whose + "'");
            }
            return new ConfigContent(in.readLong(), ContentForm.read(in.readAllBytes()));
        } catch (EOFException e) {
            throw refused("it has another format");
        }
    }

    private void refuseIfOthersMayWrite() throws IOException {
        if (!isPosix(path)) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw refused("others may write it (" + PosixFilePermissions.toString(permissions) + ")");
        }
    }

    private IOException refused(String why) {
        return new IOException("the last good configuration in " + path + " was refused: " + why
                + ". Nothing of it is used; delete it, and it is written anew from the backend");
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) {
        return isPosix(directory)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Makes the rename itself durable, where directories can be opened. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Some systems cannot; after a crash of the machine the file is then the old one or the new one.
        }
    }

    private static byte[] checksumOf(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
