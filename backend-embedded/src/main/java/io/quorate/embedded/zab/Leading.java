package io.quorate.embedded.zab;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A member's view of one ZAB epoch while it leads, or tries to.
 *
 * <p>A leader passes through discovery, synchronization and broadcast, in that order and at most once; losing its quorum
 * ends the role. It never reads a clock: the quorum check counts ticks.
 */
final class Leading extends Role {

    /*
     * The phases, with the steps of the ZAB paper (Junqueira, Reed, Serafini: "Zab: High-performance broadcast for
     * primary-backup systems", DSN 2011, section IV).
     *
     * Discovery. Step l.1.1: from the FOLLOWERINFO of a quorum, this member included, the leader picks an epoch larger
     * than any of them accepted. It makes its own promise durable before it sends LEADERINFO, so that it never offers an
     * epoch twice. Step l.1.2: it waits for the ACKEPOCH of a quorum that counts for it and is no more recent than itself.
     * The paper takes any quorum and adopts the most recent of its histories; this leader waits for members that it is at
     * least as recent as, and gives up once no quorum of them can come together: the next election will most likely find
     * the member that was more recent.
     *
     * Synchronization. Step l.2.1: the leader appends NEWLEADER to its own log, which makes the epoch part of the history,
     * and sends each follower what it lacks. Sending the end of the stream and adding the learner to those that are sent
     * proposals is one step, so that no proposal falls between. Step l.2.2: with the acknowledgement of a quorum, its own
     * included, the epoch is established; from then on UPTODATE (COMMIT-LD) goes to each learner that acknowledged, now
     * or later, with what is committed at that moment.
     *
     * Broadcast. Steps l.3.1 and l.3.2: proposals go to all learners that were sent the stream, commits to those that
     * acknowledged it. Acknowledgements are cumulative, and one counts only if it covers the NEWLEADER record: a record of
     * an older epoch is never committed because copies of it were counted, it is committed with a record of this epoch.
     * Step l.3.3: a follower that comes later goes through discovery and synchronization alone.
     */

    private final long enteredAt;
    private final @Nullable Learner[] learners;
    private final long[] durableAt;
    private final LogPoint electedWith;
    private EpochPromise promise;
    private History history;
    private LogPoint snapshot;

    /** Which disks count, as the log of this member says, what is not yet durable or committed included. */
    private Roster roster;

    private StorageCompletion.DurableIndex durable;

    private Phase phase = Phase.DISCOVERY;

    /** The epoch chosen, 0 before; it is offered once the promise is durable. */
    private long chosenEpoch;

    private boolean promised;
    private long newLeaderIndex;
    private long lastIndex;
    private long lastHash;

    /** Records that were proposed in this step. */
    private final RecordBuffer unsent = new RecordBuffer();

    /** Records that are not yet durable here, and so can't be read back from the storage. */
    private final RecordBuffer undurable = new RecordBuffer();

    private long announcedCommit;
    private final PendingRounds pendingRounds = new PendingRounds();
    private long round;
    private boolean roundWanted;

    private long heartbeatAt;
    private long quorumAt;
    private long storageBusySince = Long.MAX_VALUE;
    private long handingOverSince = Long.MAX_VALUE;

    Leading(ZabPeer peer, DurableState state, StorageCompletion.DurableIndex durable) {
        super(peer);
        this.promise = state.promise();
        this.history = state.history();
        this.electedWith = history.end();
        this.snapshot = state.snapshot();
        this.roster = state.roster();
        this.durable = durable;
        this.lastIndex = history.end().index();
        this.lastHash = history.end().hash();
        this.enteredAt = peer.now();
        this.learners = new Learner[peer.size()];
        this.durableAt = new long[peer.size()];
    }

    @Override
    RoleName name() {
        return RoleName.LEADING;
    }

    @Override
    Phase phase() {
        return phase;
    }

