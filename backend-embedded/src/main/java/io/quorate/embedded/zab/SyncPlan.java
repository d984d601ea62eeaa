package io.quorate.embedded.zab;

/**
 * How a leader brings a follower's log to its own: what the follower keeps, and what it is sent.
 *
 * @param kind the form of the synchronization
 * @param keepThrough the last index the follower keeps of its own log; meaningless for {@link Kind#SNAP}
 * @param sendAfter the leader sends its records with larger indexes
 */
record SyncPlan(Kind kind, long keepThrough, long sendAfter) {

    /** The forms of synchronization. */
    enum Kind {
        /** The follower's log is a prefix of the leader's. */
        DIFF,
        /** The follower drops its records after the common prefix. */
        TRUNC,
        /** The leader no longer holds what the follower lacks, and sends a snapshot. */
        SNAP,
        /** The two logs contradict what a correct history allows. One of the disks is wrong. */
        DIVERGED
    }

    /**
     * Compares two logs by their outlines.
     *
     * <p>One leader writes the records of an epoch, at dense indexes, and every log that holds one of them holds those
     * before it. So the two logs agree exactly up to the shorter end of the last epoch they share. The hash at the start
     * of that epoch shows that they agree on all before it; that they agree within it shows when the follower checks the
     * hash its own log ends with against the first record it is sent, of which there is always one.
     *
     * @param leader the history the leader has, its own NEWLEADER record included
     * @param snapshot the point of the leader's last snapshot, not before the base of its log
     * @param follower the history the follower reported
     */
    static SyncPlan between(History leader, LogPoint snapshot, History follower) {
        int mine = leader.stretches() - 1;
        int theirs = follower.stretches() - 1;
        while (mine >= 0 && theirs >= 0) {
            LogPoint a = leader.startOf(mine);
            LogPoint b = follower.startOf(theirs);
            if (a.epoch() == b.epoch()) {
                if (contradict(a, mine, b, theirs)) {
                    return new SyncPlan(Kind.DIVERGED, 0, 0);
                }
                return upTo(
                        Math.min(leader.lastIndexOf(mine), follower.lastIndexOf(theirs)), leader, snapshot, follower);
            }
            if (a.epoch() > b.epoch()) {
                mine--;
            } else {
                theirs--;
            }
        }
        return snap(snapshot);
    }

    /** Two starts of one epoch must be one point, unless one of them is a base, which may lie anywhere in its epoch. */
    private static boolean contradict(LogPoint a, int stretchOfA, LogPoint b, int stretchOfB) {
        return a.index() == b.index() ? a.hash() != b.hash() : stretchOfA > 0 && stretchOfB > 0;
    }

    private static SyncPlan upTo(long common, History leader, LogPoint snapshot, History follower) {
        if (common < leader.base().index()) {
            return snap(snapshot);
        }
        return new SyncPlan(common == follower.end().index() ? Kind.DIFF : Kind.TRUNC, common, common);
    }

    private static SyncPlan snap(LogPoint snapshot) {
        return new SyncPlan(Kind.SNAP, 0, snapshot.index());
    }
}
