package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Phase;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.RecordType;

/** B3: a leader proposes transactions only once its epoch is established. */
final class ProposalsInBroadcast extends Property {

    @Override
    void onProposed(ObservedMember leader, RecordBatch records) {
        require(
                records.last().type() == RecordType.NEWLEADER || leader.peer().phase() == Phase.BROADCAST,
                () -> "member " + leader.id() + " proposes " + records + " in "
                        + leader.peer().phase());
    }
}
