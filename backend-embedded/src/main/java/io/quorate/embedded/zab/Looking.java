package io.quorate.embedded.zab;

import org.jspecify.annotations.Nullable;

/**
 * A member that takes part in fast leader election.
 *
 * <p>Election only makes progress likely: whoever it names, discovery keeps the history safe. It follows the known
 * algorithm (votes ordered by epoch, index and member id, collected by rounds), with three changes that keep members from
 * electing somebody they cannot work with:
 *
 * <ol>
 *   <li>A member stands as a candidate only while a quorum is in two-way contact with it, none of which has a more recent
 *       log. In a chain of members its end does not stand, however recent its log.
 *   <li>A member votes only for a candidate it is itself in two-way contact with, and judges a candidate by what that
 *       candidate says, never by hearsay.
 *   <li>A member that was followed and did not get to broadcast is passed over for a while by those who followed it.
 * </ol>
 *
 * <p>The role begins by letting the storage settle: the log that a vote speaks of is the one on the disk.
 */
final class Looking extends Role {

    /** The last word of each member, on its present connection. */
    private final Message.@Nullable Notification[] heardFrom;

    private final int successor;
    private final long enteredAt;
    private @Nullable DurableState state;
    private StorageCompletion.@Nullable DurableIndex durable;
    private Message.@Nullable Notification announced;
    private long announcedAt;
    private long announcements;
    private int winner = -1;
    private long winnerSince;

    Looking(ZabPeer peer, int successor) {
        super(peer);
        this.heardFrom = new Message.Notification[peer.size()];
        this.successor = successor;
        this.enteredAt = peer.now();
    }

    @Override
    RoleName name() {
        return RoleName.LOOKING;
    }

    @Override
    Phase phase() {
        return Phase.ELECTION;
    }

    @Override
    long epoch() {
        return 0;
    }

    @Override
    int leader() {
        return 0;
    }

    @Override
    boolean isVoter() {
        return state != null && state.promise().voter();
    }

    @Override
    void enter() {
        peer.electionRound(peer.electionRound() + 1);
        peer.out().settle(peer.generation());
    }

    @Override
    void leave() {}

    @Override
    void onSettled(StorageCompletion.Settled c) {
        state = c.state();
        durable = c.durable();
        int self = peer.config().self();
        if (peer.rules().refuses(state.roster(), self, state.promise().voter(), state.disk())) {
            peer.replaced(state.disk(), present(state.roster().disks().get(self), "admission"));
            return;
        }
        // A snapshot that an earlier role asked for has replaced the state, even if that role ended before it heard so.
        if (state.history().base().index() > peer.applied()) {
            peer.restored(state.snapshot().index());
        }
        evaluate();
    }

    @Override
    void onSnapshotTaken(Event.SnapshotTaken e) {
        if (state != null) {
            state = new DurableState(
                    state.promise(), state.history().compactedTo(e.base()), e.snapshot(), state.disk(), state.roster());
        }
    }

    @Override
    void tick() {
        if (state != null) {
            evaluate();
        }
    }

    @Override
    void onConnectionUp(int member) {
        if (announced != null) {
            peer.send(member, announced);
        }
        reconsider();
    }

    @Override
    void onConnectionDown(int member) {
        heardFrom[member] = null;
        reconsider();
    }

    @Override
    public void onFollowerInfo(int sender, Message.FollowerInfo m) {
        peer.keepWaiting(sender, m);
    }

    @Override
    public void onNotification(int sender, Message.Notification m) {
        heardFrom[sender] = m;
        boolean behind = m.role() == RoleName.LOOKING && m.round() < peer.electionRound();
        if (m.role() == RoleName.LOOKING && m.round() > peer.electionRound()) {
            peer.electionRound(m.round());
        }
        long before = announcements;
        reconsider();
        if (behind && announcements == before && announced != null && peer.isPlaying(this)) {
            peer.send(sender, announced);
        }
    }

    private void reconsider() {
        if (state != null) {
            evaluate();
        }
    }

    /** Draws the conclusions of all that is known now. */
    private void evaluate() {
        DurableState known = present(state, "settled state");
        int established = establishedLeader();
        if (established >= 0 && peer.standsAside() && isEstablished(established)) {
            // The others need this member for nothing; it goes on telling that it looks, so as to hear if that changes.
            Vote own = ownVote(known);
            announce(own, own, peer.rules().counts(known.promise().voter()), false);
            return;
        }
        int elected = established >= 0 ? established : election(known);
        if (!peer.isPlaying(this)) {
            return;
        }
        int nominee = peer.rules().nominee(elected < 0 ? 0 : peer.idOf(elected));
        if (nominee != 0) {
            conclude(peer.positionOf(nominee), known);
        }
    }

    private void conclude(int leader, DurableState known) {
        StorageCompletion.DurableIndex end = present(durable, "durable index");
        if (leader != peer.self()) {
            peer.follow(leader, known, end);
        } else if (peer.rules().counts(known.promise().voter())) {
            peer.lead(known, end);
        }
    }

    // Joining a leader that is there.

    /** A member that leads by its own word, with a quorum behind it or established already; -1 if there is none. */
    private int establishedLeader() {
        for (int member = 0; member < heardFrom.length; member++) {
            Message.Notification word = heardFrom[member];
            if (word == null || member == peer.self()) {
                continue;
            }
            int leader = word.role() == RoleName.LOOKING
                    ? -1
                    : peer.positionOf(word.vote().member());
            if (leader >= 0 && leader != peer.self() && isBelieved(leader)) {
                return leader;
            }
        }
        return -1;
    }

