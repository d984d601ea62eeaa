package io.quorate.embedded.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Fast leader election as described by Medeiros, "ZooKeeper's atomic broadcast protocol: Theory and practice" (2012),
 * section 3.2 and algorithm 4, and what this election adds to it.
 */
class FastLeaderElectionPaperTest {

    private static final LogPoint EMPTY = LogPoint.GENESIS;

    /** "Votes are ordered: the largest zxid, then the largest id"; the epoch comes first in a zxid. */
    @Test
    void votesAreOrderedByEpochThenIndexThenMember() {
        assertThat(new Vote(2, 1, 1).isBetterThan(new Vote(1, 9, 9))).isTrue();
        assertThat(new Vote(1, 9, 1).isBetterThan(new Vote(1, 8, 9))).isTrue();
        assertThat(new Vote(1, 9, 2).isBetterThan(new Vote(1, 9, 1))).isTrue();
        assertThat(new Vote(1, 9, 2).isBetterThan(new Vote(1, 9, 2))).isFalse();
    }

    /** "If n.round > P.round, then P.round := n.round." */
    @Test
    void higherRoundIsAdopted() {
        Bench bench = new Bench(1, DurableState.BLANK).connect(2).clear();
        bench.receive(2, Bench.looking(7, 2, EMPTY, 0, false));
        assertThat(bench.effects.sent(Message.Notification.class))
                .allMatch(n -> n.round() == 7)
                .isNotEmpty();
    }

    /** "Else if n.round < P.round and the sender is in election: send own vote to it", which is ignored otherwise. */
    @Test
    void lowerRoundIsAnsweredWithOwnVote() {
        Bench bench = new Bench(1, DurableState.BLANK).connect(2);
        bench.receive(2, Bench.looking(7, 2, EMPTY, 0b001, false)).clear();
        bench.receive(2, Bench.looking(3, 2, EMPTY, 0b001, false));
        assertThat(bench.effects.sent(Message.Notification.class)).hasSize(1).allMatch(n -> n.round() == 7);
    }

    /** "If the received vote is better: P.vote := n.vote; send it to all." */
    @Test
    void betterCandidateGetsTheVoteAndAllAreTold() {
        Bench bench = new Bench(1, DurableState.BLANK).connect(2).connect(3).clear();
        bench.receive(3, Bench.looking(1, 3, EMPTY, 0b011, true));
        assertThat(bench.effects.sent(Message.Notification.class))
                .hasSize(2)
                .allMatch(n -> n.vote().equals(new Vote(0, 0, 3)));
    }

    /** "A quorum for the vote: wait for a better one for a while, then decide." */
    @Test
    void quorumWaitsForABetterVoteBeforeItDecides() {
        Bench bench = new Bench(1, DurableState.BLANK).connect(3);
        bench.receive(3, Bench.looking(1, 3, EMPTY, 0b001, true));
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
        bench.ticks(2);
        assertThat(bench.peer.role()).isEqualTo(RoleName.FOLLOWING);
        assertThat(bench.peer.leader()).isEqualTo(3);
    }

    /** "If all have voted for it, decide at once." */
    @Test
    void unanimousVoteDecidesAtOnce() {
        assertThat(Bench.follower(DurableState.BLANK).peer.role()).isEqualTo(RoleName.FOLLOWING);
        assertThat(Bench.leader(DurableState.BLANK).peer.role()).isEqualTo(RoleName.LEADING);
    }

    /** Votes of another round are not counted. */
    @Test
    void votesOfAnOlderRoundDoNotCount() {
        Bench bench = new Bench(1, DurableState.BLANK).connect(2).connect(3);
        bench.receive(2, Bench.looking(5, 2, EMPTY, 0b001, false));
        bench.receive(3, Bench.looking(4, 3, EMPTY, 0b001, true)).ticks(3);
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
    }

