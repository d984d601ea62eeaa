package io.quorate.embedded.zab;

/**
 * The newest epoch a member has accepted, and from whom: it takes part in no older one, and counts for no other leader in
 * this one.
 *
 * @param epoch the accepted epoch, 0 if none was
 * @param leader the member that proposed the epoch, 0 if none did
 * @param incarnation the incarnation of that member
 * @param voter whether this member counts in quorums; a member that lost its disk does not until it is admitted again
 */
public record EpochPromise(long epoch, int leader, long incarnation, boolean voter) {

    /** What a member has promised that never took part in an ensemble. */
    public static final EpochPromise NONE = new EpochPromise(0, 0, 0, true);

    /** What a member knows of its promises after it lost its disk: nothing, so it does not count. */
    public static final EpochPromise FORGOTTEN = new EpochPromise(0, 0, 0, false);

    boolean wasMadeTo(int member, long memberIncarnation) {
        return leader == member && incarnation == memberIncarnation;
    }
}
