package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.embedded.member.Member;
import io.quorate.embedded.tree.Corruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member whose state is not what a quorum has stops, is set aside, and the others go on. */
final class DivergenceTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path parent;

    private DurableEnsemble ensemble() {
        return DurableEnsemble.in(parent.resolve("ensemble"), 3);
    }

    /** Spoils the value of a key at one member, and has all compare their states later on. */
    private static List<CompletableFuture<CommitResult>> diverge(DurableEnsemble ensemble, int id) {
        ensemble.write("a", "right");
        ensemble.eventually(() -> ensemble.ensemble().onLoop(() -> haveSameState(ensemble)), "all have the value");
        ensemble.ensemble().onLoop(() -> {
            ensemble.ensemble().members().stream()
                    .filter(member -> member.id() == id)
                    .forEach(member -> Corruption.flip(member.state(), Key.of("/durable/a")));
            return true;
        });
        List<CompletableFuture<CommitResult>> writes = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            writes.add(ensemble.session()
                    .commit(Commit.builder()
                            .update(Key.of("/a"), Bytes.utf8("v" + i))
                            .build()));
        }
        return writes;
    }

    private static boolean haveSameState(DurableEnsemble ensemble) {
        return ensemble.ensemble().members().stream()
                        .map(Member::applied)
                        .distinct()
                        .count()
                == 1;
    }

    private static void awaitHalted(DurableEnsemble ensemble, int id) {
        ensemble.eventually(
                () -> ensemble.status(id).condition() == MemberStatus.Condition.FAILED, "member " + id + " stops");
        assertThat(ensemble.status(id).role()).isEqualTo(BackendView.Role.UNREACHABLE);
        assertThat(ensemble.status(id).failure())
                .hasValueSatisfying(
                        why -> assertThat(why).contains("at index 1000", "a quorum has", "kept for examination"));
    }

    private void restart(DurableEnsemble ensemble, int id) throws IOException {
        ensemble.stop(id);
        ensemble.start(id);
        ensemble.commonDigest();
        assertThat(ensemble.status(id).alert())
                .hasValueSatisfying(alert -> assertThat(alert).contains("QUARANTINED", "at index 1000"));
        assertThat(DurableEnsemble.files(parent.resolve("ensemble"), id, "aside-"))
                .as("the evidence")
                .anyMatch(file -> file.toString().contains("seg-"));
        ensemble.eventually(() -> ensemble.isVoter(id), "it votes again");
    }

    @Test
    void followerThatDivergedStopsAndIsSetAsideAndTheOthersGoOn() throws IOException {
        try (DurableEnsemble ensemble = ensemble().start()) {
            int follower = ensemble.follower();
            diverge(ensemble, follower).forEach(DurableEnsemble::await);
            awaitHalted(ensemble, follower);
            ensemble.write("a", "after");
            assertThat(ensemble.read("a")).contains("after");
            restart(ensemble, follower);
        }
    }

    @Test
    void whatItsDiskDoesNowDoesNotHideThatItsDataWereSetAside() throws IOException {
        try (DurableEnsemble ensemble = ensemble().start()) {
            int follower = ensemble.follower();
            diverge(ensemble, follower).forEach(DurableEnsemble::await);
            awaitHalted(ensemble, follower);
            restart(ensemble, follower);

            ensemble.disk(follower).stall();
            ensemble.write("a", "after");

            ensemble.eventually(
                    () -> ensemble.status(follower)
                            .alert()
                            .filter(alert -> alert.contains("the disk stalls") && alert.contains("QUARANTINED"))
                            .isPresent(),
                    "both are told");
            ensemble.disk(follower).mend();
        }
    }

    @Test
    void leaderThatDivergedStopsAndIsSetAsideAndItsFollowersGoOn() throws IOException {
        try (DurableEnsemble ensemble = ensemble().start()) {
            int leader = ensemble.leader();
            diverge(ensemble, leader).forEach(DurableEnsemble::await);
            awaitHalted(ensemble, leader);
            assertThat(ensemble.leader()).isNotEqualTo(leader);
            ensemble.write("a", "after");
            assertThat(ensemble.read("a")).contains("after");
            restart(ensemble, leader);
        }
    }

    @Test
    void nobodyIsSetAsideWhileTooFewRunToTellWhoIsWrong() throws IOException {
        try (DurableEnsemble ensemble = ensemble().start()) {
            int leader = ensemble.leader();
            int follower = ensemble.follower();
            int other = 6 - leader - follower;
            ensemble.write("a", "before");
            ensemble.stop(other);
            List<CompletableFuture<CommitResult>> writes = diverge(ensemble, follower);
            ensemble.eventually(
                    () -> ensemble.status(follower).condition() == MemberStatus.Condition.FAILED, "the follower stops");
            assertThat(ensemble.status(follower).failure())
                    .hasValueSatisfying(why -> assertThat(why).contains("too few members run"));
            ensemble.start(other);
            ensemble.stop(follower);
            ensemble.start(follower);
            writes.forEach(DurableEnsemble::await);
            ensemble.commonDigest();
            assertThat(DurableEnsemble.files(parent.resolve("ensemble"), follower, "aside-"))
                    .isEmpty();
            assertThat(ensemble.status(follower).alert()).isEmpty();
        }
    }
}
