package io.quorate.embedded.sim;

import io.quorate.embedded.zab.RecordBatch;
import java.util.HashMap;
import java.util.Map;

/** I1: in an epoch, records are proposed by one member, in one of its lives. */
final class OneLeaderPerEpoch extends Property {

    private final Map<Long, Long> leaders = new HashMap<>();

    @Override
    void onProposed(ObservedMember leader, RecordBatch records) {
        long identity = leader.life() * 1000 + leader.id();
        Long first = leaders.putIfAbsent(records.last().epoch(), identity);
        require(
                first == null || first == identity,
                () -> "epoch " + records.last().epoch() + " has two leaders, member "
                        + (first == null ? 0 : first % 1000) + " and member " + leader.id());
    }
}
