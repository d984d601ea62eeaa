package io.quorate.samples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary directory with the properties of each member of a new cluster, and the key by which they know each other.
 *
 * @param directory where all of it is, the members' data as well
 */
record MemberFiles(Path directory) implements AutoCloseable {

    private static final int KEY_BYTES = 32;

    /** Writes the files of as many members, on ports of the loopback that are free at this moment. */
    static MemberFiles write(int members) throws IOException {
        MemberFiles files = new MemberFiles(Files.createTempDirectory("quorate-sample"));
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Path keyFile = files.directory.resolve("cluster.key");
        Files.writeString(keyFile, HexFormat.of().formatHex(key));
        if (Files.getFileStore(keyFile).supportsFileAttributeView(PosixFileAttributeView.class)) {
            // A key that others can read is refused.
            Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
        }
        List<Integer> ports = freePorts(members);
        for (int id = 1; id <= members; id++) {
            Files.write(files.properties(id), lines(id, ports));
        }
        return files;
    }

    /** Returns the file from which a member takes its configuration. */
    Path properties(int id) {
        return directory.resolve("member-" + id + ".properties");
    }

    private static List<String> lines(int id, List<Integer> ports) {
        List<String> lines = new ArrayList<>();
        lines.add("cluster=count");
        lines.add("member=" + id);
        for (int other = 1; other <= ports.size(); other++) {
            lines.add("member." + other + "=127.0.0.1:" + ports.get(other - 1));
        }
        lines.add("directory=data-" + id);
        lines.add("key.file=cluster.key");
        lines.add("bootstrap=true");
        return lines;
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Deletes the directory; no member may run any more. */
    @Override
    public void close() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
