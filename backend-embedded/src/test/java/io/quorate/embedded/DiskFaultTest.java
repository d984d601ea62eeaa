package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.BackendView;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.StorageFullException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail, stall or fill up under a running ensemble. */
final class DiskFaultTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path parent;

    private DurableEnsemble ensemble(int members) {
        return DurableEnsemble.in(parent.resolve("ensemble"), members);
    }

    private static void awaitFailed(DurableEnsemble ensemble, int id, String cause) {
        ensemble.eventually(
                () -> ensemble.status(id).condition() == MemberStatus.Condition.FAILED, "member " + id + " has failed");
        assertThat(ensemble.status(id).role()).isEqualTo(BackendView.Role.UNREACHABLE);
        assertThat(ensemble.status(id).failure())
                .hasValueSatisfying(text -> assertThat(text).contains(cause));
    }

    /** Stops a failed member, mends its disk and has it come back with everything. */
    private static void mendAndRestart(DurableEnsemble ensemble, int id) {
        ensemble.stop(id);
        assertThat(ensemble.status(id).condition()).isEqualTo(MemberStatus.Condition.STOPPED);
        ensemble.disk(id).mend();
        ensemble.start(id);
        ensemble.commonDigest();
        ensemble.eventually(
                () -> ensemble.status(id).condition() == MemberStatus.Condition.RUNNING, "member " + id + " runs");
    }

    @Test
    void failedFsyncEndsAFollowerForGoodAndHurtsNobody() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int follower = ensemble.follower();
            ensemble.disk(follower).failForce();
            ensemble.write("a", "2");
            awaitFailed(ensemble, follower, "Input/output error");
            // An fsync that succeeds later proves nothing about the pages that the first one lost.
            ensemble.disk(follower).mend();
            ensemble.write("a", "3");
            assertThat(ensemble.status(follower).condition()).isEqualTo(MemberStatus.Condition.FAILED);
            mendAndRestart(ensemble, follower);
            assertThat(ensemble.read("a")).contains("3");
        }
    }

    @Test
    void leaderWhoseFsyncFailsLosesItsSeatAndNoAcknowledgedWrite() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int leader = ensemble.leader();
            ensemble.disk(leader).failForce();
            ensemble.write("a", "2");
            awaitFailed(ensemble, leader, "Input/output error");
            assertThat(ensemble.leader()).isNotEqualTo(leader);
            assertThat(ensemble.read("a")).contains("2");
            ensemble.write("a", "3");
            mendAndRestart(ensemble, leader);
            assertThat(ensemble.read("a")).contains("3");
        }
    }

    @Test
    void failedWriteEndsAMemberForGood() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int leader = ensemble.leader();
            ensemble.disk(leader).failWrite();
            ensemble.write("a", "2");
            awaitFailed(ensemble, leader, "Input/output error");
            mendAndRestart(ensemble, leader);
            assertThat(ensemble.read("a")).contains("2");
        }
    }

    @Test
    void singleMemberThatFailedComesBackWithAllThatWasAcknowledged() {
        try (DurableEnsemble ensemble = ensemble(1).start()) {
            ensemble.write("a", "1");
            ensemble.disk(1).failForce();
            Session session = ensemble.session();
            session.commit(Commit.builder().create(Key.of("/b"), null).build());
            awaitFailed(ensemble, 1, "Input/output error");
            mendAndRestart(ensemble, 1);
            assertThat(ensemble.read("a")).contains("1");
        }
    }

    @Test
    void ensembleWithAFailedMemberCloses() {
        DurableEnsemble ensemble = ensemble(3).start();
        ensemble.write("a", "1");
        int follower = ensemble.follower();
        ensemble.disk(follower).failForce();
        ensemble.write("a", "2");
        awaitFailed(ensemble, follower, "Input/output error");
        ensemble.ensemble().close();
        ensemble.disk(follower).mend();
        try (DurableEnsemble again = ensemble(3).start()) {
            assertThat(again.read("a")).contains("2");
        }
    }

    @Test
    void ensembleStartsWithoutAMemberWhoseDiskFails() {
        try (DurableEnsemble ensemble = ensemble(3)) {
            ensemble.disk(2).failForce();
            ensemble.start();
            awaitFailed(ensemble, 2, "Input/output error");
            ensemble.write("a", "1");
            assertThat(ensemble.read("a")).contains("1");
        }
    }

    @Test
    void leaderWithoutFreeSpaceGivesItsSeatToAMemberThatHasSome() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int leader = ensemble.leader();
            ensemble.disk(leader).setUsable(0);
            ensemble.eventually(
                    () -> ensemble.ensemble()
                            .leadingMember()
                            .map(now -> now.id() != leader)
                            .orElse(false),
                    "another member leads");
            ensemble.eventually(() -> isWritten(ensemble, "a", "2"), "writes are taken again");
            ensemble.eventually(
                    () -> ensemble.status(leader)
                            .alert()
                            .filter(text -> text.contains("free"))
                            .isPresent(),
                    "the alert is told");
        }
    }

    @Test
    void ensembleWithoutFreeSpaceReadsAndDeletesAndReturnsByItself() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            ensemble.write("b", "1");
            setUsable(ensemble, 0);
            ensemble.eventually(() -> isRefused(ensemble), "writes are refused");
            assertThat(ensemble.read("b")).as("reads go on").contains("1");
            assertThatThrownBy(() -> DurableEnsemble.await(ensemble.session().enqueue(Key.of("/q"), "x", null)))
                    .isInstanceOf(StorageFullException.class)
                    .hasMessageContaining("free space");
            DurableEnsemble.await(ensemble.session()
                    .commit(Commit.builder().delete(Key.of("/b")).build()));
            assertThat(ensemble.read("b")).as("deletions make room").isEmpty();
            ensemble.open(Duration.ofSeconds(5)).close();

            long reserve = DurableEnsemble.SMALL.reserveBytes();
            setUsable(ensemble, reserve + reserve / 4);
            assertThat(isRefused(ensemble))
                    .as("not before there is half as much again")
                    .isTrue();
            setUsable(ensemble, 2 * reserve);
            ensemble.eventually(() -> isWritten(ensemble, "a", "2"), "writes are taken again");
            assertThat(ensemble.read("a")).contains("2");
        }
    }

    private static void setUsable(DurableEnsemble ensemble, long bytes) {
        for (int id = 1; id <= 3; id++) {
            ensemble.disk(id).setUsable(bytes);
        }
    }

    private static boolean isRefused(DurableEnsemble ensemble) {
        return !isWritten(ensemble, "a", "refused?");
    }

    private static boolean isWritten(DurableEnsemble ensemble, String key, String value) {
        try {
            ensemble.write(key, value);
            return true;
        } catch (StorageFullException e) {
            return false;
        }
    }

    @Test
    void memberThatFindsNoRoomFailsAndReturnsOnceThereIsSome() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int follower = ensemble.follower();
            ensemble.disk(follower).fill();
            ensemble.writeMany(20, 3_000);
            awaitFailed(ensemble, follower, "no room");
            mendAndRestart(ensemble, follower);
        }
    }

    @Test
    void snapshotWithoutRoomIsGivenUpAndTheMemberGoesOn() {
        try (DurableEnsemble ensemble = DurableEnsemble.withSnapshots(parent.resolve("ensemble"), 1, 5)) {
            ensemble.start();
            ensemble.write("a", "1");
            ensemble.disk(1).fillSnapshots();
            ensemble.writeMany(20, 10);
            assertThat(ensemble.read("a")).contains("1");
            assertThat(ensemble.status(1).condition()).isEqualTo(MemberStatus.Condition.RUNNING);
        }
    }

    @Test
    void stalledLeaderLosesItsSeatAndFollowsOnceItsDiskAnswers() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int leader = ensemble.leader();
            ensemble.disk(leader).stall();
            ensemble.write("a", "2");
            ensemble.eventually(
                    () -> ensemble.ensemble()
                            .leadingMember()
                            .map(now -> now.id() != leader)
                            .orElse(false),
                    "another member leads");
            ensemble.eventually(() -> ensemble.status(leader).alert().isPresent(), "the alert is told");
            ensemble.write("a", "3");
            ensemble.disk(leader).mend();
            ensemble.commonDigest();
            assertThat(ensemble.status(leader).condition()).isEqualTo(MemberStatus.Condition.RUNNING);
            assertThat(ensemble.read("a")).isEqualTo(Optional.of("3"));
        }
    }

    @Test
    void stalledFollowerDelaysNobody() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int follower = ensemble.follower();
            ensemble.disk(follower).stall();
            ensemble.write("a", "2");
            ensemble.write("a", "3");
            ensemble.disk(follower).mend();
            ensemble.commonDigest();
        }
    }
}
