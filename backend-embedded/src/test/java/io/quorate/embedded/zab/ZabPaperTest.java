package io.quorate.embedded.zab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The steps of Junqueira, Reed, Serafini: "Zab: High-performance broadcast for primary-backup systems" (DSN 2011), section
 * IV, by the names the paper gives them, and the rules that its known defects have taught.
 */
class ZabPaperTest {

    /** l.1.1: the new epoch is later than any a quorum accepted; it is durable before it is offered. */
    @Test
    void newEpochIsDurableBeforeItIsOffered() {
        Bench bench = Bench.leader(DurableState.BLANK).receive(2, new Message.FollowerInfo(4, true, 0));
        assertThat(bench.effects.has("promise 5")).isTrue();
        assertThat(bench.effects.sent(Message.LeaderInfo.class)).isEmpty();
        bench.promiseDurable(5, 3, 7);
        assertThat(bench.effects.sent(Message.LeaderInfo.class)).containsExactly(new Message.LeaderInfo(5, 7));
    }

    /** f.1.1: a follower acknowledges a later epoch, once that is durable. */
    @Test
    void followerAcknowledgesAnEpochOnceItIsDurable() {
        Bench bench = Bench.follower(DurableState.BLANK).receive(3, new Message.LeaderInfo(1, 9));
        assertThat(bench.effects.sent(Message.AckEpoch.class)).isEmpty();
        bench.promiseDurable(1, 3, 9);
        assertThat(bench.effects.sent(Message.AckEpoch.class))
                .containsExactly(new Message.AckEpoch(1, true, History.EMPTY));
    }

    /** f.1.1, strict: a follower counts for one leader in an epoch, also across restarts. */
    @Test
    void followerCountsForOneLeaderInAnEpoch() {
        Bench other = Bench.follower(Bench.disk(4, 2, 9, 1, 1)).receive(3, new Message.LeaderInfo(4, 9));
        assertThat(other.effects.sent(Message.AckEpoch.class)).hasSize(1).noneMatch(Message.AckEpoch::counted);
        Bench earlierLife = Bench.follower(Bench.disk(4, 3, 8, 1, 1)).receive(3, new Message.LeaderInfo(4, 9));
        assertThat(earlierLife.effects.sent(Message.AckEpoch.class)).hasSize(1).noneMatch(Message.AckEpoch::counted);
        Bench same = Bench.follower(Bench.disk(4, 3, 9, 1, 1)).receive(3, new Message.LeaderInfo(4, 9));
        assertThat(same.effects.sent(Message.AckEpoch.class)).hasSize(1).allMatch(Message.AckEpoch::counted);
    }

    /** f.1.1: "if e' < f.p, go back to election". */
    @Test
    void followerRefusesAnOlderEpoch() {
        Bench bench = Bench.follower(Bench.disk(4, 2, 9, 1, 1)).receive(3, new Message.LeaderInfo(3, 9));
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
    }

    /** l.1.2, changed: where the paper adopts a more recent history of the quorum, this leader gives up. */
    @Test
    void leaderAbdicatesToAMoreRecentFollower() {
        DurableState disk = Bench.disk(1, 3, 6, 1, 2);
        Bench bench = Bench.leader(disk)
                .receive(2, new Message.FollowerInfo(1, true, 0))
                .promiseDurable(2, 3, 7);
        bench.receive(2, new Message.AckEpoch(2, true, Bench.disk(1, 3, 6, 1, 3).history()));
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
    }

    private static Bench leaderOfTwoWithAMoreRecentOne() {
        Bench bench = Bench.leader(Bench.disk(1, 3, 6, 1, 2))
                .receive(2, new Message.FollowerInfo(1, true, 0))
                .receive(1, new Message.FollowerInfo(1, true, 0))
                .promiseDurable(2, 3, 7)
                .receive(
                        2,
                        new Message.AckEpoch(2, true, Bench.disk(1, 3, 6, 1, 3).history()));
        assertThat(bench.peer.phase()).isEqualTo(Phase.DISCOVERY);
        return bench;
    }

    /**
     * l.1.2, changed: a more recent follower is not counted, but no reason to give up as long as a quorum without it may come
     * together; otherwise one that is fast and that nobody else hears of could depose one leader after another.
     */
    @Test
    void leaderWaitsForAQuorumThatIsNoMoreRecentThanItself() {
        Bench bench = leaderOfTwoWithAMoreRecentOne()
                .receive(
                        1,
                        new Message.AckEpoch(2, true, Bench.disk(1, 3, 6, 1, 1).history()));
        assertThat(bench.peer.phase()).isEqualTo(Phase.SYNCHRONIZATION);
        assertThat(bench.effects.sent(Message.Truncate.class)).containsExactly(new Message.Truncate(2, 2));
    }

