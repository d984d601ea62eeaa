package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.process.ProxyNetwork;
import io.quorate.embedded.transport.SmallBuffers;
import io.quorate.embedded.transport.TcpNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a follower that takes nothing costs its leader and the clients, and how it comes back. */
@Timeout(300)
class SlowFollowerTest {

    private static final Key KEY = Key.of("/k");
    private static final int VALUE_BYTES = 64 << 10;
    private static final int IN_FLIGHT = 16;

    /** More than may wait for the other follower, without which nothing is committed. */
    private static final long FOR_THE_OTHER_BYTES = 2L * IN_FLIGHT * VALUE_BYTES;

    /** Long, so that the bound is what comes first, and not the silence of the follower. */
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(6);

    private final List<EnsembleMember> members = new ArrayList<>();
    private final List<TcpNetwork> networks = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("set by JUnit");

    @AfterEach
    void stopAll() {
        members.forEach(EnsembleMember::stop);
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

    private void begin(ProxyNetwork proxies, List<Integer> ports) throws InterruptedException {
        for (int id = 1; id <= ports.size(); id++) {
            Map<Integer, String> addresses = new TreeMap<>();
            for (int other = 1; other <= ports.size(); other++) {
                int port = other == id ? ports.get(id - 1) : proxies.port(id, other);
                addresses.put(other, "127.0.0.1:" + port);
            }
            MemberConfig config = MemberConfig.of("slow", id, addresses, directory.resolve("m" + id), MemberTrio.key(7))
                    .withBootstrap(true)
                    .withElectionTimeout(ELECTION_TIMEOUT);
            members.add(EnsembleMember.of(config, settings -> {
                TcpNetwork network = SmallBuffers.network(settings);
                networks.add(network);
                return network;
            }));
        }
        members.forEach(EnsembleMember::start);
        for (EnsembleMember member : members) {
            assertThat(member.awaitServing(MemberTrio.LIMIT)).isTrue();
        }
    }

    private int leader() {
        return IntStream.rangeClosed(1, members.size())
                .filter(id -> members.get(id - 1).status().role() == BackendView.Role.LEADER)
                .findFirst()
                .orElseThrow();
    }

    private static boolean reaches(EnsembleMember member, int other) {
        return member.describe().members().get(other - 1).role() != BackendView.Role.UNREACHABLE;
    }

    private static Session session(EnsembleMember member) throws Exception {
        return member.backend().open(SessionOptions.of("test")).get(60, TimeUnit.SECONDS);
    }

    /** Writes until a leader has given a follower up; returns the most that has waited to be sent, and leaves the last value. */
    private long writeUntilGivenUp(Session session, int leader, int slow) throws Exception {
        ArrayDeque<CompletableFuture<CommitResult>> inFlight = new ArrayDeque<>();
        long most = 0;
        for (int i = 0; reaches(members.get(leader - 1), slow); i++) {
            byte[] value = new byte[VALUE_BYTES];
            value[0] = (byte) i;
            inFlight.add(
                    session.commit(Commit.builder().update(KEY, Bytes.of(value)).build()));
            most = Math.max(most, networks.get(leader - 1).pendingBytes());
            if (inFlight.size() >= IN_FLIGHT) {
                CommitResult unused = inFlight.remove().get(60, TimeUnit.SECONDS);
            }
        }
        for (CompletableFuture<CommitResult> left : inFlight) {
            CommitResult unused = left.get(60, TimeUnit.SECONDS);
        }
        return most;
    }

    private static CommitResult put(Session session, Commit.Builder commit) throws Exception {
        return session.commit(commit.build()).get(60, TimeUnit.SECONDS);
    }

    @Test
    void leaderKeepsBoundedMuchForAFollowerThatTakesNothingGoesOnAndBringsItBack() throws Exception {
        List<Integer> ports = freePorts(3);
        try (ProxyNetwork proxies = new ProxyNetwork(ports)) {
            begin(proxies, ports);
            int leader = leader();
            int slow = leader == 1 ? 2 : 1;
            try (Session session = session(members.get(leader - 1))) {
                CommitResult created = put(session, Commit.builder().create(KEY, null));
                proxies.silence(Set.of(leader), Set.of(slow));

                long most = writeUntilGivenUp(session, leader, slow);

                assertThat(most).isLessThanOrEqualTo(SmallBuffers.SLOW_BYTES + FOR_THE_OTHER_BYTES);
                assertThat(leader()).as("it leads on").isEqualTo(leader);
                CommitResult last = put(session, Commit.builder().update(KEY, Bytes.utf8("last")));
                assertThat(last.revision()).isGreaterThan(created.revision());
                proxies.heal();
                EnsembleMember back = members.get(slow - 1);
                assertThat(back.awaitServing(MemberTrio.LIMIT)).isTrue();
                try (Session there = session(back)) {
                    Entry entry = there.get(KEY, Read.LATEST)
                            .get(60, TimeUnit.SECONDS)
                            .orElseThrow();
                    assertThat(entry.modRevision()).isEqualTo(last.revision());
                }
            }
        }
    }
}
