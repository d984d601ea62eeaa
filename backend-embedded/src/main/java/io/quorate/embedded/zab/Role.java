package io.quorate.embedded.zab;

import org.jspecify.annotations.Nullable;

/**
 * What a member does in one role, from the transition into it to the transition out of it.
 *
 * <p>A message or completion that a role does not expect breaks the protocol: the connection is closed, or the member
 * halts. Each role overrides what it does expect.
 */
abstract sealed class Role implements Message.Handler permits Looking, Following, Leading, Halted {

    final ZabPeer peer;

    Role(ZabPeer peer) {
        this.peer = peer;
    }

    abstract RoleName name();

    abstract Phase phase();

    /** The epoch this role takes part in, 0 if it has none yet. */
    abstract long epoch();

    /** The member that leads as far as this role knows, 0 if none does. */
    abstract int leader();

    /** Whether this member counts in quorums. */
    abstract boolean isVoter();

    /** The end of the log this member was elected with, the genesis if it does not lead. */
    LogPoint electedWith() {
        return LogPoint.GENESIS;
    }

    /** Called once, when the role begins. */
    abstract void enter();

    /** Called once, when the role ends. It closes the connections it was played on and fails what is pending. */
    abstract void leave();

    abstract void tick();

    abstract void onConnectionUp(int member);

    abstract void onConnectionDown(int member);

    /** Emits what events of this step have gathered. */
    void flush() {}

    void propose(Event.Propose e) {
        peer.out().refused(e.ticket());
    }

    void beginRound(long ticket) {
        peer.out().roundFailed(ticket);
    }

    void handOver() {}

    /** Called behind {@link #flush()}: what a hand-over waits for may have happened in this step. */
    void considerHandOver() {}

    void standAside() {}

    void onSnapshotTaken(Event.SnapshotTaken e) {}

    void onSettled(StorageCompletion.Settled c) {
        throw unexpected(c);
    }

    void onAppended(StorageCompletion.Appended c) {
        throw unexpected(c);
    }

    void onTruncated(StorageCompletion.Truncated c) {
        throw unexpected(c);
    }

    void onSnapshotInstalled(StorageCompletion.SnapshotInstalled c) {
        throw unexpected(c);
    }

    void onPromisePersisted(StorageCompletion.PromisePersisted c) {
        throw unexpected(c);
    }

    private InvariantViolation unexpected(StorageCompletion c) {
        return new InvariantViolation(name() + " was told of a storage operation it never asked for: "
                + c.getClass().getSimpleName());
    }

    /** Refuses a message that has no place in this role: closes the connection, with a reason for the log. */
    final void refuse(int sender, Message m, String reason) {
        peer.protocolError(sender, name() + "/" + phase() + " got " + m + ": " + reason);
    }

    private void unexpected(int sender, Message m) {
        refuse(sender, m, "unexpected");
    }

    @Override
    public void onNotification(int sender, Message.Notification m) {
        if (m.role() == RoleName.LOOKING) {
            peer.send(sender, peer.standing(this));
        }
    }

    @Override
    public void onFollowerInfo(int sender, Message.FollowerInfo m) {
        peer.disconnect(sender, "does not lead");
    }

    @Override
    public void onReplaced(int sender, Message.Replaced m) {
        unexpected(sender, m);
    }

    @Override
    public void onLeaderInfo(int sender, Message.LeaderInfo m) {
        unexpected(sender, m);
    }

    @Override
    public void onAckEpoch(int sender, Message.AckEpoch m) {
        unexpected(sender, m);
    }

    @Override
    public void onDiff(int sender, Message.Diff m) {
        unexpected(sender, m);
    }

    @Override
    public void onTruncate(int sender, Message.Truncate m) {
        unexpected(sender, m);
    }

    @Override
    public void onSnapshot(int sender, Message.Snapshot m) {
        unexpected(sender, m);
    }

    @Override
    public void onPropose(int sender, Message.Propose m) {
        unexpected(sender, m);
    }

    @Override
    public void onNewLeader(int sender, Message.NewLeader m) {
        unexpected(sender, m);
    }

    @Override
    public void onAck(int sender, Message.Ack m) {
        unexpected(sender, m);
    }

    @Override
    public void onUpToDate(int sender, Message.UpToDate m) {
        unexpected(sender, m);
    }

    @Override
    public void onCommit(int sender, Message.Commit m) {
        unexpected(sender, m);
    }

    @Override
    public void onPing(int sender, Message.Ping m) {
        unexpected(sender, m);
    }

    @Override
    public void onPong(int sender, Message.Pong m) {
        unexpected(sender, m);
    }

    @Override
    public void onAdmit(int sender, Message.Admit m) {
        unexpected(sender, m);
    }

    @Override
    public void onAdmitted(int sender, Message.Admitted m) {
        unexpected(sender, m);
    }

    @Override
    public void onHandOver(int sender, Message.HandOver m) {
        unexpected(sender, m);
    }

    /** The value, which the state of the role says is present. */
    static <T> T present(@Nullable T value, String what) {
        if (value == null) {
            throw new InvariantViolation("there is no " + what);
        }
        return value;
    }
}
