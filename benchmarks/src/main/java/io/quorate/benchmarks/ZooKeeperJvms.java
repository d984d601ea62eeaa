package io.quorate.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** Three ZooKeeper servers, each in a process of its own, on loopback, with the tick and the limits of its sample configuration. */
final class ZooKeeperJvms implements Closeable {

    private static final int SIZE = MemberJvms.SIZE;

    private final Path directory = Directories.create();
    private final List<Process> servers = new ArrayList<>();
    private final String connectString;

    ZooKeeperJvms() throws IOException {
        List<Integer> ports = MemberJvms.freePorts(3 * SIZE);
        connectString =
                ports.subList(0, SIZE).stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        for (int id = 1; id <= SIZE; id++) {
            servers.add(start(id, ports));
        }
    }

    private Process start(int id, List<Integer> ports) throws IOException {
        Path data = Files.createDirectories(directory.resolve("z" + id));
        Files.writeString(data.resolve("myid"), Integer.toString(id));
        List<String> lines = new ArrayList<>(List.of(
                "tickTime=2000",
                "initLimit=10",
                "syncLimit=5",
                "admin.enableServer=false",
                "dataDir=" + data,
                "clientPortAddress=127.0.0.1",
                "clientPort=" + ports.get(id - 1)));
        for (int other = 0; other < SIZE; other++) {
            lines.add("server." + (other + 1) + "=127.0.0.1:" + ports.get(SIZE + other) + ":"
                    + ports.get(2 * SIZE + other));
        }
        Path config = directory.resolve("z" + id + ".cfg");
        Files.write(config, lines);
        return MemberJvms.Jvm.start(QuorumPeerMain.class, config.toString()).process();
    }

    String connectString() {
        return connectString;
    }

    @Override
    public void close() throws IOException {
        for (Process server : servers) {
            server.destroy();
        }
        try {
            for (Process server : servers) {
                if (!server.waitFor(1, TimeUnit.MINUTES)) {
                    server.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            servers.forEach(Process::destroyForcibly);
            Thread.currentThread().interrupt();
        }
        Directories.delete(directory);
    }
}
