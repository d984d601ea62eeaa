package io.quorate.embedded.log;

/**
 * A place in the total order: the epoch and the index (zxid) of a record, or (0, 0) before the first one.
 *
 * @param epoch the epoch in which the record was proposed, at least 0
 * @param index its dense position, at least 0
 */
public record Position(long epoch, long index) implements Comparable<Position> {

    /** Before the first record. */
    public static final Position START = new Position(0, 0);

    /** Refuses negative numbers. */
    public Position {
        if (epoch < 0 || index < 0) {
            throw new IllegalArgumentException("no position: epoch " + epoch + ", index " + index);
        }
    }

    /** By epoch, then by index: the order in which logs are compared in an election. */
    @Override
    public int compareTo(Position other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(index, other.index);
    }
}
