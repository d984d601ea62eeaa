package io.quorate.embedded.sim;

/** I10: a snapshot holds committed records only. */
final class SnapshotIsCommitted extends Property {

    private final CommittedHistory committed;

    SnapshotIsCommitted(CommittedHistory committed) {
        this.committed = committed;
    }

    @Override
    void onDiskChanged(ObservedMember node) {
        long index = node.disk().snapshot().index();
        require(index <= committed.lastIndex(), () -> "snapshot of member " + node.id() + " at " + index);
        require(
                node.disk().snapshot().hash() == committed.hashAt(index),
                () -> "snapshot of member " + node.id() + " at " + index + " holds another history");
    }
}
