package io.quorate.embedded.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.BackendView.Role;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.StorageFullException;
import io.quorate.backend.Subscription;
import io.quorate.embedded.EmbeddedEnsemble;
import io.quorate.embedded.MemberStatus;
import io.quorate.embedded.MemberStatus.Condition;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Each fault does what it says, and nothing of it is left when it is healed. */
@QuorateTest(members = 3, sessionTimeoutMillis = 1_000)
class FaultsTest {

    private static final Key KEY = Key.of("/key");

    private static void eventually(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(60))
                .until(condition::getAsBoolean);
    }

    private static MemberStatus status(EmbeddedEnsemble ensemble, int member) {
        return ensemble.status().get(member - 1);
    }

    private static void awaitFollower(EmbeddedEnsemble ensemble, int member) {
        eventually(
                "member " + member + " follows", () -> status(ensemble, member).role() == Role.FOLLOWER);
    }

    private static int awaitLeaderOtherThan(EmbeddedEnsemble ensemble, int member) {
        eventually(
                "another member leads",
                () -> ensemble.leader().isPresent() && ensemble.leader().getAsInt() != member);
        return ensemble.leader().getAsInt();
    }

    private static int leader(EmbeddedEnsemble ensemble) {
        return awaitLeaderOtherThan(ensemble, 0);
    }

    private static int follower(EmbeddedEnsemble ensemble) {
        return leader(ensemble) % 3 + 1;
    }

    private static Session session(Quorate client) {
        return client.session().join();
    }

    private static CompletableFuture<CommitResult> create(Quorate client, Key key) {
        return session(client)
                .commit(Commit.builder().create(key, Bytes.utf8("value")).build());
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    // ---- members that die

    @Test
    void killedLeaderIsReplacedAndFollowsOnceItIsHealed(EmbeddedEnsemble ensemble, Quorate client, Faults faults)
            throws Exception {
        int dead = leader(ensemble);
        try (Fault kill = faults.killLeader()) {
            assertThat(status(ensemble, dead).condition()).isEqualTo(Condition.STOPPED);
            awaitLeaderOtherThan(ensemble, dead);
            get(create(client, KEY));
            assertThat(kill.isHealed()).isFalse();
        }
        awaitFollower(ensemble, dead);
    }

    @Test
    void killedMemberStaysAwayUntilItIsRestarted(EmbeddedEnsemble ensemble, Faults faults) {
        int member = follower(ensemble);
        Fault kill = faults.kill(member);
        assertThat(status(ensemble, member).condition()).isEqualTo(Condition.STOPPED);
        faults.restart(member);
        awaitFollower(ensemble, member);

        kill.heal();

        assertThat(status(ensemble, member).condition())
                .as("healing finds nothing to do")
                .isEqualTo(Condition.RUNNING);
    }

    @Test
    void memberThatDoesNotExistIsRefusedBeforeAnythingIsDone(Faults faults) {
        assertThatThrownBy(() -> faults.kill(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no member 4, but 1 to 3");
        assertThatThrownBy(() -> faults.partition(Set.of(1), Set.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("member 1 is in two groups: name each once");
        assertThat(faults.history()).isEmpty();
    }

    // ---- the network

    @Test
    void leaderInAMinorityIsReplacedAndFollowsOnceThePartitionIsHealed(
            EmbeddedEnsemble ensemble, Quorate client, Faults faults) throws Exception {
        int alone = leader(ensemble);
        Fault partition = faults.partition(Set.of(alone));
        awaitLeaderOtherThan(ensemble, alone);
        get(create(client, KEY));
        eventually("it gives its seat up", () -> status(ensemble, alone).role() == Role.LOOKING);

        partition.heal();

        awaitFollower(ensemble, alone);
    }

    @Test
    void nothingIsCommittedWhileNoGroupHasAQuorum(EmbeddedEnsemble ensemble, Quorate client, Faults faults)
            throws Exception {
        Fault partition = faults.partition(Set.of(1), Set.of(2), Set.of(3));
        eventually("nobody leads", () -> ensemble.status().stream().allMatch(member -> member.role() == Role.LOOKING));
        CompletableFuture<CommitResult> write = create(client, KEY);
        assertThat(write).isNotDone();

        partition.heal();

        assertThat(get(write).revision()).isPositive();
    }

    @Test
    void memberThatHearsNothingOfItsLeaderLooksForAnotherUntilItHearsAgain(EmbeddedEnsemble ensemble, Faults faults) {
        int leader = leader(ensemble);
        int deaf = follower(ensemble);
        Fault cut = faults.cutOneWay(leader, deaf);
        eventually("it gives its leader up", () -> status(ensemble, deaf).role() == Role.LOOKING);
        assertThat(status(ensemble, leader).role()).isEqualTo(Role.LEADER);

        cut.heal();

        eventually(
                "all serve",
                () -> ensemble.status().stream()
                        .allMatch(member -> member.role() == Role.LEADER || member.role() == Role.FOLLOWER));
    }

    @Test
    void writeTakesAtLeastTheTimeThatItsMessagesAreDelayed(EmbeddedEnsemble ensemble, Quorate client, Faults faults)
            throws Exception {
        Session session = session(client);
        Fault delay = faults.delay(Duration.ofMillis(30));
        long begin = session.ticker().nanos();
        get(create(client, KEY));
        // The proposal to a follower and its answer.
        assertThat(session.ticker().nanos() - begin).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(60));

        delay.heal();

        int leader = leader(ensemble);
        try (Fault one = faults.delay(leader, follower(ensemble), Duration.ofHours(1))) {
            get(create(client, Key.of("/other")));
            assertThat(one).hasToString("delay(" + leader + ", " + follower(ensemble) + ", PT1H)");
        }
    }

    // ---- pauses

    @Test
    void leaderThatStandsStillIsReplacedAndFollowsAfterwards(EmbeddedEnsemble ensemble, Quorate client, Faults faults)
            throws Exception {
        int paused = leader(ensemble);
        Fault pause = faults.pause(paused);
        awaitLeaderOtherThan(ensemble, paused);
        get(create(client, KEY));

        pause.heal();

        awaitFollower(ensemble, paused);
    }

    @Test
    void clientThatStandsStillIsToldNothingAndLosesItsLockMeanwhile(Quorate holder, Quorate next, Faults faults)
            throws Exception {
        LockLease lease = holder.lock("orders").acquire();
        AtomicBoolean told = new AtomicBoolean();
        lease.onLost(cause -> told.set(true));
        Fault pause = faults.pause(holder);

        try (LockLease taken = next.lock("orders").acquire(Duration.ofSeconds(60))) {
            assertThat(taken.token()).isGreaterThan(lease.token());
            assertThat(told).as("its callbacks have no turn").isFalse();
            assertThat(lease.isHeld()).as("whoever asks, is told so").isFalse();

            pause.heal();

            eventually("it is told", told::get);
        }
    }

    // ---- clients

    @Test
    void sessionThatExpiresTakesItsLocksWithIt(Quorate client, Faults faults) throws Exception {
        LockLease lease = client.lock("orders").acquire();
        Session expired = session(client);

        faults.expire(client);

        eventually("it is told", () -> expired.state() == SessionState.EXPIRED);
        assertThat(lease.isHeld()).isFalse();
        try (LockLease again = client.lock("orders").acquire()) {
            assertThat(again.token()).isGreaterThan(lease.token());
        }
    }

    @Test
    void sessionThatIsNamedExpires(Quorate client, Faults faults) {
        Session session = session(client);
        faults.expire(session);
        eventually("it is told", () -> session.state() == SessionState.EXPIRED);
        assertThat(session(client).id()).isNotEqualTo(session.id());
    }

    @Test
    void clientThatIsCutOffComesBackWithItsSession(Quorate client, Faults faults) throws Exception {
        Session session = session(client);
        Fault cut = faults.cut(client);
        eventually("it knows", () -> session.state() == SessionState.SUSPENDED);
        CompletableFuture<CommitResult> write = create(client, KEY);
        assertThat(write).isNotDone();

        cut.heal();

        get(write);
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
    }

    @Test
    void clientThatIsCutOffGetsNoOtherSession(Quorate client, Faults faults) {
        Session session = session(client);
        Fault cut = faults.cut(client);
        faults.expire(session);
        assertThat(session.state()).isEqualTo(SessionState.SUSPENDED);

        cut.heal();

        eventually("it learns of it", () -> session.state() == SessionState.EXPIRED);
        assertThat(session(client).id()).isNotEqualTo(session.id());
    }

    @Test
    void clientOfTheTestsOwnIsKnownByItsSession(EmbeddedEnsemble ensemble, Faults faults) throws Exception {
        try (Quorate own = Quorate.open(ensemble.backend())) {
            Session session = session(own);
            try (Fault cut = faults.cut(own)) {
                eventually("it knows", () -> session.state() == SessionState.SUSPENDED);
                assertThat(cut).hasToString("cut(a client of the test's own)");
            }
            eventually("it is back", () -> session.state() == SessionState.CONNECTED);
        }
    }

    @Test
    void writeWhoseReplyIsLostHappensOnce(Quorate client, Faults faults) throws Exception {
        Session session = session(client);
        List<SessionState> states = new CopyOnWriteArrayList<>();
        try (Subscription told = session.onState(states::add)) {
            assertThat(told).isNotNull();
            Fault lost = faults.loseReplyAfterCommit(client);
            // A second create of the same key would fail.
            get(create(client, KEY));
            assertThat(states).startsWith(SessionState.SUSPENDED);
            assertThat(lost.isHealed()).isFalse();

            states.clear();
            faults.loseReplyAfterCommit().heal();
            get(create(client, Key.of("/other")));
            assertThat(states).doesNotContain(SessionState.SUSPENDED);
        }
    }

    // ---- disks

    @Test
    void memberWhoseFsyncFailsHaltsAndServesAgainWithAMendedDisk(
            EmbeddedEnsemble ensemble, Quorate client, Faults faults) throws Exception {
        int member = follower(ensemble);
        Fault broken = faults.failFsync(member);
        get(create(client, KEY));
        eventually("it halts", () -> status(ensemble, member).condition() == Condition.FAILED);
        assertThat(status(ensemble, member).failure())
                .hasValueSatisfying(why -> assertThat(why).contains("fsync"));

        broken.heal();

        awaitFollower(ensemble, member);
    }

    @Test
    void leaderWithAFullDiskHandsItsSeatOver(EmbeddedEnsemble ensemble, Quorate client, Faults faults)
            throws Exception {
        int full = leader(ensemble);
        try (Fault disk = faults.fillDisk(full)) {
            awaitLeaderOtherThan(ensemble, full);
            eventually("writes are taken again", () -> isTaken(client));
            assertThat(status(ensemble, full).alert()).isPresent();
            assertThat(disk.isHealed()).isFalse();
        }
        eventually("the alert is over", () -> status(ensemble, full).alert().isEmpty());
    }

    private static boolean isTaken(Quorate client) {
        Commit write = Commit.builder().create(KEY, Bytes.utf8("value")).build();
        try {
            client.commit(write);
            return true;
        } catch (StorageFullException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void writesAreRefusedWhileAllDisksAreFull(EmbeddedEnsemble ensemble, Quorate client, Faults faults) {
        List<Fault> disks = List.of(faults.fillDisk(1), faults.fillDisk(2), faults.fillDisk(3));
        eventually(
                "the alert is there",
                () -> ensemble.status().stream()
                        .allMatch(member -> member.alert().isPresent()));
        eventually("writes are refused", () -> !isTakenAndRemoved(client));

        disks.forEach(Fault::heal);

        eventually("writes are taken", () -> isTaken(client));
    }

    private static boolean isTakenAndRemoved(Quorate client) {
        boolean taken = isTaken(client);
        if (taken) {
            session(client).commit(Commit.builder().delete(KEY).build()).join();
        }
        return taken;
    }

    // ---- clocks

    @Test
    void leaderWhoseClockJumpsDatesWhatIsCreatedWronglyAndEndsNoSession(
            EmbeddedEnsemble ensemble, Quorate client, Faults faults) throws Exception {
        Session session = session(client);
        Fault skew = faults.skewClock(leader(ensemble), Duration.ofHours(1));
        get(create(client, KEY));
        Instant wrong = client.get(KEY).orElseThrow().createdAt();

        skew.heal();

        Key later = Key.of("/later");
        get(create(client, later));
        assertThat(client.get(later).orElseThrow().createdAt()).isBefore(wrong.minus(Duration.ofMinutes(30)));
        assertThat(session(client)).isSameAs(session);
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
    }

    @Test
    void leaseEndsWhenTheClockJumpsBeyondItsDeadline(Quorate client, Faults faults) throws Exception {
        LockLease lease = client.lock("orders").acquire();
        long before = session(client).ticker().nanos();
        try (Fault back = faults.skewClock(Duration.ofHours(-1))) {
            assertThat(session(client).ticker().nanos()).isGreaterThanOrEqualTo(before);
            assertThat(back.isHealed()).isFalse();
        }
        // Cut off, because a renewal would prove it anew.
        try (Fault cut = faults.cut(client);
                Fault ahead = faults.skewClock(Duration.ofHours(1))) {
            assertThat(lease.isHeld()).isFalse();
            assertThat(List.of(cut, ahead)).noneMatch(Fault::isHealed);
        }
        lease.close();
    }

    // ---- the report

    @Test
    void historyTellsEachFaultAndItsHealingWithTimes(Faults faults, Quorate client) {
        try (Fault cut = faults.cut(client)) {
            assertThat(cut).hasToString("cut(" + session(client).options().ownerName() + ")");
        }
        Fault delay = faults.delay(Duration.ofMillis(1));
        faults.heal();

        assertThat(delay.isHealed()).isTrue();
        assertThat(faults.history())
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).matches(" *\\+\\d+\\.\\d ms  .*"))
                .last()
                .asString()
                .endsWith("healed: delay(PT0.001S)");
    }
}
