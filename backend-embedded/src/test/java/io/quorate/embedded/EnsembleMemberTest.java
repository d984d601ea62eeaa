package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.InsecureConfigurationException;
import io.quorate.backend.Key;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.embedded.transport.RefusingThreads;
import io.quorate.embedded.transport.TcpNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members of one ensemble that reach each other over TCP only. */
@Timeout(180)
class EnsembleMemberTest {

    private static final Key KEY = Key.of("/k");

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private static Session session(EnsembleMember member) throws Exception {
        return member.backend().open(SessionOptions.of("test")).get(60, TimeUnit.SECONDS);
    }

    private static CommitResult put(Session session, Key key, String value) throws Exception {
        return session.commit(Commit.builder().create(key, Bytes.utf8(value)).build())
                .get(60, TimeUnit.SECONDS);
    }

    private static Optional<Entry> get(Session session, Key key) throws Exception {
        return session.get(key, Read.LATEST).get(60, TimeUnit.SECONDS);
    }

    @Test
    void whatOneMemberWritesAllOthersRead() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3).begin()) {
            for (EnsembleMember writer : trio.members()) {
                Key key = Key.of("/from-" + writer.status().id());
                try (Session session = session(writer)) {
                    CommitResult unused = put(session, key, "v");
                }
                for (EnsembleMember reader : trio.members()) {
                    try (Session session = session(reader)) {
                        assertThat(get(session, key)).isPresent();
                    }
                }
            }
        }
    }

    @Test
    void viewNamesTheLeaderAndWhoIsConnected() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3).begin()) {
            int leader = trio.leader();
            for (EnsembleMember member : trio.members()) {
                await().atMost(MemberTrio.LIMIT).untilAsserted(() -> {
                    BackendView view = member.describe();
                    assertThat(view.available()).isTrue();
                    assertThat(view.members()).hasSize(3);
                    assertThat(view.leader().orElseThrow().name()).isEqualTo("member-" + leader);
                    assertThat(view.members()).noneMatch(each -> each.role() == BackendView.Role.UNREACHABLE);
                });
            }
        }
    }

    @Test
    void ensembleOutlivesItsLeaderAndTakesItBack() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3).begin()) {
            int leader = trio.leader();
            int other = leader == 1 ? 2 : 1;
            try (Session session = session(trio.member(other))) {
                CommitResult before = put(session, Key.of("/before"), "1");
                trio.stop(leader);
                CommitResult after = put(session, Key.of("/after"), "2");
                assertThat(after.revision()).isGreaterThan(before.revision());
                EnsembleMember again = trio.start(leader);
                assertThat(again.awaitServing(MemberTrio.LIMIT)).isTrue();
                try (Session there = session(again)) {
                    assertThat(get(there, Key.of("/before"))).isPresent();
                    assertThat(get(there, Key.of("/after"))).isPresent();
                }
            }
        }
    }

    @Test
    void allMembersComeBackWithWhatTheyHad() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3).begin()) {
            try (Session session = session(trio.member(1))) {
                CommitResult unused = put(session, KEY, "kept");
            }
            for (int id = 1; id <= 3; id++) {
                trio.stop(id);
            }
            for (int id = 1; id <= 3; id++) {
                // The flag may stay in the configuration: what is there is never begun anew.
                EnsembleMember unused = trio.start(trio.config(id).withBootstrap(true));
            }
            trio.awaitServing();
            try (Session session = session(trio.member(2))) {
                assertThat(get(session, KEY)).map(entry -> entry.value()).isPresent();
            }
        }
    }

    @Test
    void newClusterBeginsOnlyWithAllItsMembers() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            EnsembleMember first = trio.start(trio.config(1).withBootstrap(true));
            EnsembleMember second = trio.start(trio.config(2).withBootstrap(true));
            assertThat(first.awaitServing(Duration.ofSeconds(3))).isFalse();
            assertThat(first.status().alert())
                    .hasValueSatisfying(alert -> assertThat(alert).contains("waits for all other members"));
            EnsembleMember third = trio.start(trio.config(3).withBootstrap(true));
            for (EnsembleMember member : List.of(first, second, third)) {
                assertThat(member.awaitServing(MemberTrio.LIMIT)).isTrue();
            }
        }
    }

    /** A machine is replaced under its id: whether the flag was left in its configuration must not matter. */
    @Test
    void memberWhoseDirectoryWasLostGetsEverythingBackAndVotesAgain() throws Exception {
        for (boolean bootstrap : new boolean[] {false, true}) {
            Path at = directory.resolve("b" + bootstrap);
            try (MemberTrio trio = new MemberTrio(at, 3).begin()) {
                try (Session session = session(trio.member(1))) {
                    CommitResult unused = put(session, KEY, "kept");
                }
                trio.stop(3);
                delete(trio.directory(3));
                EnsembleMember third = trio.start(trio.config(3).withBootstrap(bootstrap));
                assertThat(third.awaitServing(MemberTrio.LIMIT)).isTrue();
                try (Session session = session(third)) {
                    assertThat(get(session, KEY)).isPresent();
                    CommitResult unused = put(session, Key.of("/more"), "x");
                }
                // It counts again as soon as its admission was committed without it: then any other one may go.
                awaitVote(third);
                trio.stop(1);
                try (Session session = session(third)) {
                    CommitResult unused = put(session, Key.of("/with-it"), "x");
                }
            }
        }
    }

    /**
     * Members 2 and 3, the latter on a new machine, have acknowledged what member 1 and the old disk of member 3 do not know. These
     * two are a quorum of three, and must not become one.
     */
    @Test
    void oldDiskOfAReplacedMachineMakesNoQuorumAndIsToldWhy() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3).begin()) {
            try (Session session = session(trio.member(1))) {
                CommitResult unused = put(session, KEY, "old");
            }
            trio.stop(3);
            Path old = Files.move(trio.directory(3), directory.resolve("old"));
            EnsembleMember replaced = trio.start(3);
            assertThat(replaced.awaitServing(MemberTrio.LIMIT)).isTrue();
            awaitVote(replaced);
            trio.stop(1);
            try (Session session = session(replaced)) {
                CommitResult unused = put(session, Key.of("/with-the-new-one"), "new");
            }
            trio.stop(2);
            trio.stop(3);
            Path present = Files.move(trio.directory(3), directory.resolve("present"));
            Files.move(old, trio.directory(3));
            EnsembleMember first = trio.start(1);
            EnsembleMember returned = trio.start(3);
            await().atMost(MemberTrio.LIMIT)
                    .untilAsserted(
                            () -> assertThat(returned.status().condition()).isEqualTo(MemberStatus.Condition.FAILED));
            assertThat(returned.status().toString()).contains("was replaced").contains("empty data directory");
            assertThat(first.awaitServing(Duration.ofSeconds(2))).isFalse();
            trio.stop(3);
            delete(trio.directory(3));
            Files.move(present, trio.directory(3));
            EnsembleMember again = trio.start(3);
            assertThat(again.awaitServing(MemberTrio.LIMIT)).isTrue();
            try (Session session = session(first)) {
                assertThat(get(session, Key.of("/with-the-new-one"))).isPresent();
            }
        }
    }

    @Test
    void memberWithoutBootstrapAndWithoutDataWaitsForThoseThatHaveSome() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            for (int id = 1; id <= 3; id++) {
                EnsembleMember unused = trio.start(id);
            }
            assertThat(trio.member(1).awaitServing(Duration.ofSeconds(3))).isFalse();
            assertThat(trio.member(1).status().alert())
                    .hasValueSatisfying(alert -> assertThat(alert).contains("does not vote"));
            for (EnsembleMember member : trio.members()) {
                await().atMost(MemberTrio.LIMIT)
                        .untilAsserted(() -> assertThat(member.status().alert())
                                .hasValueSatisfying(alert -> assertThat(alert)
                                        .contains("bootstrap=true", "delete their directories", "does not vote")));
            }
        }
    }

    @Test
    void singleMemberServesAlone() throws Exception {
        try (MemberTrio one = new MemberTrio(directory, 1).begin();
                Session session = session(one.member(1))) {
            assertThat(put(session, KEY, "v").revision()).isPositive();
        }
    }

    @Test
    void sharedKeyIsRefusedBeyondLoopback() throws IOException {
        MemberTrio trio = new MemberTrio(directory, 3);
        MemberConfig exposed = trio.config(1).withBind("0.0.0.0:0");
        assertThatThrownBy(() -> EnsembleMember.of(exposed).start())
                .isInstanceOf(InsecureConfigurationException.class)
                .hasMessageContaining("0.0.0.0:0")
                .hasMessageContaining("mutual TLS");
        assertThat(trio.directory(1)).doesNotExist();
        MemberConfig away = MemberConfig.of(
                "trio", 1, Map.of(1, "127.0.0.1:1", 2, "192.0.2.1:1", 3, "127.0.0.1:3"), directory, MemberTrio.key(1));
        assertThatThrownBy(() -> EnsembleMember.of(away).start())
                .isInstanceOf(InsecureConfigurationException.class)
                .hasMessageContaining("192.0.2.1:1");
        try (EnsembleMember accepted =
                EnsembleMember.of(exposed.withAllowInsecureNetwork(true)).start()) {
            assertThat(accepted.port()).isPositive();
        }
    }

    @Test
    void directoryOfAnotherClusterIsRefused() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 1).begin()) {
            trio.stop(1);
            MemberConfig other =
                    MemberConfig.of("other", 1, Map.of(1, trio.address(1)), trio.directory(1), MemberTrio.key(7));
            assertThatThrownBy(() -> EnsembleMember.of(other).start())
                    .isInstanceOfSatisfying(
                            DataDirectoryException.class,
                            e -> assertThat(e.reason()).isEqualTo(DataDirectoryException.Reason.MISMATCH))
                    .hasMessageContaining("\"other\"");
        }
    }

    /** Two members that are started on each other's directories would find both of them empty, and begin a second history. */
    @Test
    void directoryOfAnotherMemberIsRefused() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3).begin()) {
            trio.stop(1);
            trio.stop(2);
            Map<Integer, String> addresses = Map.of(1, trio.address(1), 2, trio.address(2), 3, trio.address(3));
            MemberConfig permuted = MemberConfig.of("trio", 1, addresses, trio.directory(2), MemberTrio.key(7))
                    .withBootstrap(true);
            assertThatThrownBy(() -> {
                        try (EnsembleMember member = EnsembleMember.of(permuted)) {
                            EnsembleMember unused = member.start();
                        }
                    })
                    .isInstanceOfSatisfying(
                            DataDirectoryException.class,
                            e -> assertThat(e.reason()).isEqualTo(DataDirectoryException.Reason.MISMATCH))
                    .hasMessageContaining("is member 2's")
                    .hasMessageContaining("correct member=1");
            assertThat(trio.directory(2).resolve("member-1")).doesNotExist();
            EnsembleMember right = trio.start(2);
            assertThat(right.awaitServing(MemberTrio.LIMIT)).isTrue();
        }
    }

    @Test
    void directoryInUseIsRefused() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 1).begin()) {
            MemberConfig same = trio.config(1).withBind("127.0.0.1:0");
            assertThatThrownBy(() -> EnsembleMember.of(same).start())
                    .isInstanceOfSatisfying(
                            DataDirectoryException.class,
                            e -> assertThat(e.reason()).isEqualTo(DataDirectoryException.Reason.IN_USE));
        }
    }

    @Test
    void portInUseIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            MemberConfig config = MemberConfig.of(
                    "trio", 1, Map.of(1, "127.0.0.1:" + taken.getLocalPort()), directory, MemberTrio.key(7));
            assertThatThrownBy(() -> EnsembleMember.of(config).start())
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    /** Its sessions cannot be closed, and nobody is left to come for it: waiting would be of no use, however long it may be waited for one. */
    @Test
    @Timeout(120)
    void memberWithoutAQuorumStopsThoughItsSessionsAreOpenAndOthersAreBeingOpened() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            for (int id = 1; id <= 3; id++) {
                EnsembleMember unused =
                        trio.start(trio.config(id).withBootstrap(true).withConnectionTimeout(Duration.ofHours(1)));
            }
            trio.awaitServing();
            Session first = session(trio.member(3));
            Session second = session(trio.member(3));
            trio.stop(1);
            trio.stop(2);
            CompletableFuture<Session> opening = trio.member(3).backend().open(SessionOptions.of("late"));
            CompletableFuture<CommitResult> write =
                    first.commit(Commit.builder().create(KEY, Bytes.utf8("v")).build());

            trio.stop(3);

            assertThat(first.state()).isEqualTo(SessionState.CLOSED);
            assertThat(second.state()).isEqualTo(SessionState.CLOSED);
            assertThat(opening).isCompletedExceptionally();
            assertThatThrownBy(() -> write.get(60, TimeUnit.SECONDS))
                    .as("whether it was sent before the member had lost the others or not")
                    .cause()
                    .isInstanceOfAny(OutcomeUnknownException.class, SessionClosedException.class);
        }
    }

    @Test
    void stoppedMemberLeavesNoThreadAndStartsNoMore() throws Exception {
        MemberTrio trio = new MemberTrio(directory, 3).begin();
        Backend backend = trio.member(2).backend();
        EnsembleMember second = trio.member(2);
        trio.close();
        trio.close();
        assertThat(second.status().condition()).isEqualTo(MemberStatus.Condition.STOPPED);
        assertThatThrownBy(second::start).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(second::backend).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> backend.open(SessionOptions.of("test"))).isInstanceOf(IllegalStateException.class);
        await().atMost(MemberTrio.LIMIT)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().startsWith("quorate-member-")));
    }

    /** Whatever the moment at which another thread closes a member that starts, nothing of it goes on. */
    @Test
    void memberThatIsClosedWhileItStartsLeavesNothingBehind() throws Exception {
        for (int round = 0; round < 20; round++) {
            MemberTrio one = new MemberTrio(directory.resolve("r" + round), 1);
            EnsembleMember member = EnsembleMember.of(one.config(1).withBootstrap(true));
            Path trace = one.directory(1).resolve("ensemble");
            long delay = TimeUnit.MICROSECONDS.toNanos(300L * round);
            Thread closer = new Thread(
                    () -> {
                        while (!Files.exists(trace)) {
                            Thread.onSpinWait();
                        }
                        long seen = System.nanoTime();
                        while (System.nanoTime() - seen < delay) {
                            Thread.onSpinWait();
                        }
                        member.close();
                    },
                    "closer");
            closer.start();
            try {
                EnsembleMember unused = member.start();
            } catch (BackendUnavailableException e) {
                assertThat(e).hasMessageContaining("was closed while it started");
            }
            closer.join();
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                            .noneMatch(thread -> thread.getName().startsWith("quorate-member-")));
            assertThat(member.status().condition()).isEqualTo(MemberStatus.Condition.STOPPED);
        }
    }

    @Test
    void memberThatIsStoppedWithoutHavingBeenStartedOpensNothing() throws IOException {
        EnsembleMember member = EnsembleMember.of(new MemberTrio(directory, 3).config(1));
        member.stop();
        assertThat(directory.resolve("m1")).doesNotExist();
    }

    private static void awaitVote(EnsembleMember member) {
        await().atMost(MemberTrio.LIMIT)
                .untilAsserted(() -> assertThat(member.status().alert()).isEmpty());
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Returns a member of a new cluster that makes the threads of its connections by a factory. */
    private static EnsembleMember made(MemberConfig config, ThreadFactory threads) {
        return EnsembleMember.of(config.withBootstrap(true), settings -> new TcpNetwork(settings, threads));
    }

    /** What it had opened by then is not in the way of the next attempt. */
    @ParameterizedTest
    @ValueSource(strings = {"accept", "probe"})
    void memberThatFindsNoThreadIsClosed(String refused) throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            EnsembleMember member = made(trio.config(1), new RefusingThreads(refused, 1));
            assertThatThrownBy(member::start)
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("thread");
            try (MemberTrio again = trio.begin()) {
                assertThat(again.leader()).isPositive();
            }
        }
    }

    @Test
    void memberThatCannotGoOnStartingIsClosed() throws Exception {
        try (MemberTrio trio = new MemberTrio(directory, 3)) {
            EnsembleMember member = made(trio.config(1), task -> {
                throw new OutOfMemoryError("no thread is made");
            });
            assertThatThrownBy(member::start).isInstanceOf(OutOfMemoryError.class);
            try (MemberTrio again = trio.begin()) {
                assertThat(again.leader()).isPositive();
            }
        }
    }
}