    /** l.1.2, changed: it gives up once those that it waited for are gone. */
    @Test
    void leaderAbdicatesOnceNobodyElseIsLeftToWaitFor() {
        Bench bench = leaderOfTwoWithAMoreRecentOne().step(new Event.ConnectionDown(1, 1));
        assertThat(bench.ticks(1).peer.role()).isEqualTo(RoleName.LOOKING);
    }

    /** l.2.1: after a quorum of ACKEPOCH, NEWLEADER is logged and the history sent; not before. */
    @Test
    void newLeaderIsLoggedAfterAQuorumAcknowledgedTheEpoch() {
        Bench bench = Bench.leader(DurableState.BLANK)
                .receive(2, new Message.FollowerInfo(0, true, 0))
                .promiseDurable(1, 3, 7);
        assertThat(bench.effects.has("append")).isFalse();
        bench.receive(2, new Message.AckEpoch(1, true, History.EMPTY));
        assertThat(bench.effects.has("append NEWLEADER(1,1)")).isTrue();
        assertThat(bench.effects.sent(Message.NewLeader.class)).hasSize(1);
    }

    /** D5: the ACKEPOCH of a member that does not count makes no quorum. */
    @Test
    void uncountedAcknowledgementMakesNoQuorum() {
        Bench bench = Bench.leader(DurableState.BLANK)
                .receive(2, new Message.FollowerInfo(0, true, 0))
                .promiseDurable(1, 3, 7)
                .receive(2, new Message.AckEpoch(1, false, History.EMPTY));
        assertThat(bench.peer.phase()).isEqualTo(Phase.DISCOVERY);
    }

    /** f.2.1: the follower acknowledges NEWLEADER when the whole stream is durable. */
    @Test
    void followerAcknowledgesTheStreamOnceItIsDurable() {
        LogRecord first = Bench.record(1, 1, 0, RecordType.NEWLEADER);
        Bench bench = Bench.follower(DurableState.BLANK)
                .receive(3, new Message.LeaderInfo(1, 9))
                .promiseDurable(1, 3, 9)
                .receive(3, new Message.Diff(1, 0))
                .receive(3, Bench.proposal(first, 0))
                .receive(3, new Message.NewLeader(1, 1, first.hash()));
        assertThat(bench.effects.sent(Message.Ack.class)).isEmpty();
        bench.durableThrough(1);
        assertThat(bench.effects.sent(Message.Ack.class)).containsExactly(new Message.Ack(1, 1));
    }

    /** l.2.2: the epoch is established by a quorum, in which the leader counts after its own fsync only. */
    @Test
    void leaderCountsItselfAfterItsOwnFsync() {
        Bench bench = Bench.leader(DurableState.BLANK)
                .receive(2, new Message.FollowerInfo(0, true, 0))
                .promiseDurable(1, 3, 7)
                .receive(2, new Message.AckEpoch(1, true, History.EMPTY))
                .receive(2, new Message.Ack(1, 1));
        assertThat(bench.peer.phase()).isEqualTo(Phase.SYNCHRONIZATION);
        bench.durableThrough(1);
        assertThat(bench.peer.phase()).isEqualTo(Phase.BROADCAST);
        assertThat(bench.effects.sent(Message.UpToDate.class)).containsExactly(new Message.UpToDate(1, 1));
    }

    /** f.2.2 and l.3.1: nothing is accepted from clients before the epoch is established. */
    @Test
    void proposalsAreRefusedUntilTheEpochIsEstablished() {
        Bench bench = Bench.leader(DurableState.BLANK).step(propose(5, 1));
        assertThat(bench.effects.lines).containsExactly("refused 5");
        assertThat(Bench.establishedLeader().step(propose(5, 1)).effects.has("proposed 5 2"))
                .isTrue();
    }

    /** l.3.1: proposals of one step are one append and one message. */
    @Test
    void proposalsOfOneStepTravelTogether() {
        Bench bench = Bench.establishedLeader();
        bench.peer.step(List.of(propose(1, 3), propose(2, 2)), bench.effects);
        assertThat(bench.effects.sent(Message.Propose.class))
                .hasSize(1)
                .allMatch(m -> m.records().size() == 5);
        assertThat(bench.effects.lines.stream().filter(l -> l.startsWith("append")))
                .hasSize(1);
    }

