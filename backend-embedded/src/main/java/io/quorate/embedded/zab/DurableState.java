package io.quorate.embedded.zab;

/**
 * What a member would find on its disk after a power cut.
 *
 * @param promise the accepted epoch
 * @param history the outline of the log
 * @param snapshot the point of the last snapshot, or the genesis; not before the base of the log
 * @param disk the number of the disk: another one for each disk that the member has had, or that has lost what it held
 * @param roster which disks count, as the snapshot and the whole log behind it say
 */
public record DurableState(EpochPromise promise, History history, LogPoint snapshot, long disk, Roster roster) {

    /** The disk of a member that never took part in an ensemble. */
    public static final DurableState BLANK = new DurableState(EpochPromise.NONE, History.EMPTY, LogPoint.GENESIS);

    /** A disk that has no number, of an ensemble whose members never come back with another one. */
    public DurableState(EpochPromise promise, History history, LogPoint snapshot) {
        this(promise, history, snapshot, 0, Roster.EMPTY);
    }

    /** Checks that the log continues the snapshot. */
    public DurableState {
        if (snapshot.index() < history.base().index()
                || snapshot.index() > history.end().index()) {
            throw new IllegalArgumentException("snapshot at " + snapshot + " lies outside the log, which starts after "
                    + history.base() + " and ends at " + history.end());
        }
    }
}
