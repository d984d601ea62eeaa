package io.quorate.embedded.log;

import java.util.Objects;

/**
 * A position up to which the log certainly survives a power cut.
 *
 * <p>Only a completed fsync makes one: there is no other way to construct it, so whoever asks for it in a signature cannot
 * be handed a position that was merely appended.
 */
public final class DurablePosition {
    private final Position position;

    private DurablePosition(Position position) {
        this.position = position;
    }

    static DurablePosition covered(Position position) {
        return new DurablePosition(position);
    }

    /**
     * The last durable record.
     *
     * @return its epoch and index
     */
    public Position position() {
        return position;
    }

    /**
     * The epoch of the last durable record, which is the member's current epoch.
     *
     * @return an epoch, 0 if there is no record
     */
    public long epoch() {
        return position.epoch();
    }

    /**
     * The index of the last durable record.
     *
     * @return an index, 0 if there is no record
     */
    public long index() {
        return position.index();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DurablePosition that && position.equals(that.position);
    }

    @Override
    public int hashCode() {
        return Objects.hash(position);
    }

    @Override
    public String toString() {
        return "durable(" + position.epoch() + "," + position.index() + ")";
    }
}
