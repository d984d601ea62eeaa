package io.quorate.embedded.log;

/**
 * The applied state at one exact index; what identifies it, not its content.
 *
 * @param lastIndex the last record that was applied
 * @param lastEpoch the epoch of that record
 * @param chainHash the chain hash of the log up to it
 * @param stateDigest the digest of the state machine, as the state machine gave it
 */
public record Snapshot(long lastIndex, long lastEpoch, long chainHash, long stateDigest) {

    /** Refuses a snapshot of nothing. */
    public Snapshot {
        if (lastIndex < 1 || lastEpoch < 1) {
            throw new IllegalArgumentException("no snapshot: epoch " + lastEpoch + ", index " + lastIndex);
        }
    }

    /**
     * The place in the total order at which it was taken.
     *
     * @return epoch and index of the last record it contains
     */
    public Position position() {
        return new Position(lastEpoch, lastIndex);
    }
}