    /** l.3.2: acknowledgements are cumulative, and one commit covers all before it. */
    @Test
    void commitCoversAllThatAQuorumHas() {
        Bench bench =
                Bench.establishedLeader().step(propose(1, 3)).durableThrough(4).clear();
        bench.receive(2, new Message.Ack(1, 3));
        assertThat(bench.effects.sent(Message.Commit.class)).containsExactly(new Message.Commit(1, 3));
        assertThat(bench.effects.has("apply 2..3")).isTrue();
    }

    /** l.3.3, corrected: a learner is sent proposals from the end of its stream on, and commits after its ACK. */
    @Test
    void joinerIsSentProposalsFromTheEndOfItsStreamOn() {
        Bench bench = Bench.establishedLeader()
                .receive(1, new Message.FollowerInfo(0, true, 0))
                .receive(1, new Message.AckEpoch(1, true, History.EMPTY));
        assertThat(bench.effects.lines).contains("history 1 1..1");
        bench.clear().step(propose(1, 1)).durableThrough(2).receive(2, new Message.Ack(1, 2));
        assertThat(bench.effects.lines).anyMatch(l -> l.startsWith("send 1 Propose"));
        assertThat(bench.effects.lines).noneMatch(l -> l.startsWith("send 1 Commit"));
        bench.clear().receive(1, new Message.Ack(1, 1));
        assertThat(bench.effects.lines).containsExactly("send 1 " + new Message.UpToDate(1, 2));
    }

    /** B4: a follower applies what is committed and durable there. */
    @Test
    void committedRecordIsAppliedOnceDurable() {
        Bench bench = Bench.establishedFollower();
        LogRecord next =
                Bench.record(1, 2, Bench.record(1, 1, 0, RecordType.NEWLEADER).hash(), RecordType.TXN);
        bench.receive(3, Bench.proposal(next, 2));
        assertThat(bench.effects.has("apply")).isFalse();
        assertThat(bench.durableThrough(2).effects.has("apply 2..2")).isTrue();
    }

    /** S2: what is known to be committed is not cut off. */
    @Test
    void followerHaltsRatherThanDropCommittedRecords() {
        DurableState disk = Bench.disk(1, 3, 9, 1, 5);
        DurableState snapshotAtThree = new DurableState(disk.promise(), disk.history(), new LogPoint(1, 3, 3));
        Bench bench = Bench.follower(snapshotAtThree)
                .receive(3, new Message.LeaderInfo(2, 9))
                .promiseDurable(2, 3, 9);
        bench.receive(3, new Message.Truncate(2, 2));
        assertThat(bench.peer.role()).isEqualTo(RoleName.HALTED);
        assertThat(bench.effects.has("truncate")).isFalse();
    }

    /** S5: what follows a snapshot waits for it, and so does the acknowledgement. */
    @Test
    void streamAfterASnapshotWaitsForIt() {
        LogPoint snapshot = new LogPoint(1, 4, 44);
        LogRecord next = Bench.record(2, 5, 44, RecordType.NEWLEADER);
        Bench bench = Bench.follower(DurableState.BLANK)
                .receive(3, new Message.LeaderInfo(2, 9))
                .promiseDurable(2, 3, 9)
                .receive(3, new Message.Snapshot(2, snapshot))
                .receive(3, Bench.proposal(next, 0))
                .receive(3, new Message.NewLeader(2, 5, next.hash()));
        assertThat(bench.effects.has("append")).isFalse();
        bench.step(new StorageCompletion.SnapshotInstalled(bench.effects.generation, snapshot));
        assertThat(bench.effects.has("append NEWLEADER(2,5)")).isTrue();
        assertThat(bench.effects.sent(Message.Ack.class)).isEmpty();
        assertThat(bench.durableThrough(5).effects.sent(Message.Ack.class)).containsExactly(new Message.Ack(2, 5));
    }

    /** S4, S5: a gap, a record that is not chained to the log, and a stream that ends otherwise are refused. */
    @Test
    void followerRefusesWhatDoesNotContinueItsLog() {
        LogRecord first = Bench.record(1, 1, 0, RecordType.NEWLEADER);
        LogRecord gap = Bench.record(1, 3, first.hash(), RecordType.TXN);
        LogRecord unchained = Bench.record(1, 2, 77, RecordType.TXN);
        for (LogRecord wrong : List.of(gap, unchained)) {
            Bench bench = Bench.establishedFollower().receive(3, Bench.proposal(wrong, 0));
            assertThat(bench.effects.has("append")).isFalse();
            assertThat(bench.effects.has("close 3 protocol error")).isTrue();
        }
        Bench bench = Bench.follower(DurableState.BLANK)
                .receive(3, new Message.LeaderInfo(1, 9))
                .promiseDurable(1, 3, 9)
                .receive(3, new Message.Diff(1, 0))
                .receive(3, Bench.proposal(first, 0))
                .receive(3, new Message.NewLeader(1, 1, first.hash() + 1));
        assertThat(bench.effects.has("close 3 protocol error")).isTrue();
    }

