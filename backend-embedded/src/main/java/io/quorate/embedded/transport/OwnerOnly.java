package io.quorate.embedded.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** The demand that a file with a secret can be read by its owner only, where the file system can tell. */
public final class OwnerOnly {

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private OwnerOnly() {}

    /**
     * Checks a file, or what a symbolic link leads to. Where the file system has no POSIX permissions nothing is checked.
     *
     * @throws IOException if others may read or write it, with the command that changes that; or if it cannot be looked at
     */
    public static void check(Path file) throws IOException {
        if (Files.getFileAttributeView(file, PosixFileAttributeView.class) == null) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.stream().anyMatch(OTHERS::contains)) {
            throw new IOException(file + " holds a secret, and others than its owner may read or write it ("
                    + PosixFilePermissions.toString(permissions) + "); run: chmod 600 " + file);
        }
    }
}
