package io.quorate.samples;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.zookeeper.server.embedded.ExitHandler;
import org.apache.zookeeper.server.embedded.ZooKeeperServerEmbedded;

/**
 * The ZooKeeper server of a sample: the one that the user names, or a real one, started in this process for the occasion.
 *
 * @param uri where it is
 * @param sessionTimeout a short session that it grants, so that nobody waits long for a story about one that expires
 * @param parts what to stop with it
 */
record SampleServer(String uri, Duration sessionTimeout, List<AutoCloseable> parts) implements AutoCloseable {

    private static final long START_LIMIT_MILLIS = 30_000;

    private static final int DEFAULT_PORT = 2181;

    /** The shortest session that a server grants unless it is configured otherwise: twice its tick of two seconds. */
    private static final Duration SHORTEST_BY_DEFAULT = Duration.ofSeconds(4);

    /** Uses the server of the first argument, such as {@code zookeeper://localhost:2181/samples}, or starts one. */
    static SampleServer of(String... args) throws Exception {
        return args.length > 0 ? new SampleServer(args[0], SHORTEST_BY_DEFAULT, List.of()) : start();
    }

    private static SampleServer start() throws Exception {
        Path directory = Files.createTempDirectory("quorate-sample");
        Properties properties = new Properties();
        properties.setProperty("clientPort", "0");
        properties.setProperty("clientPortAddress", "127.0.0.1");
        properties.setProperty("tickTime", "500");
        properties.setProperty("admin.enableServer", "false");
        ZooKeeperServerEmbedded server = ZooKeeperServerEmbedded.builder()
                .baseDir(directory)
                .configuration(properties)
                .exitHandler(ExitHandler.LOG_ONLY)
                .build();
        server.start(START_LIMIT_MILLIS);
        String uri = "zookeeper://127.0.0.1:" + server.getClientPort() + "/samples?minSessionTimeout=1s";
        return new SampleServer(uri, Duration.ofSeconds(2), List.of(server, () -> delete(directory)));
    }

    /** Returns the address of the server, or of the first of several. */
    InetSocketAddress address() {
        String[] hostAndPort = URI.create(uri).getAuthority().split(",", 2)[0].split(":", 2);
        return new InetSocketAddress(
                hostAndPort[0], hostAndPort.length > 1 ? Integer.parseInt(hostAndPort[1]) : DEFAULT_PORT);
    }

    /** Returns the same URI with another address in it. */
    String uriVia(InetSocketAddress address) {
        return uri.replace(URI.create(uri).getAuthority(), address.getHostString() + ":" + address.getPort());
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IOException("the server of the sample did not stop", e);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::deleteOnExit);
        }
    }
}
