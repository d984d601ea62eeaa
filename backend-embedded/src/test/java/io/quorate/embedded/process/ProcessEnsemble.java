package io.quorate.embedded.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble each of whose members is a process of its own on this machine, and reaches each other one through a proxy. Faults are caused by
 * one thread.
 */
final class ProcessEnsemble implements AutoCloseable {

    private static final long START_SECONDS = 120;

    private final Path directory;
    private final int size;
    private final ProxyNetwork network;
    private final AtomicReferenceArray<@Nullable RunningMember> members;
    private final List<RunningMember> lives = new ArrayList<>();

    ProcessEnsemble(Path directory, int size, String electionTimeout) throws IOException {
        this.directory = directory;
        this.size = size;
        this.members = new AtomicReferenceArray<>(size + 1);
        List<Integer> ports = freePorts(size);
        this.network = new ProxyNetwork(ports);
        Files.createDirectories(directory);
        Path key = Files.writeString(directory.resolve("cluster.key"), "5a".repeat(32));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        for (int id = 1; id <= size; id++) {
            List<String> lines = new ArrayList<>();
            for (int other = 1; other <= size; other++) {
                int port = other == id ? ports.get(id - 1) : network.port(id, other);
                lines.add("member." + other + "=127.0.0.1:" + port);
            }
            lines.add("cluster=processes");
            lines.add("member=" + id);
            lines.add("directory=m" + id);
            lines.add("bootstrap=true");
            lines.add("key.file=cluster.key");
            lines.add("election.timeout=" + electionTimeout);
            // Small, so that members that were away get snapshots too.
            lines.add("snapshot.records=2000");
            Files.write(config(id), lines);
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> reserved = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reserved.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = reserved.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : reserved) {
            socket.close();
        }
        return ports;
    }

    private Path config(int id) {
        return directory.resolve("member-" + id + ".properties");
    }

    Path log(int id) {
        return directory.resolve("member-" + id + ".log");
    }

    /** Where a member keeps all its data. */
    Path data(int id) {
        return directory.resolve("m" + id);
    }

    /** Where a member keeps its log and its snapshots. */
    Path segments(int id) {
        return data(id).resolve("member-" + id);
    }

    int size() {
        return size;
    }

    List<Integer> ids() {
        return IntStream.rangeClosed(1, size).boxed().toList();
    }

    ProxyNetwork network() {
        return network;
    }

    /** Returns all processes that were ever started, in the order of their starts. */
    List<RunningMember> lives() {
        return List.copyOf(lives);
    }

    void startAll() throws Exception {
        for (int id = 1; id <= size; id++) {
            launch(id);
        }
        for (int id = 1; id <= size; id++) {
            awaitStarted(id);
        }
    }

    private void launch(int id) throws IOException {
        RunningMember started =
                RunningMember.start(id, "process-" + id + "-" + lives.size() + "-", config(id), log(id));
        lives.add(started);
        members.set(id, started);
    }

    private void awaitStarted(int id) throws InterruptedException, ExecutionException, TimeoutException {
        String answer = member(id).orElseThrow().started().get(START_SECONDS, TimeUnit.SECONDS);
        if (!answer.startsWith("started")) {
            throw new IllegalStateException("member " + id + " has not started: " + answer + "; see " + log(id));
        }
    }

    void start(int id) throws Exception {
        launch(id);
        awaitStarted(id);
    }

    /** Returns a member unless it is down. */
    Optional<RunningMember> member(int id) {
        return Optional.ofNullable(members.get(id));
    }

    void kill(int id) throws InterruptedException {
        RunningMember member = members.getAndSet(id, null);
        if (member != null) {
            member.kill();
        }
    }

    /** Stops a member in good order. */
    void stop(int id) throws InterruptedException {
        RunningMember member = members.getAndSet(id, null);
        if (member != null) {
            int exit = member.stop();
            if (exit != 0) {
                throw new IllegalStateException("member " + id + " was stopped and ended with " + exit);
            }
        }
    }

    /** Deletes all data of a member that is down, as if its machine was replaced by a new one. */
    void wipe(int id) throws IOException {
        try (Stream<Path> paths = Files.walk(data(id))) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(data(id))) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Returns what a member says of itself, empty if it does not within two seconds. */
    Optional<Status> status(int id) throws InterruptedException {
        Optional<RunningMember> member = member(id);
        if (member.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Status.parse(member.get().ask("status").get(2, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    /** What a member says of itself. */
    record Status(String role, long epoch, long applied, long digest, String alert) {

        private static Optional<Status> parse(String line) {
            String[] words = line.split(" ", -1);
            return words[0].equals("status")
                    ? Optional.of(new Status(
                            words[1],
                            Long.parseLong(words[2]),
                            Long.parseLong(words[3]),
                            Long.parseLong(words[4]),
                            words[5]))
                    : Optional.empty();
        }

        boolean leads() {
            return role.equals("LEADER");
        }

        boolean serves() {
            return leads() || role.equals("FOLLOWER");
        }
    }

    /** Returns the member that leads the newest epoch. */
    OptionalInt leader() throws InterruptedException {
        int leader = 0;
        long newest = -1;
        for (int id = 1; id <= size; id++) {
            Optional<Status> status = status(id);
            if (status.isPresent() && status.get().leads() && status.get().epoch() > newest) {
                leader = id;
                newest = status.get().epoch();
            }
        }
        return leader == 0 ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    @Override
    public void close() throws IOException {
        network.heal();
        for (int id = 1; id <= size; id++) {
            RunningMember member = members.getAndSet(id, null);
            if (member != null) {
                end(member);
            }
        }
        network.close();
    }

    private static void end(RunningMember member) {
        try {
            int unused = member.stop();
        } catch (InterruptedException e) {
            // Whoever is in a hurry must not leave processes behind.
            member.abandon();
            Thread.currentThread().interrupt();
        }
    }
}
