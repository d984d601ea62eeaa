package io.quorate.embedded.sim;

/** How much of the committed history each disk holds. */
final class Holders {

    private final CommittedHistory committed;
    private final ObservedMember[] nodes;

    Holders(CommittedHistory committed, ObservedMember[] nodes) {
        this.committed = committed;
        this.nodes = nodes;
    }

    /** The number of disks that hold the committed history up to an index. */
    int of(long index) {
        int holders = 0;
        for (ObservedMember node : nodes) {
            if (holds(node.disk(), index)) {
                holders++;
            }
        }
        return holders;
    }

    private boolean holds(DurableImage disk, long index) {
        return disk.base().index() > index
                || (disk.end().index() >= index && disk.hashAt(index) == committed.hashAt(index));
    }

    /** The number of members that do not count: they have lost their disk, or have one that was replaced. */
    int forgetful() {
        int forgetful = 0;
        for (ObservedMember node : nodes) {
            DurableImage disk = node.disk();
            boolean replaced = committed.roster().isReplaced(node.id(), disk.disk());
            forgetful += disk.promise().voter() && !replaced ? 0 : 1;
        }
        return forgetful;
    }
}
