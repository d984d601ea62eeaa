package io.quorate.embedded.sim;

/** I6: a leader that becomes established has in its log every record that leaders of earlier epochs have committed. */
final class PrimaryIntegrity extends Property {

    private final CommittedHistory committed;

    PrimaryIntegrity(CommittedHistory committed) {
        this.committed = committed;
    }

    @Override
    void onEstablished(ObservedMember leader) {
        long last = committed.lastIndexBefore(leader.peer().epoch());
        require(
                leader.writtenEnd().index() >= last,
                () -> "member " + leader.id() + " leads with a log up to " + leader.writtenEnd()
                        + ", committed before its epoch is " + last);
        require(
                last <= leader.writtenBase().index() || leader.written(last).hash() == committed.hashAt(last),
                () -> "member " + leader.id() + " leads with another record than was committed at " + last);
    }
}