    @Override
    long epoch() {
        return promised ? chosenEpoch : 0;
    }

    @Override
    int leader() {
        return peer.config().self();
    }

    @Override
    boolean isVoter() {
        return true;
    }

    @Override
    LogPoint electedWith() {
        return electedWith;
    }

    long lastIndex() {
        return lastIndex;
    }

    boolean takesProposals() {
        return peer.rules().acceptsProposals(phase)
                && handingOverSince == Long.MAX_VALUE
                && lastIndex - peer.commitIndex() < peer.config().maxUncommitted();
    }

    @Override
    void enter() {
        for (int member = 0; member < learners.length; member++) {
            Message.FollowerInfo info = peer.takeWaiting(member);
            if (info != null && isWelcome(member, info)) {
                learners[member] = new Learner(info);
            }
        }
        chooseEpoch();
    }

    @Override
    void leave() {
        while (!pendingRounds.isEmpty()) {
            peer.out().roundFailed(pendingRounds.ticket());
            pendingRounds.remove();
        }
        for (int member = 0; member < learners.length; member++) {
            if (learners[member] != null) {
                peer.disconnect(member, "no longer leads");
            }
        }
    }

    @Override
    void onConnectionUp(int member) {}

    @Override
    void onConnectionDown(int member) {
        learners[member] = null;
    }

    // Time.

    @Override
    void tick() {
        dropSilentLearners();
        String reason = reasonToStepDown();
        if (reason != null) {
            peer.look(0, reason);
            return;
        }
        if (peer.now() - heartbeatAt >= peer.config().heartbeatTicks()) {
            heartbeatAt = peer.now();
            sendToAll(new Message.Ping(epoch(), round));
        }
        proposeAdmissions();
        // Somebody who was waited for may be gone.
        considerSynchronization();
    }

    private void dropSilentLearners() {
        for (int member = 0; member < learners.length; member++) {
            if (learners[member] != null && !peer.hasHeardOf(member)) {
                peer.disconnect(member, "silent");
                learners[member] = null;
            }
        }
    }

    private @Nullable String reasonToStepDown() {
        long now = peer.now();
        if (phase != Phase.BROADCAST) {
            return now - enteredAt > peer.config().syncTicks() ? "no quorum followed in time" : null;
        }
        if (peer.quorum().isReachedBy(activeVoters())) {
            quorumAt = now;
        }
        if (!peer.rules().keepsSeat(now - quorumAt <= peer.config().electionTicks())) {
            return "no contact to a quorum";
        }
        // A single member has nobody who could lead in its place, and reads go on as long as it does.
        boolean stalls =
                peer.size() > 1 && now - storageBusySince > peer.config().stallTicks();
        return stalls ? "the storage stalls" : null;
    }

    private int activeVoters() {
        return activeVotersWithout(Set.of());
    }

