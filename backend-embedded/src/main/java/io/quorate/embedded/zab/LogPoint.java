package io.quorate.embedded.zab;

/**
 * A place in a history: the epoch and index of one record and the chain hash of the history that ends with it.
 *
 * <p>Two logs that hold the same hash at an index hold the same records up to that index. Points are compared as votes
 * are, by epoch and then by index; the hash takes no part in the order.
 *
 * @param epoch the epoch of the record, 0 for the empty history
 * @param index the position of the record in the total order, counted from 1; 0 for the empty history
 * @param hash the chain hash of the record
 */
public record LogPoint(long epoch, long index, long hash) {

    /** The end of the empty history. */
    public static final LogPoint GENESIS = new LogPoint(0, 0, 0);

    /** Checks the ranges. */
    public LogPoint {
        if (epoch < 0 || index < 0) {
            throw new IllegalArgumentException("negative log point: epoch " + epoch + ", index " + index);
        }
        if ((epoch == 0) != (index == 0)) {
            throw new IllegalArgumentException(
                    "only the empty history has epoch 0 or index 0: epoch " + epoch + ", index " + index);
        }
    }

    /** Whether a log that ends here is more recent than one that ends at {@code other}. */
    boolean isAfter(LogPoint other) {
        return epoch != other.epoch ? epoch > other.epoch : index > other.index;
    }

    @Override
    public String toString() {
        return "(" + epoch + "," + index + ")";
    }
}
