package io.quorate.embedded.zab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How a member that came back with another disk comes to count again, and how the disk that it had before ceases to. */
class AdmissionTest {

    private static final Roster MEMBER_2_HAS_DISK_8 = new Roster(Map.of(2, 8L));

    private static DurableState blank(long disk, Roster roster) {
        return new DurableState(EpochPromise.NONE, History.EMPTY, LogPoint.GENESIS, disk, roster);
    }

    /** A leader with the votes of member 2 and itself, that member 1 joins with an empty disk. */
    private static Bench leaderJoinedByAnEmptyDisk() {
        return Bench.establishedLeader()
                .receive(1, new Message.FollowerInfo(0, false, 5))
                .receive(1, new Message.AckEpoch(1, false, History.EMPTY))
                .receive(1, new Message.Ack(1, 1))
                .clear();
    }

    @Test
    void newDiskIsNamedByARecordOnce() {
        Bench bench = leaderJoinedByAnEmptyDisk().ticks(1);
        LogRecord record = bench.effects.appended.get(1);
        assertThat(record.type()).isEqualTo(RecordType.ADMISSION);
        assertThat(Admission.of(record.payload())).isEqualTo(new Admission(1, 5));
        bench.ticks(3);
        assertThat(bench.effects.appended).as("proposed once").hasSize(2);
    }

    @Test
    void newDiskCountsOnceAQuorumOfOthersAndItselfHaveThatRecord() {
        Bench bench = leaderJoinedByAnEmptyDisk().ticks(1).durableThrough(2).receive(1, new Message.Ack(1, 2));
        assertThat(bench.effects.sent(Message.Admit.class))
                .as("the new disk itself makes no quorum for it")
                .isEmpty();
        bench.receive(2, new Message.Ack(1, 2));
        assertThat(bench.effects.sent(Message.Admit.class)).containsExactly(new Message.Admit(1));
    }

    @Test
    void leaderTurnsAwayADiskThatWasReplaced() {
        Bench bench = Bench.leader(blank(1, MEMBER_2_HAS_DISK_8)).receive(2, new Message.FollowerInfo(0, true, 7));
        assertThat(bench.effects.sent).contains(new Message.Replaced(8));
        assertThat(bench.effects.has("close 2 its disk was replaced")).isTrue();
        assertThat(bench.effects.has("promise")).as("it makes no quorum").isFalse();
    }

    @Test
    void leaderTakesTheDiskThatWasAdmitted() {
        Bench bench = Bench.leader(blank(1, MEMBER_2_HAS_DISK_8)).receive(2, new Message.FollowerInfo(0, true, 8));
        assertThat(bench.effects.sent(Message.Replaced.class)).isEmpty();
        assertThat(bench.effects.has("promise")).isTrue();
    }

    @Test
    void diskThatWasReplacedMayComeBackEmptied() {
        Bench bench = Bench.leader(blank(1, MEMBER_2_HAS_DISK_8)).receive(2, new Message.FollowerInfo(0, false, 9));
        assertThat(bench.effects.sent(Message.Replaced.class)).isEmpty();
    }

    @Test
    void leaderTurnsAwayTheOldDiskAsSoonAsItHasLoggedTheNewOne() {
        Bench bench = leaderJoinedByAnEmptyDisk().ticks(1).clear();
        bench.step(new Event.ConnectionDown(1, 1)).step(new Event.ConnectionUp(1, 9));
        bench.step(new Event.Received(1, 9, new Message.FollowerInfo(0, true, 4)));
        assertThat(bench.effects.sent).contains(new Message.Replaced(5));
    }

    @Test
    void followerThatIsTurnedAwayHaltsAndSaysWhatToDo() {
        Bench bench = Bench.follower(blank(7, Roster.EMPTY)).receive(3, new Message.Replaced(8));
        assertThat(bench.peer.role()).isEqualTo(RoleName.HALTED);
        assertThat(bench.effects.lines)
                .anyMatch(line -> line.startsWith("halt the disk of member 1 was replaced")
                        && line.contains("empty data directory"));
    }

    @Test
    void memberWhoseOwnLogNamesAnotherDiskHalts() {
        assertThat(new Bench(2, blank(7, MEMBER_2_HAS_DISK_8)).peer.role()).isEqualTo(RoleName.HALTED);
        assertThat(new Bench(2, blank(8, MEMBER_2_HAS_DISK_8)).peer.role()).isEqualTo(RoleName.LOOKING);
    }

    @Test
    void lastAdmissionCounts() {
        Roster roster = Roster.EMPTY.with(new Admission(2, 8)).with(new Admission(2, 9));
        assertThat(List.of(roster.isReplaced(2, 7), roster.isReplaced(2, 8))).containsOnly(true);
        assertThat(List.of(roster.isReplaced(2, 9), roster.isReplaced(1, 7))).containsOnly(false);
    }

    @Test
    void payloadThatIsNoAdmissionIsRefused() {
        for (byte[] payload : List.of(new byte[0], new byte[11], new byte[13], new byte[12])) {
            assertThatThrownBy(() -> Admission.of(payload)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