    private int activeVotersWithout(Set<Integer> ids) {
        int voters = ids.contains(peer.config().self()) ? 0 : 1;
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            boolean active =
                    learner != null && learner.isActive() && peer.rules().counts(learner.voter);
            voters += active && !ids.contains(peer.idOf(member)) ? 1 : 0;
        }
        return voters;
    }

    boolean isFollowedWithout(Set<Integer> ids) {
        return phase == Phase.BROADCAST && peer.quorum().isReachedBy(activeVotersWithout(ids));
    }

    Map<Integer, Long> behind() {
        Map<Integer, Long> behind = new TreeMap<>();
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (learner != null) {
                behind.put(peer.idOf(member), lastIndex - learner.acknowledged);
            }
        }
        return behind;
    }

    private void storageBusy() {
        storageBusySince = Math.min(storageBusySince, peer.now());
    }

    // Discovery.

    @Override
    public void onFollowerInfo(int sender, Message.FollowerInfo m) {
        if (learners[sender] != null) {
            refuse(sender, m, "already follows");
            return;
        }
        if (!isWelcome(sender, m)) {
            return;
        }
        Learner learner = new Learner(m);
        learners[sender] = learner;
        if (promised) {
            offerEpoch(sender, learner);
        } else {
            chooseEpoch();
        }
    }

    /** Turns a member away whose disk was replaced: a quorum of the others knows it, and this leader is as recent as any of them. */
    private boolean isWelcome(int member, Message.FollowerInfo info) {
        if (!peer.rules().refuses(roster, peer.idOf(member), info.voter(), info.disk())) {
            return true;
        }
        peer.send(member, new Message.Replaced(present(roster.disks().get(peer.idOf(member)), "admission")));
        peer.disconnect(member, "its disk was replaced");
        return false;
    }

    private void chooseEpoch() {
        long largest = promise.epoch();
        int heard = 1;
        for (Learner learner : learners) {
            if (learner != null) {
                largest = Math.max(largest, learner.acceptedEpoch);
                heard += peer.rules().counts(learner.voter) ? 1 : 0;
            }
        }
        if (chosenEpoch == 0 && peer.quorum().isReachedBy(heard)) {
            chosenEpoch = peer.rules().newEpoch(largest);
            storageBusy();
            peer.out()
                    .persistPromise(
                            peer.generation(),
                            new EpochPromise(
                                    chosenEpoch,
                                    peer.config().self(),
                                    peer.config().incarnation(),
                                    true));
        }
    }

    @Override
    void onPromisePersisted(StorageCompletion.PromisePersisted c) {
        promise = c.promise();
        promised = true;
        storageBusySince = Long.MAX_VALUE;
        peer.announceRole();
        for (int member = 0; member < learners.length && peer.isPlaying(this); member++) {
            Learner learner = learners[member];
            if (learner != null) {
                offerEpoch(member, learner);
            }
        }
        if (peer.isPlaying(this)) {
            considerSynchronization();
        }
    }

    private void offerEpoch(int member, Learner learner) {
        if (!peer.rules().accepts(chosenEpoch, learner.acceptedEpoch)) {
            peer.look(0, "member " + peer.idOf(member) + " has accepted epoch " + learner.acceptedEpoch);
        } else {
            peer.send(member, new Message.LeaderInfo(chosenEpoch, peer.config().incarnation()));
        }
    }

    @Override
    public void onAckEpoch(int sender, Message.AckEpoch m) {
        Learner learner = learners[sender];
        if (learner == null || learner.stage != Learner.Stage.CONNECTED || m.epoch() != epoch()) {
            refuse(sender, m, "out of order");
            return;
        }
        learner.stage = Learner.Stage.EPOCH_ACKED;
        learner.history = m.history();
        learner.countedForEpoch = m.counted();
        if (phase != Phase.DISCOVERY) {
            synchronize(sender, learner);
        } else {
            considerSynchronization();
        }
    }

    /** Goes on with a quorum none of which is more recent; gives up once those that are leave none to wait for. */
    private void considerSynchronization() {
        if (phase != Phase.DISCOVERY || !promised) {
            return;
        }
        int counted = 1;
        int awaited = 0;
        int ahead = -1;
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (learner == null) {
                continue;
            }
            if (learner.stage == Learner.Stage.CONNECTED) {
                awaited += learner.voter ? 1 : 0;
            } else if (learner.countedForEpoch) {
                boolean moreRecent = peer.rules().abdicates(history.end(), learner.history.end());
                ahead = moreRecent ? member : ahead;
                counted += moreRecent ? 0 : 1;
            }
        }
        if (peer.quorum().isReachedBy(counted)) {
            beginSynchronization();
        } else if (ahead >= 0 && !peer.quorum().isReachedBy(counted + awaited)) {
            peer.look(0, "member " + peer.idOf(ahead) + " is more recent");
        }
    }

    // Synchronization.

    private void beginSynchronization() {
        enterPhase(Phase.SYNCHRONIZATION);
        newLeaderIndex = lastIndex + 1;
        InvariantViolation.require(
                newLeaderIndex > peer.commitIndex(), "I6: the history of a new leader lacks what is committed");
        InvariantViolation.require(
                chosenEpoch > history.end().epoch(), "I5: the new epoch is not larger than that of the log");
        LogRecord record = log(RecordType.NEWLEADER, identity(), null);
        history = history.startingEpoch(record.point());
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (learner != null && learner.stage == Learner.Stage.EPOCH_ACKED) {
                synchronize(member, learner);
            }
        }
    }

    private byte[] identity() {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(peer.config().self())
                .putLong(peer.config().incarnation())
                .array();
    }

    /** Sends a learner all it lacks, and forwards it every proposal from here on: one step, so that there is no gap. */
    private void synchronize(int member, Learner learner) {
        flush();
        LogPoint end = new LogPoint(chosenEpoch, lastIndex, lastHash);
        SyncPlan plan = peer.rules().plan(history.endingAt(end), snapshot, learner.history);
        long connection = peer.connection(member);
        switch (plan.kind()) {
            case DIFF -> peer.send(member, new Message.Diff(chosenEpoch, plan.keepThrough()));
            case TRUNC -> peer.send(member, new Message.Truncate(chosenEpoch, plan.keepThrough()));
            case SNAP -> peer.out().sendSnapshot(connection, chosenEpoch, snapshot);
            case DIVERGED -> {
                peer.protocolError(member, "its log contradicts this one: " + learner.history);
                return;
            }
        }
        if (plan.sendAfter() < durable.index()) {
            peer.out().sendHistory(connection, chosenEpoch, plan.sendAfter() + 1, durable.index());
        }
        if (!undurable.isEmpty()) {
            peer.send(member, new Message.Propose(chosenEpoch, undurable.toBatch(), 0, 0));
        }
        peer.send(member, new Message.NewLeader(chosenEpoch, lastIndex, lastHash));
        learner.stage = Learner.Stage.SYNCHRONIZING;
    }

    @Override
    void onSnapshotTaken(Event.SnapshotTaken e) {
        history = history.endingAt(new LogPoint(history.end().epoch(), lastIndex, lastHash))
                .compactedTo(e.base());
        snapshot = e.snapshot();
    }

    // Broadcast.

    @Override
    void propose(Event.Propose e) {
        if (!takesProposals()) {
            peer.out().refused(e.ticket());
            return;
        }
        peer.out().proposed(e.ticket(), lastIndex + 1);
        List<byte[]> payloads = e.payloads();
        for (int i = 0; i < payloads.size(); i++) {
            log(
                    RecordType.TXN,
                    payloads.get(i),
                    e.contents().isEmpty() ? null : e.contents().get(i));
        }
    }

    private LogRecord log(RecordType type, byte[] payload, @Nullable Object content) {
        LogRecord record = new LogRecord(chosenEpoch, lastIndex + 1, lastHash, type, payload, content);
        unsent.add(record);
        undurable.add(record);
        lastIndex = record.index();
        lastHash = record.hash();
        storageBusy();
        return record;
    }

    @Override
    void onAppended(StorageCompletion.Appended c) {
        durable = c.durable();
        InvariantViolation.require(durable.index() <= lastIndex, "I9: more is durable than was logged");
        undurable.removeThrough(durable.index());
        storageBusySince = undurable.isEmpty() ? Long.MAX_VALUE : peer.now();
        considerCommit();
    }

    @Override
    public void onAck(int sender, Message.Ack m) {
        Learner learner = learners[sender];
        if (learner == null || learner.stage.compareTo(Learner.Stage.SYNCHRONIZING) < 0 || m.epoch() != epoch()) {
            refuse(sender, m, "out of order");
            return;
        }
        if (m.index() > lastIndex || m.index() < newLeaderIndex || m.index() < learner.acknowledged) {
            refuse(sender, m, "index out of range");
            return;
        }
        learner.acknowledged = m.index();
        learner.stage = Learner.Stage.ACTIVE;
        considerCommit();
        if (phase == Phase.BROADCAST) {
            tellUpToDate(sender, learner);
            considerAdmissions();
        }
    }

    private void considerCommit() {
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            boolean counts =
                    learner != null && learner.isActive() && peer.rules().counts(learner.voter);
            durableAt[member] = counts ? learner.acknowledged : 0;
        }
        durableAt[peer.self()] = durable.index();
        long agreed = peer.quorum().agreedOn(durableAt);
        if (agreed > peer.commitIndex() && peer.rules().mayCommit(agreed, newLeaderIndex)) {
            peer.committed(agreed);
            if (phase == Phase.SYNCHRONIZATION) {
                establish();
            }
        }
        if (phase == Phase.BROADCAST) {
            peer.applyThrough(durable.index());
            considerAdmissions();
        }
    }

    private void establish() {
        enterPhase(Phase.BROADCAST);
        quorumAt = peer.now();
        announcedCommit = peer.commitIndex();
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (learner != null && learner.isActive()) {
                tellUpToDate(member, learner);
            }
        }
    }

    private void tellUpToDate(int member, Learner learner) {
        if (!learner.upToDate) {
            learner.upToDate = true;
            long committed = peer.rules().committedForJoiner(learner.acknowledged, peer.commitIndex());
            peer.send(member, new Message.UpToDate(chosenEpoch, committed));
        }
    }

    /**
     * Logs that the disk of a member counts which came back with another one than it had. Done at a tick, so that whoever counts
     * indexes ahead within a step is not overtaken.
     */
    private void proposeAdmissions() {
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (takesProposals() && learner != null && learner.upToDate && !learner.voter && learner.admission == 0) {
                Admission admission = new Admission(peer.idOf(member), learner.disk);
                learner.admission =
                        log(RecordType.ADMISSION, admission.payload(), null).index();
                roster = roster.with(admission);
            }
        }
    }

    /**
     * Admits a member that lost its disk, once everything it may have acknowledged before is safe without it, and the disk that it
     * had can do no harm any more: the record of its admission, proposed after it came back, is committed by others and durable
     * there. Any quorum that the old disk could complete then has a member with that record.
     */
    private void considerAdmissions() {
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (learner != null
                    && learner.upToDate
                    && !learner.voter
                    && !learner.admissionSent
                    && learner.admission > 0
                    && peer.rules().mayAdmit(learner.admission, learner.acknowledged, peer.commitIndex())) {
                learner.admissionSent = true;
                peer.send(member, new Message.Admit(chosenEpoch));
            }
        }
    }

    @Override
    public void onAdmitted(int sender, Message.Admitted m) {
        Learner learner = learners[sender];
        if (learner == null || !learner.admissionSent || m.epoch() != epoch()) {
            refuse(sender, m, "out of order");
            return;
        }
        learner.voter = true;
        considerCommit();
    }

    // Quorum rounds.

    @Override
    void beginRound(long ticket) {
        if (phase != Phase.BROADCAST) {
            peer.out().roundFailed(ticket);
            return;
        }
        roundWanted = true;
        pendingRounds.add(ticket, round + 1, peer.commitIndex());
    }

    @Override
    public void onPong(int sender, Message.Pong m) {
        Learner learner = learners[sender];
        if (learner != null && learner.isActive() && m.epoch() == epoch() && m.round() > learner.heardRound) {
            learner.heardRound = m.round();
            confirmRounds();
        }
    }

    private void confirmRounds() {
        while (!pendingRounds.isEmpty()
                && pendingRounds.round() <= round
                && peer.quorum().isReachedBy(answersTo(pendingRounds.round()))) {
            peer.out().roundConfirmed(pendingRounds.ticket(), pendingRounds.readIndex());
            pendingRounds.remove();
        }
    }

    private int answersTo(long wanted) {
        int answers = 1;
        for (Learner learner : learners) {
            if (learner != null
                    && learner.isActive()
                    && peer.rules().counts(learner.voter)
                    && peer.rules().answers(learner.heardRound, wanted)) {
                answers++;
            }
        }
        return answers;
    }

    // Handing over.

    @Override
    void handOver() {
        if (phase != Phase.BROADCAST) {
            peer.out().handedOver(0);
            peer.look(0, "asked to hand over before it led");
            return;
        }
        handingOverSince = Math.min(handingOverSince, peer.now());
    }

    /** Hands over once all proposals are committed and applied; keeps the seat if that takes too long, or cannot come about. */
    @Override
    void considerHandOver() {
        if (handingOverSince == Long.MAX_VALUE) {
            return;
        }
        int successor = peer.applied() == lastIndex ? mostRecentFollower() : -1;
        if (successor >= 0) {
            int id = peer.idOf(successor);
            sendToUpToDate(new Message.HandOver(chosenEpoch, id));
            peer.out().handedOver(id);
            peer.look(id, "handed over to " + id);
        } else if (peer.size() == 1
                || !mayReachQuorum()
                || peer.now() - handingOverSince > peer.config().electionTicks()) {
            handingOverSince = Long.MAX_VALUE;
            peer.out().handedOver(0);
        }
    }

    /** Whether the members that follow, or are about to, make a quorum: nothing is committed without one, nor can a successor lead. */
    private boolean mayReachQuorum() {
        int voters = 1;
        for (Learner learner : learners) {
            voters += learner != null && peer.rules().counts(learner.voter) ? 1 : 0;
        }
        return peer.quorum().isReachedBy(voters);
    }

    /** An active voter that holds all records, the one with the largest id; -1 if there is none. */
    private int mostRecentFollower() {
        for (int member = learners.length - 1; member >= 0; member--) {
            Learner learner = learners[member];
            if (learner != null
                    && learner.upToDate
                    && peer.rules().counts(learner.voter)
                    && learner.acknowledged == lastIndex) {
                return member;
            }
        }
        return -1;
    }

    // What one step has gathered.

    @Override
    void flush() {
        long committed = phase == Phase.BROADCAST ? peer.commitIndex() : 0;
        boolean tellRound = roundWanted;
        boolean tellCommit = committed > announcedCommit;
        round += tellRound ? 1 : 0;
        roundWanted = false;
        announcedCommit = Math.max(announcedCommit, committed);
        if (!unsent.isEmpty()) {
            RecordBatch batch = unsent.drain();
            peer.out().append(peer.generation(), batch);
            sendProposals(new Message.Propose(chosenEpoch, batch, committed, round));
        } else {
            if (tellCommit) {
                sendToUpToDate(new Message.Commit(chosenEpoch, committed));
            }
            if (tellRound) {
                sendToUpToDate(new Message.Ping(chosenEpoch, round));
            }
        }
        if (tellRound) {
            confirmRounds();
        }
    }

    private void sendProposals(Message.Propose m) {
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (learner != null
                    && peer.rules().forwardsTo(learner.stage == Learner.Stage.SYNCHRONIZING, learner.isActive())) {
                peer.send(member, m);
            }
        }
    }

    private void sendToUpToDate(Message m) {
        for (int member = 0; member < learners.length; member++) {
            Learner learner = learners[member];
            if (learner != null && learner.upToDate) {
                peer.send(member, m);
            }
        }
    }

    private void sendToAll(Message m) {
        for (int member = 0; member < learners.length; member++) {
            if (learners[member] != null) {
                peer.send(member, m);
            }
        }
    }

    private void enterPhase(Phase next) {
        if (!next.follows(phase)) {
            throw new IllegalStateException("a leader does not go from " + phase + " to " + next);
        }
        phase = next;
        peer.announceRole();
    }
}
