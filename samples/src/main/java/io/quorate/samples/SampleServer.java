package io.quorate.samples;

import io.quorate.Backends;
import io.quorate.Quorate;
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
 * The ZooKeeper server of a sample that cuts the network, and for which an embedded quorum will not do: the one that the user
 * names, or a real one, started in this process for the occasion.
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

    /**
     * Uses the server of the only argument, such as {@code zookeeper://localhost:2181/samples}, or starts one.
     *
     * @throws IllegalArgumentException if the arguments are anything else
     */
    static SampleServer of(String... args) throws Exception {
        if (args.length == 0) {
            return start();
        }
        String uri = BackendArgument.uri(args);
        Backends.create(uri).close();
        if (!BackendArgument.isShared(uri)) {
            throw new IllegalArgumentException("this sample cuts the network to its backend, and " + uri
                    + " is reached without one: give it a server, as in zookeeper://localhost:2181/samples, or no argument,"
                    + " and one is started for it");
        }
        // If it cannot be reached the error names it, and not the cable that a sample lays to it.
        Quorate.open(uri).close();
        return new SampleServer(uri, SHORTEST_BY_DEFAULT, List.of());
    }

    /** Starts a server in this process. */
    static SampleServer start() throws Exception {
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
        String uri = "zookeeper://127.0.0.1:" + server.getClientPort()
                + "/samples?minSessionTimeout=1s&connectionTimeout=60s";
        return new SampleServer(uri, Duration.ofSeconds(2), List.of(server, () -> delete(directory)));
    }

    /** Returns the address of the server, or of the first of several. */
    InetSocketAddress address() {
        URI first =
                URI.create("zookeeper://" + URI.create(uri).getRawAuthority().split(",", 2)[0]);
        return new InetSocketAddress(first.getHost(), first.getPort() < 0 ? DEFAULT_PORT : first.getPort());
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
