package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is there after all members were killed and started again. */
final class RestartTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path parent;

    private static void killAll(DurableEnsemble ensemble, int members) {
        for (int id = 1; id <= members; id++) {
            ensemble.stop(id);
        }
    }

    private static void startAll(DurableEnsemble ensemble, int members) {
        for (int id = 1; id <= members; id++) {
            ensemble.start(id);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1000000", "3, 1000000", "5, 1000000", "1, 7", "3, 7", "5, 7"})
    void stateAndSessionsAreAsTheyWere(int members, int snapshotRecords) {
        try (DurableEnsemble ensemble = DurableEnsemble.withSnapshots(parent.resolve("e"), members, snapshotRecords)) {
            ensemble.start();
            Session session = ensemble.session();
            ensemble.writeMany(30, 1_500);
            DurableEnsemble.await(session.commit(Commit.builder()
                    .createOwned(Key.of("/owned"), Bytes.of(new byte[] {1}))
                    .build()));
            String state = ensemble.commonState();

            killAll(ensemble, members);
            startAll(ensemble, members);

            assertThat(ensemble.commonState()).isEqualTo(state);
            assertThat(ensemble.read("owned"))
                    .as("its session came back in time")
                    .isPresent();
            assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
            ensemble.write("a", "goes on");
            assertThat(ensemble.read("a")).contains("goes on");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1000000", "3, 1000000", "3, 7"})
    void powerCutLosesNothingThatWasAcknowledged(int members, int snapshotRecords) throws IOException {
        Path image = parent.resolve("image");
        String state;
        try (DurableEnsemble ensemble = DurableEnsemble.withSnapshots(parent.resolve("e"), members, snapshotRecords)) {
            ensemble.start();
            ensemble.writeMany(20, 1_500);
            ensemble.write("a", "last");
            state = ensemble.commonState();
            ensemble.settleDisks();
            ensemble.image(image);
        }
        try (DurableEnsemble ensemble = DurableEnsemble.withSnapshots(image, members, snapshotRecords)) {
            ensemble.start();
            assertThat(ensemble.commonState()).isEqualTo(state);
            assertThat(ensemble.read("a")).contains("last");
            for (int id = 1; id <= members; id++) {
                assertThat(ensemble.status(id).alert()).isEmpty();
            }
        }
    }

    @Test
    void sessionThatDoesNotReturnExpiresAfterItsTimeAndNotBefore() throws IOException {
        Path image = parent.resolve("image");
        Duration timeout = Duration.ofSeconds(3);
        try (DurableEnsemble ensemble =
                DurableEnsemble.in(parent.resolve("e"), 3).start()) {
            Session session = ensemble.open(timeout);
            DurableEnsemble.await(session.commit(Commit.builder()
                    .createOwned(Key.of("/owned"), Bytes.of(new byte[] {1}))
                    .build()));
            ensemble.commonDigest();
            ensemble.image(image);
        }
        long begin = System.nanoTime();
        try (DurableEnsemble ensemble = DurableEnsemble.in(image, 3).start()) {
            assertThat(ensemble.status(ensemble.leader()).applied()).isPositive();
            assertThat(ensemble.read("owned"))
                    .as("the leader has just begun to listen, %d ms ago", (System.nanoTime() - begin) / 1_000_000)
                    .isPresent();
            ensemble.eventually(() -> ensemble.read("owned").isEmpty(), "the session expires");
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(timeout.toNanos());
            ensemble.commonDigest();
        }
    }

    @Test
    void snapshotOfManyChunksIsReadBackAndSent() throws IOException {
        try (DurableEnsemble ensemble = DurableEnsemble.withSnapshots(parent.resolve("e"), 3, 10)) {
            ensemble.start();
            for (int i = 0; i < 33; i++) {
                ensemble.write("key" + i, "y".repeat(40_000 + i));
            }
            String state = ensemble.commonState();
            killAll(ensemble, 3);
            startAll(ensemble, 3);
            assertThat(ensemble.commonState()).isEqualTo(state);

            int follower = ensemble.follower();
            ensemble.stop(follower);
            DurableEnsemble.delete(parent.resolve("e/member-" + follower));
            ensemble.start(follower);
            assertThat(ensemble.commonState()).isEqualTo(state);
        }
    }

    @Test
    void memberThatLostEverythingReceivesTheSnapshotAndTheLogBehindIt() throws IOException {
        try (DurableEnsemble ensemble = DurableEnsemble.withSnapshots(parent.resolve("e"), 3, 10)) {
            ensemble.start();
            ensemble.writeMany(15, 1_500);
            int follower = ensemble.follower();
            ensemble.stop(follower);
            DurableEnsemble.delete(parent.resolve("e/member-" + follower));
            ensemble.writeMany(17, 1_500);
            ensemble.start(follower);
            ensemble.commonDigest();
            ensemble.eventually(() -> ensemble.isVoter(follower), "it votes again");
            assertThat(DurableEnsemble.files(parent.resolve("e"), follower, "snap-"))
                    .isNotEmpty();
        }
    }
}