    /** S4: what is sent twice is logged once. */
    @Test
    void repeatedProposalIsIgnored() {
        Bench bench =
                Bench.establishedFollower().receive(3, Bench.proposal(Bench.record(1, 1, 0, RecordType.NEWLEADER), 0));
        assertThat(bench.effects.has("append")).isFalse();
        assertThat(bench.peer.role()).isEqualTo(RoleName.FOLLOWING);
    }

    /** B6: what an earlier role asked for has no effect. */
    @Test
    void completionOfAnEarlierRoleIsDropped() {
        Bench bench = Bench.establishedFollower();
        LogRecord next =
                Bench.record(1, 2, Bench.record(1, 1, 0, RecordType.NEWLEADER).hash(), RecordType.TXN);
        bench.receive(3, Bench.proposal(next, 2));
        long old = bench.effects.generation;
        bench.step(new Event.ConnectionDown(3, 3)).clear().step(new StorageCompletion.Appended(old, 2));
        assertThat(bench.effects.lines).isEmpty();
    }

    /** B7: nothing from an old connection is processed. */
    @Test
    void messageOfAnOldConnectionIsDropped() {
        Bench bench =
                Bench.establishedLeader().step(new Event.ConnectionUp(2, 20)).clear();
        bench.receive(2, new Message.FollowerInfo(9, true, 0));
        assertThat(bench.effects.lines).isEmpty();
        assertThat(bench.peer.role()).isEqualTo(RoleName.LEADING);
    }

    /** E3: without contact to a quorum a leader steps down, and what it proposed is of unknown outcome. */
    @Test
    void leaderWithoutAQuorumStepsDown() {
        Bench bench = Bench.establishedLeader().step(new Event.BeginRound(5)).ticks(14);
        assertThat(bench.peer.role()).isEqualTo(RoleName.LOOKING);
        assertThat(bench.effects.has("failed 5")).isTrue();
    }

    /** Section 9 of the design: a round is confirmed by a quorum that answered it, not an earlier one. */
    @Test
    void roundIsConfirmedByAnswersToItself() {
        Bench bench = Bench.establishedLeader().step(new Event.BeginRound(5));
        Message.Ping ping = bench.effects.sent(Message.Ping.class).get(0);
        bench.receive(2, new Message.Pong(1, ping.round() - 1));
        assertThat(bench.effects.has("confirmed")).isFalse();
        bench.receive(2, new Message.Pong(1, ping.round()));
        assertThat(bench.effects.has("confirmed 5 1")).isTrue();
    }

    /** A proposal names the newest round, also one that was answered long ago. */
    @Test
    void followerAnswersTheRoundOfAProposalOnce() {
        Bench bench = Bench.establishedFollower();
        LogRecord second =
                Bench.record(1, 2, Bench.record(1, 1, 0, RecordType.NEWLEADER).hash(), RecordType.TXN);
        LogRecord third = Bench.record(1, 3, second.hash(), RecordType.TXN);
        LogRecord fourth = Bench.record(1, 4, third.hash(), RecordType.TXN);
        bench.receive(3, new Message.Propose(1, RecordBatch.of(List.of(second)), 1, 6));
        bench.receive(3, new Message.Propose(1, RecordBatch.of(List.of(third)), 1, 6));
        assertThat(bench.effects.sent(Message.Pong.class)).containsExactly(new Message.Pong(1, 6));
        bench.receive(3, new Message.Propose(1, RecordBatch.of(List.of(fourth)), 1, 7));
        assertThat(bench.effects.sent(Message.Pong.class)).endsWith(new Message.Pong(1, 7));
    }

    /** B5: a member whose storage fails stops, and stays so. */
    @Test
    void memberWithFailedStorageHalts() {
        Bench bench = Bench.establishedLeader().step(new Event.StorageFailed("EIO"));
        assertThat(bench.effects.lines).containsExactly("halt storage failed: EIO");
        assertThat(bench.clear().ticks(30).step(propose(1, 1)).effects.lines).isEmpty();
    }

    @Test
    void illegalTransitionNamesBothRoles() {
        Bench bench = Bench.establishedLeader();
        assertThatThrownBy(() -> bench.peer.follow(
                        0, DurableState.BLANK, new StorageCompletion.Settled(0, DurableState.BLANK).durable()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("LEADING")
                .hasMessageContaining("FOLLOWING");
    }

    private static Event.Propose propose(long ticket, int count) {
        return new Event.Propose(ticket, Collections.nCopies(count, new byte[] {1}));
    }
}
