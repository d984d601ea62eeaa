package io.quorate.embedded.sim;

/** I7: every quorum has a member whose disk holds the committed history. */
final class Durability extends Property {

    private final CommittedHistory committed;
    private final Holders holders;
    private final int needed;

    Durability(CommittedHistory committed, Holders holders, int members) {
        this.committed = committed;
        this.holders = holders;
        this.needed = members - (members / 2 + 1) + 1;
    }

    @Override
    void onDiskChanged(ObservedMember node) {
        long last = committed.lastIndex();
        int found = holders.of(last) + holders.forgetful();
        require(
                found >= needed,
                () -> "index " + last + " is committed, but on " + found + " disks of " + needed + " needed");
    }
}
