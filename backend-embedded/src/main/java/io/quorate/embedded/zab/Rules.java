package io.quorate.embedded.zab;

import java.util.function.IntUnaryOperator;

/**
 * The decisions of the protocol that lose data, or the service, when they are taken wrongly; one method each.
 *
 * <p>{@link #ZAB} is the protocol. Tests override single decisions to show that the checks of the simulation notice.
 */
class Rules {

    /** The protocol as it is. */
    static final Rules ZAB = new Rules(elected -> elected);

    private final IntUnaryOperator oracle;

    /**
     * Creates rules with an oracle in the place of the election.
     *
     * @param oracle given the member the election names, or 0, returns the one to take for the leader, or 0. The history
     *     is safe whatever it says.
     */
    Rules(IntUnaryOperator oracle) {
        this.oracle = oracle;
    }

    /** Two quorums share a member. */
    Quorum quorumOf(int members) {
        return new Quorum(members);
    }

    /** Nothing from an old connection is processed. */
    boolean isCurrentConnection(long connection, long current) {
        return connection == current;
    }

    /** Nothing that an earlier role asked for has an effect in this one. */
    boolean isCurrentGeneration(long generation, long current) {
        return generation == current;
    }

    /** A member that lost its disk counts in no quorum. */
    boolean counts(boolean voter) {
        return voter;
    }

    /** A disk does not count once another one of its member was admitted. */
    boolean refuses(Roster roster, int member, boolean voter, long disk) {
        return voter && roster.isReplaced(member, disk);
    }

    /** A member that lost its disk counts again once a quorum of others has its admission, and it has it too. */
    boolean mayAdmit(long admission, long acknowledged, long committed) {
        return Math.min(acknowledged, committed) >= admission;
    }

    /** A member backs only a candidate that it hears and that hears it. */
    boolean backs(boolean heard, boolean heardByCandidate) {
        return heard && heardByCandidate;
    }

    /** A candidate stands only if a quorum is in contact with it and none of that quorum has a more recent log. */
    boolean stands(boolean inContactWithQuorum) {
        return inContactWithQuorum;
    }

    /** A member joins a leader only on that leader's own word. */
    boolean believes(boolean leaderSaysSo, boolean quorumSaysSo, boolean established) {
        return leaderSaysSo && (quorumSaysSo || established);
    }

    /** Whom a looking member takes for the leader, given what the election says: 0 if it has no result yet. */
    int nominee(int elected) {
        return oracle.applyAsInt(elected);
    }

    /** A new epoch is larger than any that a quorum, the leader included, has accepted. */
    long newEpoch(long largestAccepted) {
        return largestAccepted + 1;
    }

    /** A member accepts no epoch older than the last one. */
    boolean accepts(long epoch, long acceptedEpoch) {
        return epoch >= acceptedEpoch;
    }

    /** A member counts for one leader in an epoch. */
    boolean countsFor(int leader, long incarnation, long epoch, EpochPromise promise) {
        return epoch > promise.epoch() || promise.wasMadeTo(leader, incarnation);
    }

    /** A leader does not begin with a quorum in which a member has a more recent log. */
    boolean abdicates(LogPoint own, LogPoint follower) {
        return follower.isAfter(own);
    }

    /** What a follower keeps, and what it is sent. */
    SyncPlan plan(History leader, LogPoint snapshot, History follower) {
        return SyncPlan.between(leader, snapshot, follower);
    }

    /** A follower drops nothing that it knows to be committed. */
    boolean mayTruncate(long lastIndex, long committed) {
        return lastIndex >= committed;
    }

    /** A record continues the log that ends with the given index, hash and epoch. */
    boolean continues(LogRecord record, long lastIndex, long lastHash, long lastEpoch) {
        return record.index() == lastIndex + 1 && record.prevHash() == lastHash && record.epoch() >= lastEpoch;
    }

    /** The synchronization is complete if the log ends with what the leader says it should. */
    boolean endsAs(Message.NewLeader announced, long lastIndex, long lastHash) {
        return announced.lastIndex() == lastIndex && announced.hash() == lastHash;
    }

    /** The first acknowledgement covers the whole synchronization. */
    boolean mayAcknowledge(long durable, long syncEnd) {
        return durable >= syncEnd;
    }

    /** A learner is sent every proposal from the end of its synchronization on. */
    boolean forwardsTo(boolean synchronizing, boolean active) {
        return synchronizing || active;
    }

    /** Only a record of the leader's own epoch is committed by counting. */
    boolean mayCommit(long agreed, long newLeaderIndex) {
        return agreed >= newLeaderIndex;
    }

    /** A follower that becomes active learns what is committed by then. */
    long committedForJoiner(long acknowledged, long committed) {
        return committed;
    }

    /** What is applied is committed and durable. */
    long applicable(long committed, long durable) {
        return Math.min(committed, durable);
    }

    /** A leader takes transactions once a quorum has its NEWLEADER record. */
    boolean acceptsProposals(Phase phase) {
        return phase == Phase.BROADCAST;
    }

    /** A round is confirmed by those that answered it or a later one. */
    boolean answers(long heardRound, long round) {
        return heardRound >= round;
    }

    /** A leader without contact to a quorum steps down. */
    boolean keepsSeat(boolean quorumInContact) {
        return quorumInContact;
    }
}