    private boolean isEstablished(int leader) {
        Message.Notification word = heardFrom[leader];
        return word != null && word.established();
    }

    private boolean isBelieved(int leader) {
        Message.Notification word = heardFrom[leader];
        boolean own = word != null && word.role() == RoleName.LEADING && isBacked(leader);
        boolean established = own && word.established();
        int naming = 1;
        for (int member = 0; member < heardFrom.length; member++) {
            Message.Notification other = heardFrom[member];
            if (other != null
                    && peer.hasHeardOf(member)
                    && other.role() != RoleName.LOOKING
                    && other.vote().member() == peer.idOf(leader)) {
                naming++;
            }
        }
        boolean avoided = peer.isAvoided(leader) && !established;
        return !avoided && peer.rules().believes(own, peer.quorum().isReachedBy(naming), established);
    }

    // Electing a new one.

    /** Votes, and returns the winner if there is one, otherwise -1. */
    private int election(DurableState known) {
        Vote own = ownVote(known);
        boolean voter = peer.rules().counts(known.promise().voter());
        boolean stands = voter && peer.rules().stands(isInContactWithQuorum(own));
        Vote best = bestVote(own, stands);
        announce(own, best, voter, stands);
        if (saysItLeads(peer.positionOf(best.member()))) {
            return peer.positionOf(best.member());
        }
        boolean named = best.member() != own.member() || stands;
        int votes = votesFor(best, voter);
        if (!named || !peer.quorum().isReachedBy(votes)) {
            winner = -1;
            return -1;
        }
        if (winner != best.member()) {
            winner = best.member();
            winnerSince = peer.now();
        }
        boolean unanimous = votes == peer.size() || isSuccessor(best);
        boolean waited = peer.now() - winnerSince >= peer.config().finalizeTicks();
        return unanimous || waited ? peer.positionOf(winner) : -1;
    }

    /** Whether the best candidate has counted its votes already: then there is no need to count them again. */
    private boolean saysItLeads(int member) {
        Message.Notification word = heardFrom[member];
        return word != null && word.role() == RoleName.LEADING;
    }

    private Vote ownVote(DurableState known) {
        LogPoint end = known.history().end();
        return new Vote(end.epoch(), end.index(), peer.config().self());
    }

    private boolean isInContactWithQuorum(Vote own) {
        int behind = 1;
        for (int member = 0; member < heardFrom.length; member++) {
            Message.Notification word = heardFrom[member];
            if (word != null
                    && word.role() == RoleName.LOOKING
                    && word.voter()
                    && isBacked(member)
                    && !isMoreRecent(word, own)) {
                behind++;
            }
        }
        return peer.quorum().isReachedBy(behind);
    }

    private static boolean isMoreRecent(Message.Notification word, Vote own) {
        return word.epoch() != own.epoch() ? word.epoch() > own.epoch() : word.index() > own.index();
    }

    /** Whether a member is in two-way contact with this one. */
    private boolean isBacked(int member) {
        Message.Notification word = heardFrom[member];
        boolean hearsMe = word != null && (word.heard() & (1L << peer.self())) != 0;
        return peer.rules().backs(peer.hasHeardOf(member), hearsMe);
    }

    private Vote bestVote(Vote own, boolean stands) {
        Vote best = stands ? own : null;
        for (int member = 0; member < heardFrom.length; member++) {
            Message.Notification word = heardFrom[member];
            if (word == null || !word.candidate() || !isBacked(member) || peer.isAvoided(member)) {
                continue;
            }
            Vote vote = new Vote(word.epoch(), word.index(), peer.idOf(member));
            if (best == null || isPreferred(vote, best)) {
                best = vote;
            }
        }
        return best == null ? own : best;
    }

    /** Better; or named by the last leader as its successor, and no worse but for its member id. */
    private boolean isPreferred(Vote vote, Vote best) {
        if (vote.hasSameLogAs(best) && isSuccessor(vote) != isSuccessor(best)) {
            return isSuccessor(vote);
        }
        return vote.isBetterThan(best);
    }

    private boolean isSuccessor(Vote vote) {
        return vote.member() == successor
                && peer.now() - enteredAt <= peer.config().electionTicks();
    }

    /** The votes for a candidate in this round; a member that already follows or leads has voted too. */
    private int votesFor(Vote candidate, boolean voter) {
        int votes = voter ? 1 : 0;
        for (int member = 0; member < heardFrom.length; member++) {
            Message.Notification word = heardFrom[member];
            if (word != null
                    && peer.hasHeardOf(member)
                    && word.voter()
                    && word.round() == peer.electionRound()
                    && word.vote().member() == candidate.member()) {
                votes++;
            }
        }
        return votes;
    }

    /** Tells all, if there is something new or it is time again. */
    private void announce(Vote own, Vote best, boolean voter, boolean stands) {
        Message.Notification word = new Message.Notification(
                RoleName.LOOKING,
                peer.electionRound(),
                best,
                own.epoch(),
                own.index(),
                peer.heard(),
                voter,
                stands,
                false);
        if (word.equals(announced) && peer.now() - announcedAt < peer.config().heartbeatTicks()) {
            return;
        }
        announced = word;
        announcedAt = peer.now();
        announcements++;
        for (int member = 0; member < heardFrom.length; member++) {
            peer.send(member, word);
        }
    }
}
