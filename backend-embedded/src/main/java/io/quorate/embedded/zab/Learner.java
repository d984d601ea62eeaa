package io.quorate.embedded.zab;

/**
 * A leader's knowledge of one member that follows it.
 *
 * <p>The paper speaks of one set Q; it is four, each within the one before it. A learner is in all those sets that its
 * stage has reached.
 */
final class Learner {

    /** How far a learner has come. */
    enum Stage {
        /** It sent FOLLOWERINFO ({@code cepochRecv}). */
        CONNECTED,
        /** It sent ACKEPOCH ({@code ackeRecv}). */
        EPOCH_ACKED,
        /** It was sent the synchronization stream and is sent every proposal since. */
        SYNCHRONIZING,
        /** It acknowledged the stream ({@code ackldRecv}) and is sent every commit since. */
        ACTIVE
    }

    final long acceptedEpoch;
    Stage stage = Stage.CONNECTED;
    boolean voter;
    boolean countedForEpoch;
    History history = History.EMPTY;

    /** The last index it acknowledged. */
    long acknowledged;

    /** The last quorum round it answered. */
    long heardRound;

    /** The number of its disk. */
    final long disk;

    /** The index of the record that says that its disk counts, 0 if it was not proposed on this connection. */
    long admission;

    boolean admissionSent;

    /** Whether it was sent UPTODATE, and so is told of commits and rounds. */
    boolean upToDate;

    Learner(Message.FollowerInfo info) {
        this.acceptedEpoch = info.acceptedEpoch();
        this.voter = info.voter();
        this.disk = info.disk();
    }

    boolean isActive() {
        return stage == Stage.ACTIVE;
    }
}
