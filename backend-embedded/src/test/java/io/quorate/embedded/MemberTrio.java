package io.quorate.embedded;

import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Members that speak over TCP, each as if it were alone in its process. */
final class MemberTrio implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path directory;
    private final Map<Integer, String> addresses = new TreeMap<>();
    private final Map<Integer, EnsembleMember> running = new TreeMap<>();

    MemberTrio(Path directory, int members) throws IOException {
        this.directory = directory;
        List<ServerSocket> reserved = new ArrayList<>();
        for (int id = 1; id <= members; id++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            reserved.add(socket);
            addresses.put(id, "127.0.0.1:" + socket.getLocalPort());
        }
        for (ServerSocket socket : reserved) {
            socket.close();
        }
    }

    static MemberSecurity key(int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return new MemberSecurity.SharedKey(Bytes.of(secret));
    }

    Path directory(int id) {
        return directory.resolve("m" + id);
    }

    MemberConfig config(int id) {
        return MemberConfig.of("trio", id, addresses, directory(id), key(7))
                .withElectionTimeout(Duration.ofMillis(500))
                .withConnectionTimeout(Duration.ofSeconds(30));
    }

    String address(int id) {
        return Optional.ofNullable(addresses.get(id)).orElseThrow();
    }

    EnsembleMember start(int id) {
        return start(config(id));
    }

    EnsembleMember start(MemberConfig config) {
        EnsembleMember member = EnsembleMember.of(config);
        running.put(config.id(), member);
        return member.start();
    }

    /** Starts all members of a new cluster, and waits until they serve. */
    MemberTrio begin() throws InterruptedException {
        for (int id : addresses.keySet()) {
            EnsembleMember unused = start(config(id).withBootstrap(true));
        }
        awaitServing();
        return this;
    }

    void awaitServing() throws InterruptedException {
        for (EnsembleMember member : running.values()) {
            if (!member.awaitServing(LIMIT)) {
                throw new AssertionError(running + " do not serve");
            }
        }
    }

    EnsembleMember member(int id) {
        return Optional.ofNullable(running.get(id)).orElseThrow();
    }

    List<EnsembleMember> members() {
        return List.copyOf(running.values());
    }

    /** Returns the id of the member that leads. */
    int leader() {
        return members().stream()
                .filter(member -> member.status().role() == BackendView.Role.LEADER)
                .findFirst()
                .orElseThrow()
                .status()
                .id();
    }

    void stop(int id) {
        member(id).stop();
        running.remove(id);
    }

    @Override
    public void close() {
        running.values().forEach(EnsembleMember::stop);
    }
}
