package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogRecord;

/** B1: what a leader counts to commit is a record of its own epoch; older ones are committed with it. */
final class CommitsByOwnEpoch extends Property {

    @Override
    void onCommitted(ObservedMember leader, LogRecord record) {
        require(
                record.epoch() == leader.peer().epoch(),
                () -> "member " + leader.id() + " commits up to " + record + " by counting, in epoch "
                        + leader.peer().epoch());
    }
}
