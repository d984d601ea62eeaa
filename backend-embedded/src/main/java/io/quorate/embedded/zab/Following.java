package io.quorate.embedded.zab;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A member that follows a leader, or tries to.
 *
 * <p>In discovery it offers the newest epoch it accepted, makes the leader's epoch durable and reports its history. In
 * synchronization it changes its log as the leader says and acknowledges once the whole of it is durable. In broadcast it
 * logs, acknowledges and applies. What it acknowledges or reports always comes from a completion of the storage.
 */
final class Following extends Role {

    private final int leader;
    private final DurableState state;
    private final long enteredAt;

    private Phase phase = Phase.DISCOVERY;
    private long epoch;
    private EpochPromise promise;
    private boolean counted;
    private boolean voter;

    /** The end of the log, including what is not yet durable. */
    private long lastEpoch;

    private long lastIndex;
    private long lastHash;
    private StorageCompletion.DurableIndex durable;

    /** Set once NEWLEADER has arrived and the log ends as it says. */
    private long syncEnd = -1;

    private long acknowledged = -1;

    /** Sync messages that came while the log was being cut; null while it is not. */
    private @Nullable ArrayDeque<Message> held;

    private final RecordBuffer unlogged = new RecordBuffer();
    /** The last round that was answered as one that the leader counts; every proposal names the newest. */
    private long answeredRound;

    private long unansweredRound;

    Following(ZabPeer peer, int leader, DurableState state, StorageCompletion.DurableIndex durable) {
        super(peer);
        this.leader = leader;
        this.state = state;
        this.durable = durable;
        this.promise = state.promise();
        this.voter = promise.voter();
        this.enteredAt = peer.now();
        endLogAt(state.history().end());
    }

    @Override
    RoleName name() {
        return RoleName.FOLLOWING;
    }

    @Override
    Phase phase() {
        return phase;
    }

    @Override
    long epoch() {
        return epoch;
    }

    @Override
    int leader() {
        return peer.idOf(leader);
    }

    @Override
    boolean isVoter() {
        return voter;
    }

    @Override
    void enter() {
        for (int member = 0; member < peer.size(); member++) {
            if (peer.takeWaiting(member) != null) {
                peer.disconnect(member, "does not lead");
            }
        }
        if (peer.isConnected(leader)) {
            sendFollowerInfo();
        }
    }

    private void sendFollowerInfo() {
        peer.send(leader, new Message.FollowerInfo(promise.epoch(), voter, state.disk()));
    }

    @Override
    void leave() {
        peer.disconnect(leader, "no longer follows");
    }

    @Override
    void tick() {
        boolean silent = peer.now() - Math.max(peer.heardAt(leader), enteredAt)
                > peer.config().electionTicks();
        boolean late = phase != Phase.BROADCAST
                && peer.now() - enteredAt > peer.config().syncTicks();
        if (silent || late) {
            giveUp(silent ? "the leader is silent" : "broadcast was not reached in time");
        }
    }

    /** Looks for a leader again; passes this one over if nothing came of it. */
    private void giveUp(String reason) {
        if (phase != Phase.BROADCAST) {
            peer.avoid(leader);
        }
        peer.look(0, reason);
    }

    @Override
    public void onNotification(int sender, Message.Notification m) {
        super.onNotification(sender, m);
        boolean declines = m.role() == RoleName.LOOKING && m.vote().member() != leader();
        if (sender == leader && declines && phase == Phase.DISCOVERY && epoch == 0) {
            peer.look(0, "the chosen leader votes for another");
        }
    }

    @Override
    void onConnectionUp(int member) {
        if (member == leader) {
            if (phase == Phase.DISCOVERY && epoch == 0) {
                sendFollowerInfo();
            } else {
                peer.look(0, "the connection to the leader was replaced");
            }
        }
    }

    @Override
    void onConnectionDown(int member) {
        if (member == leader) {
            peer.look(0, "the connection to the leader was lost");
        }
    }

    /** Handles only what the leader sends; anything else from another member is out of place. */
    private boolean isFromLeader(int sender, Message m, long messageEpoch, Phase... expected) {
        boolean inPhase = false;
        for (Phase p : expected) {
            inPhase |= p == phase;
        }
        if (sender != leader || messageEpoch != epoch || !inPhase) {
            refuse(sender, m, "not from the leader " + leader() + " of epoch " + epoch + ", or out of order");
            return false;
        }
        return true;
    }

