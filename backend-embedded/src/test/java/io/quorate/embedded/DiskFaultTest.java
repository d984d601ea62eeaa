package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.StorageFullException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** A write that is taken before the member has noticed that its disk is full waits for room, and whatever is behind it. */
    private static boolean isRefused(Session session) {
        CompletableFuture<CommitResult> write = session.commit(
                Commit.builder().create(Key.of("/refused"), Bytes.utf8("x")).build());
        try {
            write.get(200, TimeUnit.MILLISECONDS);
            throw new AssertionError("written on a full disk");
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof StorageFullException;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isWritten(DurableEnsemble ensemble, String key, String value) {
        try {
            ensemble.write(key, value);
            return true;
        } catch (StorageFullException e) {
            return false;
        }
    }

    private static void awaitLooking(DurableEnsemble ensemble, int id, String alert) {
        ensemble.eventually(
                () -> ensemble.status(id).role() == BackendView.Role.LOOKING, "member " + id + " has left the others");
        ensemble.eventually(
                () -> ensemble.status(id)
                        .alert()
                        .filter(text -> text.contains(alert))
                        .isPresent(),
                "the alert is told");
    }

    private static void awaitRole(DurableEnsemble ensemble, int id, BackendView.Role role) {
        ensemble.eventually(() -> ensemble.status(id).role() == role, "member " + id + " is " + role);
    }

    @Test
    void followerWithoutFreeSpaceStandsAsideAndReturnsByItself() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int follower = ensemble.follower();
            long reserve = DurableEnsemble.SMALL.reserveBytes();
            ensemble.disk(follower).setUsable(reserve - 1);
            awaitLooking(ensemble, follower, "stands aside");
            long applied = ensemble.status(follower).applied();
            ensemble.write("a", "2");
            assertThat(ensemble.read("a")).contains("2");
            ensemble.disk(follower).setUsable(reserve + reserve / 4);
            ensemble.writeMany(30, 1_000);
            awaitLooking(ensemble, follower, "stands aside");
            assertThat(ensemble.status(follower).applied())
                    .as("not before there is half as much again")
                    .isEqualTo(applied);
            ensemble.disk(follower).setUsable(2 * reserve);
            awaitRole(ensemble, follower, BackendView.Role.FOLLOWER);
            ensemble.commonDigest();
            ensemble.eventually(() -> ensemble.status(follower).alert().isEmpty(), "the alert is over");
        }
    }

    @Test
    void memberThatStandsAsideComesBackWhenTheOthersAreNoQuorumAnyMore() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int leader = ensemble.leader();
            int aside = ensemble.follower();
            int other = 6 - leader - aside;
            ensemble.disk(aside).setUsable(0);
            awaitLooking(ensemble, aside, "stands aside");
            ensemble.write("b", "2");
            ensemble.stop(other);
            ensemble.eventually(() -> isRefused(ensemble), "two members, one of them without room, take no writes");
            assertThat(ensemble.read("b")).as("reads go on").contains("2");
            ensemble.start(other);
            ensemble.eventually(() -> isWritten(ensemble, "a", "3"), "writes are taken again");
            awaitLooking(ensemble, aside, "stands aside");
            ensemble.disk(aside).mend();
            ensemble.commonDigest();
        }
    }

    @Test
    void leaderWithoutFreeSpaceDoesNotHandOverToAMemberThatHasNoneEither() {
        try (DurableEnsemble ensemble = ensemble(5).start()) {
            ensemble.write("a", "1");
            int leader = ensemble.leader();
            // The follower with the largest id would be the first choice.
            int largest = leader == 5 ? 4 : 5;
            ensemble.disk(leader).setUsable(0);
            ensemble.disk(largest).setUsable(0);
            awaitLooking(ensemble, leader, "stands aside");
            awaitLooking(ensemble, largest, "stands aside");
            ensemble.eventually(() -> isWritten(ensemble, "a", "2"), "the others take writes");
            ensemble.disk(leader).mend();
            ensemble.disk(largest).mend();
            ensemble.commonDigest();
        }
    }

    @Test
    void followerOnAFullDiskWaitsForRoomAndReturnsByItself() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            // The others are a quorum once they follow: a write needs two of the three only.
            long unused = ensemble.commonDigest();
            int follower = ensemble.follower();
            ensemble.disk(follower).fill();
            ensemble.writeMany(20, 3_000);
            awaitLooking(ensemble, follower, "the disk is full");
            ensemble.write("a", "2");
            ensemble.disk(follower).mend();
            awaitRole(ensemble, follower, BackendView.Role.FOLLOWER);
            ensemble.commonDigest();
            assertThat(ensemble.read("a")).contains("2");
        }
    }

    @Test
    void leaderOnAFullDiskLosesItsSeatAndFollowsOnceThereIsRoom() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            int leader = ensemble.leader();
            ensemble.disk(leader).fill();
            for (int i = 0; i < 20; i++) {
                ensemble.eventually(() -> isWritten(ensemble, "a", "x".repeat(3_000)), "writes go on");
            }
            awaitLooking(ensemble, leader, "the disk is full");
            assertThat(ensemble.leader()).isNotEqualTo(leader);
            ensemble.disk(leader).mend();
            ensemble.commonDigest();
            assertThat(ensemble.status(leader).condition()).isEqualTo(MemberStatus.Condition.RUNNING);
        }
    }

    @Test
    void singleMemberOnAFullDiskReadsAndFinishesTheWriteOnceThereIsRoom() {
        try (DurableEnsemble ensemble = ensemble(1).start()) {
            ensemble.write("a", "1");
            // Within a session, what is behind a write waits for it.
            Session writer = ensemble.open(Duration.ofSeconds(30));
            Queue<Session> others = new ArrayDeque<>();
            for (int other = 0; other < 20; other++) {
                others.add(ensemble.open(Duration.ofSeconds(30)));
            }
            ensemble.disk(1).fill();
            CompletableFuture<CommitResult> pending = writer.commit(Commit.builder()
                    .create(Key.of("/b"), Bytes.utf8("x".repeat(20_000)))
                    .build());
            ensemble.eventually(
                    () -> ensemble.status(1)
                            .alert()
                            .filter(text -> text.contains("full"))
                            .isPresent(),
                    "the alert is told");
            assertThat(ensemble.read("a")).as("reads go on").contains("1");
            ensemble.eventually(() -> isRefused(others.remove()), "further writes are refused");
            assertThat(pending).isNotDone();
            ensemble.disk(1).mend();
            DurableEnsemble.await(pending);
            ensemble.eventually(() -> isWritten(ensemble, "a", "2"), "writes are taken again");
        }
    }

    @Test
    void memberThatWaitsForRoomCanBeStoppedAndStartedAgain() {
        try (DurableEnsemble ensemble = ensemble(3).start()) {
            ensemble.write("a", "1");
            // The others are a quorum once they follow: a write needs two of the three only.
            long unused = ensemble.commonDigest();
            int follower = ensemble.follower();
            ensemble.disk(follower).fill();
            ensemble.writeMany(20, 3_000);
            awaitLooking(ensemble, follower, "the disk is full");
            mendAndRestart(ensemble, follower);
        }
    }

    @Test
    void receivedSnapshotWaitsForRoom() {
        try (DurableEnsemble ensemble = DurableEnsemble.withSnapshots(parent.resolve("ensemble"), 3, 10)) {
            ensemble.start();
            ensemble.write("a", "1");
            int follower = ensemble.follower();
            ensemble.stop(follower);
            ensemble.writeMany(60, 100);
            ensemble.disk(follower).fillSnapshots();
            ensemble.start(follower);
            awaitLooking(ensemble, follower, "the disk is full");
            ensemble.disk(follower).mend();
            ensemble.commonDigest();
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
            // The status is that of a moment ago, which may be before the disk answered.
            ensemble.eventually(
                    () -> ensemble.status(leader)
                            .disk()
                            .filter(disk -> disk.slowForces() > 0)
                            .isPresent(),
                    "the slow fsync is counted");
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

    /** What it has not written is in its memory, and nobody else waits for it. */
    @Test
    void followerThatIsTooFarBehindWithItsDiskLeavesUntilItHasCaughtUp() {
        try (DurableEnsemble ensemble =
                DurableEnsemble.patient(parent.resolve("ensemble"), 3).start()) {
            ensemble.write("a", "1");
            int follower = ensemble.idleFollower();
            ensemble.disk(follower).stall();
            ensemble.writeAtOnce("first", 200, 200_000);
            ensemble.writeAtOnce("second", 200, 200_000);
            ensemble.eventually(
                    () -> ensemble.status(follower)
                            .alert()
                            .filter(alert -> alert.contains("waited for it"))
                            .isPresent(),
                    "the alert is told");
            long held = ensemble.status(follower).applied();
            ensemble.write("a", "2");
            assertThat(ensemble.status(follower).applied()).isEqualTo(held);
            ensemble.disk(follower).mend();
            ensemble.commonDigest();
            ensemble.eventually(() -> ensemble.status(follower).alert().isEmpty(), "the alert is over");
        }
    }
}
