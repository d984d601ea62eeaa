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

    /**
     * The next index when it connected. A learner that does not count may count once a quorum of others has committed this
     * index and it holds it too.
     */
    final long admitFrom;

    boolean admissionSent;

    /** Whether it was sent UPTODATE, and so is told of commits and rounds. */
    boolean upToDate;

    Learner(long acceptedEpoch, boolean voter, long admitFrom) {
        this.admitFrom = admitFrom;
        this.acceptedEpoch = acceptedEpoch;
        this.voter = voter;
    }

    boolean isActive() {
        return stage == Stage.ACTIVE;
    }
}