    // Discovery.

    @Override
    public void onReplaced(int sender, Message.Replaced m) {
        if (sender != leader || epoch != 0 || !voter) {
            refuse(sender, m, "not from the leader " + leader() + ", or out of order");
            return;
        }
        peer.replaced(state.disk(), m.disk());
    }

    @Override
    public void onLeaderInfo(int sender, Message.LeaderInfo m) {
        if (sender != leader || epoch != 0) {
            refuse(sender, m, "not from the leader " + leader() + ", or told before");
            return;
        }
        if (!peer.rules().accepts(m.epoch(), promise.epoch())) {
            peer.look(0, "the leader offers epoch " + m.epoch() + " after " + promise.epoch() + " was accepted");
            return;
        }
        epoch = m.epoch();
        counted = peer.rules().counts(voter) && peer.rules().countsFor(leader(), m.incarnation(), epoch, promise);
        if (epoch > promise.epoch()) {
            peer.out().persistPromise(peer.generation(), new EpochPromise(epoch, leader(), m.incarnation(), voter));
        } else {
            acknowledgeEpoch();
        }
    }

    @Override
    void onPromisePersisted(StorageCompletion.PromisePersisted c) {
        promise = c.promise();
        if (phase == Phase.DISCOVERY) {
            acknowledgeEpoch();
        } else {
            voter = promise.voter();
            peer.send(leader, new Message.Admitted(epoch));
        }
    }

    private void acknowledgeEpoch() {
        InvariantViolation.require(
                state.history().end().epoch() <= epoch, "I8: the log is of a later epoch than the accepted one");
        peer.send(leader, new Message.AckEpoch(epoch, counted, state.history()));
    }

    // Synchronization.

    @Override
    public void onDiff(int sender, Message.Diff m) {
        if (isFromLeader(sender, m, m.epoch(), Phase.DISCOVERY)) {
            if (m.index() != lastIndex) {
                refuse(sender, m, "the log ends at " + lastIndex);
            } else {
                enterPhase(Phase.SYNCHRONIZATION);
            }
        }
    }

    @Override
    public void onTruncate(int sender, Message.Truncate m) {
        if (!isFromLeader(sender, m, m.epoch(), Phase.DISCOVERY)) {
            return;
        }
        long floor = Math.max(
                Math.min(peer.commitIndex(), lastIndex), state.snapshot().index());
        InvariantViolation.require(
                peer.rules().mayTruncate(m.index(), floor),
                "told to drop committed records: TRUNC to " + m.index() + ", committed " + floor);
        held = new ArrayDeque<>();
        enterPhase(Phase.SYNCHRONIZATION);
        peer.out().truncate(peer.generation(), m.index());
    }

    @Override
    void onTruncated(StorageCompletion.Truncated c) {
        durable = c.durable();
        endLogAt(c.end());
        releaseHeld();
    }

    @Override
    public void onSnapshot(int sender, Message.Snapshot m) {
        if (!isFromLeader(sender, m, m.epoch(), Phase.DISCOVERY)) {
            return;
        }
        InvariantViolation.require(
                peer.rules().mayTruncate(m.point().index(), peer.applied()),
                "told to go back behind the applied state: SNAP at " + m.point() + ", applied " + peer.applied());
        held = new ArrayDeque<>();
        enterPhase(Phase.SYNCHRONIZATION);
        peer.out().installSnapshot(peer.generation(), m.point());
    }

    @Override
    void onSnapshotInstalled(StorageCompletion.SnapshotInstalled c) {
        durable = c.durable();
        endLogAt(c.point());
        peer.restored(c.point().index());
        releaseHeld();
    }

    private void endLogAt(LogPoint end) {
        lastEpoch = end.epoch();
        lastIndex = end.index();
        lastHash = end.hash();
    }

    private void releaseHeld() {
        ArrayDeque<Message> messages = present(held, "held stream");
        held = null;
        while (!messages.isEmpty() && peer.isPlaying(this)) {
            messages.remove().accept(this, leader);
        }
    }

    @Override
    public void onNewLeader(int sender, Message.NewLeader m) {
        if (!isFromLeader(sender, m, m.epoch(), Phase.SYNCHRONIZATION)) {
            return;
        }
        if (held != null) {
            held.add(m);
            return;
        }
        if (!peer.rules().endsAs(m, lastIndex, lastHash)) {
            refuse(sender, m, "the log ends at " + lastIndex + " with another hash or index");
            return;
        }
        InvariantViolation.require(lastEpoch == epoch, "the synchronized log does not end in the epoch of its leader");
        syncEnd = m.lastIndex();
        acknowledge();
    }

