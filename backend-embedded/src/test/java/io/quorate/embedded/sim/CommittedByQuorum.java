package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogRecord;

/** I12: a record is committed once the disks of a quorum hold it. */
final class CommittedByQuorum extends Property {

    private final Holders holders;
    private final int quorum;

    CommittedByQuorum(Holders holders, int members) {
        this.holders = holders;
        this.quorum = members / 2 + 1;
    }

    @Override
    void onCommitted(ObservedMember leader, LogRecord record) {
        int found = holders.of(record.index()) + holders.forgetful();
        require(found >= quorum, () -> record + " is committed by member " + leader.id() + " on " + found + " disks");
    }
}
