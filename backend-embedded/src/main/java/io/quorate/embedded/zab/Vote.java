package io.quorate.embedded.zab;

/**
 * A vote of fast leader election: a candidate and how recent its log is.
 *
 * @param epoch the epoch of the last record of the candidate's durable log
 * @param index the index of that record
 * @param member the candidate
 */
public record Vote(long epoch, long index, int member) {

    /** The total order of votes: the more recent log, then the larger member id. */
    boolean isBetterThan(Vote other) {
        if (epoch != other.epoch) {
            return epoch > other.epoch;
        }
        return index != other.index ? index > other.index : member > other.member;
    }

    boolean hasSameLogAs(Vote other) {
        return epoch == other.epoch && index == other.index;
    }

    @Override
    public String toString() {
        return member + "@(" + epoch + "," + index + ")";
    }
}
