package io.quorate.embedded.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** An ensemble each of whose members is a process of its own on this machine. Faults are caused by one thread. */
final class ProcessEnsemble implements AutoCloseable {

    private static final long START_SECONDS = 120;

    private final Path directory;
    private final int size;
    private final AtomicReferenceArray<@Nullable RunningMember> members;

    ProcessEnsemble(Path directory, int size, String electionTimeout) throws IOException {
        this.directory = directory;
        this.size = size;
        this.members = new AtomicReferenceArray<>(size + 1);
        List<String> addresses = new ArrayList<>();
        List<ServerSocket> reserved = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            reserved.add(socket);
            addresses.add("member." + id + "=127.0.0.1:" + socket.getLocalPort());
        }
        for (ServerSocket socket : reserved) {
            socket.close();
        }
        Files.createDirectories(directory);
        Path key = Files.writeString(directory.resolve("cluster.key"), "5a".repeat(32));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        for (int id = 1; id <= size; id++) {
            List<String> lines = new ArrayList<>(addresses);
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

    private Path config(int id) {
        return directory.resolve("member-" + id + ".properties");
    }

    Path log(int id) {
        return directory.resolve("member-" + id + ".log");
    }

    int size() {
        return size;
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
        members.set(id, RunningMember.start(id, config(id), log(id)));
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

    /** Returns what a member says of itself, empty if it does not within two seconds. */
    Optional<String[]> status(int id) throws InterruptedException {
        Optional<RunningMember> member = member(id);
        if (member.isEmpty()) {
            return Optional.empty();
        }
        try {
            String[] words = member.get().ask("status").get(2, TimeUnit.SECONDS).split(" ", -1);
            return words[0].equals("status") ? Optional.of(words) : Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    /** Returns the member that leads the newest epoch. */
    OptionalInt leader() throws InterruptedException {
        int leader = 0;
        long newest = -1;
        for (int id = 1; id <= size; id++) {
            Optional<String[]> status = status(id);
            if (status.isPresent() && status.get()[1].equals("LEADER") && Long.parseLong(status.get()[2]) > newest) {
                leader = id;
                newest = Long.parseLong(status.get()[2]);
            }
        }
        return leader == 0 ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    @Override
    public void close() {
        for (int id = 1; id <= size; id++) {
            RunningMember member = members.getAndSet(id, null);
            if (member != null) {
                end(member);
            }
        }
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