    /** checkLeader: "a process joins a leader only if the leader itself says that it leads". */
    @Test
    void joinerNeedsTheLeadersOwnWord() {
        Bench bench = new Bench(1, DurableState.BLANK).connect(2).connect(3);
        Message.Notification following =
                new Message.Notification(RoleName.FOLLOWING, 1, new Vote(4, 0, 3), 0, 0, 0b101, true, false, false);
        bench.receive(2, following).ticks(3);
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
        bench.receive(
                3, new Message.Notification(RoleName.LEADING, 1, new Vote(4, 0, 3), 4, 9, 0b011, true, true, true));
        assertThat(bench.peer.leader()).isEqualTo(3);
    }

    /** E2: contact has to be two-way. */
    @Test
    void candidateThatDoesNotHearMeIsNotBacked() {
        Bench bench = new Bench(1, DurableState.BLANK).connect(2).connect(3);
        bench.receive(2, Bench.looking(1, 3, EMPTY, 0b101, false));
        bench.receive(3, Bench.looking(1, 3, EMPTY, 0b010, true)).ticks(3);
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
    }

    /** A member that a quorum does not hear, or whose quorum has a more recent log, does not stand. */
    @Test
    void memberStandsOnlyForAQuorumThatCouldFollowIt() {
        DurableState disk = Bench.disk(1, 2, 1, 1, 5);
        Bench bench = new Bench(1, disk).connect(2).connect(3);
        bench.receive(2, Bench.looking(1, 2, new LogPoint(1, 6, 1), 0b001, false));
        assertThat(bench.effects.sent(Message.Notification.class)).noneMatch(Message.Notification::candidate);
        bench.receive(3, Bench.looking(1, 3, new LogPoint(1, 4, 1), 0b001, false));
        assertThat(bench.effects.sent(Message.Notification.class)).anyMatch(Message.Notification::candidate);
    }

    /** R1: the vote speaks of the log on the disk, so nothing is said before the storage has settled. */
    @Test
    void nothingIsSaidBeforeTheStorageHasSettled() {
        RecordingEffects effects = new RecordingEffects();
        ZabPeer peer = new ZabPeer(ZabConfig.of(1, 1, List.of(1, 2, 3)), 0);
        peer.start(effects);
        peer.step(new Event.ConnectionUp(2, 2), effects);
        peer.step(new Event.Received(2, 2, Bench.looking(3, 2, EMPTY, 1, true)), effects);
        for (int i = 0; i < 10; i++) {
            peer.step(new Event.Tick(), effects);
        }
        assertThat(effects.sent).isEmpty();
    }

    private static Message.Notification leads(boolean established) {
        return new Message.Notification(RoleName.LEADING, 1, new Vote(1, 0, 3), 0, 0, 0b011, true, true, established);
    }

    private static Bench aside() {
        Bench bench = Bench.establishedFollower().step(new Event.StandAside(true));
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
        bench.step(new StorageCompletion.Settled(bench.effects.generation, Bench.disk(1, 3, 9, 1, 1)));
        return bench.connect(3).receive(3, leads(true)).ticks(1);
    }

    /** Not in the papers: a member that stands aside joins no leader that is established without it, until it is told to. */
    @Test
    void memberThatStandsAsideJoinsNoLeaderThatIsEstablishedWithoutIt() {
        Bench bench = aside();
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
        bench.step(new Event.StandAside(false)).ticks(1);
        assertThat(bench.peer.role()).isEqualTo(RoleName.FOLLOWING);
    }

    /** Not in the papers: where there is no established leader it takes part like any other. */
    @Test
    void memberThatStandsAsideHelpsToElectALeader() {
        Bench bench = aside();
        bench.receive(3, Bench.looking(9, 3, Bench.disk(1, 3, 9, 1, 1).history().end(), 0b011, true));
        bench.receive(2, Bench.looking(9, 3, Bench.disk(1, 3, 9, 1, 1).history().end(), 0b101, false));
        assertThat(bench.peer.role()).isEqualTo(RoleName.FOLLOWING);
        assertThat(bench.peer.leader()).isEqualTo(3);
    }
}