    // Broadcast.

    @Override
    public void onPropose(int sender, Message.Propose m) {
        if (!isFromLeader(sender, m, m.epoch(), Phase.SYNCHRONIZATION, Phase.BROADCAST)) {
            return;
        }
        if (held != null) {
            held.add(m);
            return;
        }
        for (int i = 0; i < m.records().size(); i++) {
            LogRecord record = m.records().get(i);
            if (record.index() <= lastIndex) {
                continue;
            }
            if (!peer.rules().continues(record, lastIndex, lastHash, lastEpoch) || record.epoch() > epoch) {
                refuse(sender, m, "does not continue the log, which ends at (" + lastEpoch + "," + lastIndex + ")");
                return;
            }
            log(record);
        }
        if (m.round() > answeredRound) {
            unansweredRound = m.round();
        }
        learnCommit(m.commitIndex());
    }

    private void log(LogRecord record) {
        unlogged.add(record);
        lastEpoch = record.epoch();
        lastIndex = record.index();
        lastHash = record.hash();
    }

    @Override
    void onAppended(StorageCompletion.Appended c) {
        durable = c.durable();
        InvariantViolation.require(durable.index() <= lastIndex, "I9: more is durable than was logged");
        acknowledge();
        if (phase == Phase.BROADCAST) {
            peer.applyThrough(durable.index());
        }
    }

    private void acknowledge() {
        boolean complete = syncEnd >= 0 && peer.rules().mayAcknowledge(durable.index(), syncEnd);
        if (complete && durable.index() > acknowledged) {
            acknowledged = durable.index();
            peer.send(leader, Message.Ack.of(epoch, durable));
        }
    }

    @Override
    public void onUpToDate(int sender, Message.UpToDate m) {
        if (isFromLeader(sender, m, m.epoch(), Phase.SYNCHRONIZATION)) {
            if (acknowledged < 0) {
                refuse(sender, m, "nothing was acknowledged");
                return;
            }
            enterPhase(Phase.BROADCAST);
            learnCommit(m.commitIndex());
        }
    }

    @Override
    public void onCommit(int sender, Message.Commit m) {
        if (isFromLeader(sender, m, m.epoch(), Phase.BROADCAST)) {
            learnCommit(m.index());
        }
    }

    private void learnCommit(long index) {
        if (phase != Phase.BROADCAST) {
            return;
        }
        if (index > lastIndex) {
            peer.protocolError(
                    leader, "commit " + index + " of a record that was not proposed; the log ends at " + lastIndex);
            return;
        }
        peer.committed(index);
        peer.applyThrough(durable.index());
    }

    @Override
    public void onPing(int sender, Message.Ping m) {
        if (isFromLeader(sender, m, m.epoch() == 0 ? epoch : m.epoch(), Phase.values())) {
            peer.send(leader, new Message.Pong(m.epoch(), m.round()));
        }
    }

    @Override
    public void onAdmit(int sender, Message.Admit m) {
        if (isFromLeader(sender, m, m.epoch(), Phase.BROADCAST)) {
            EpochPromise asVoter = new EpochPromise(promise.epoch(), promise.leader(), promise.incarnation(), true);
            peer.out().persistPromise(peer.generation(), asVoter);
        }
    }

    @Override
    void standAside() {
        peer.look(0, "stands aside");
    }

    @Override
    public void onHandOver(int sender, Message.HandOver m) {
        if (isFromLeader(sender, m, m.epoch(), Phase.BROADCAST)) {
            peer.look(m.successor(), "the leader hands over to " + m.successor());
        }
    }

    private void enterPhase(Phase next) {
        if (!next.follows(phase)) {
            throw new IllegalStateException("a follower does not go from " + phase + " to " + next);
        }
        phase = next;
        peer.announceRole();
    }

    @Override
    void flush() {
        if (!unlogged.isEmpty()) {
            peer.out().append(peer.generation(), unlogged.drain());
        }
        if (unansweredRound > 0) {
            peer.send(leader, new Message.Pong(epoch, unansweredRound));
            answeredRound = phase == Phase.BROADCAST ? unansweredRound : 0;
            unansweredRound = 0;
        }
    }
}
