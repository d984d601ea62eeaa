package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.BackendView;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.VersionedStore;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members come and go while clients write: no operation fails, nothing is lost and nothing happens twice. */
class FailoverTest {

    private static final int WRITERS = 4;
    private static final int ENOUGH = 200;

    private EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(3);

    @AfterEach
    void close() {
        ensemble.close();
    }

    private static void eventually(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(condition::getAsBoolean);
    }

    private Writers writing() {
        ensemble.start();
        Writers writers = new Writers(ensemble.backend(), WRITERS).start();
        goOn(writers);
        return writers;
    }

    private static void goOn(Writers writers) {
        int before = writers.written();
        eventually("the clients go on", () -> writers.written() >= before + ENOUGH);
    }

    private void awaitAllServing() {
        eventually(
                "all members serve",
                () -> ensemble.status().stream()
                        .allMatch(member -> member.role() == BackendView.Role.LEADER
                                || member.role() == BackendView.Role.FOLLOWER));
    }

    private int leader() {
        eventually("there is a leader", () -> ensemble.leader().isPresent());
        return ensemble.leader().getAsInt();
    }

    private void finish(Writers writers) {
        goOn(writers);
        writers.stopAndCheck();
        LinearizabilityChecker.of(VersionedStore.registers()).assertLinearizable(writers.history());
        awaitAllServing();
        eventually("all members have come to the same state", this::isSettled);
    }

    private boolean isSettled() {
        List<MemberStatus> members = ensemble.status();
        return members.stream().map(MemberStatus::applied).distinct().count() == 1
                && members.stream().map(MemberStatus::digest).distinct().count() == 1;
    }

    @Test
    void leaderThatStopsHandsOverWithoutAFailedOperation() {
        Writers writers = writing();
        int leader = leader();
        long epoch = ensemble.status().get(leader - 1).epoch();
        ensemble.stop(leader);
        goOn(writers);
        assertThat(leader()).isNotEqualTo(leader);
        assertThat(ensemble.status().get(leader() - 1).epoch()).isGreaterThan(epoch);
        ensemble.start(leader);
        finish(writers);
    }

    @Test
    void followerThatStopsFailsNoOperation() {
        Writers writers = writing();
        int follower = leader() % 3 + 1;
        ensemble.stop(follower);
        goOn(writers);
        ensemble.start(follower);
        finish(writers);
    }

    @Test
    void rollingRestartFailsNoOperation() {
        Writers writers = writing();
        for (int id = 1; id <= 3; id++) {
            ensemble.stop(id);
            goOn(writers);
            ensemble.start(id);
            awaitAllServing();
        }
        finish(writers);
    }

    @Test
    void deathOfTheLeaderFailsNoOperation() {
        Writers writers = writing();
        for (int round = 0; round < 3; round++) {
            int leader = leader();
            ensemble.kill(leader);
            goOn(writers);
            ensemble.start(leader);
            awaitAllServing();
        }
        finish(writers);
    }

    @Test
    void leaderThatStandsStillIsReplacedAndJoinsAgain() {
        ensemble = EmbeddedEnsemble.of(EnsembleConfig.inMemory(3).withElectionTimeout(Duration.ofMillis(100)));
        ensemble.start();
        Writers writers = new Writers(ensemble.backend(), WRITERS, Duration.ofSeconds(2)).start();
        goOn(writers);
        int leader = leader();
        ensemble.pause(leader);
        goOn(writers);
        ensemble.resume(leader);
        finish(writers);
    }

    @Test
    void memberThatLagsFarGetsASnapshotAndTheLogBelowIsPurged() {
        ensemble = EmbeddedEnsemble.of(EnsembleConfig.inMemory(3).withSnapshotRecords(100));
        Writers writers = writing();
        int follower = leader() % 3 + 1;
        ensemble.kill(follower);
        long behind = ensemble.status().stream()
                .mapToLong(MemberStatus::applied)
                .max()
                .orElseThrow();
        eventually(
                "the others purge what it lacks",
                () -> ensemble.onLoop(() -> ensemble.members().stream().allMatch(member -> member.logBase() > behind)));
        ensemble.start(follower);
        finish(writers);
    }

    @Test
    void restartOfAllMembersLosesNothing() {
        Writers writers = writing();
        for (int id = 1; id <= 3; id++) {
            ensemble.kill(id);
        }
        assertThat(ensemble.status()).allMatch(member -> member.role() == BackendView.Role.UNREACHABLE);
        for (int id = 1; id <= 3; id++) {
            ensemble.start(id);
        }
        finish(writers);
    }

    @Test
    void fiveMembersSurviveTheDeathOfTwo() {
        ensemble = EmbeddedEnsemble.inMemory(5);
        Writers writers = writing();
        int leader = leader();
        ensemble.kill(leader);
        ensemble.kill(leader % 5 + 1);
        goOn(writers);
        ensemble.start(leader);
        ensemble.start(leader % 5 + 1);
        finish(writers);
    }
}
