package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.RecordBatch;
import java.util.HashSet;
import java.util.Set;

/** I3: every logged record was proposed by a leader. */
final class Integrity extends Property {

    private final Set<Long> proposed = new HashSet<>();

    @Override
    void onProposed(ObservedMember leader, RecordBatch records) {
        for (int i = 0; i < records.size(); i++) {
            proposed.add(records.get(i).hash());
        }
    }

    @Override
    void onDiskChanged(ObservedMember node) {
        LogPoint end = node.disk().end();
        require(
                end.index() == 0 || proposed.contains(end.hash()),
                () -> "the log of member " + node.id() + " ends with a record nobody proposed, " + end);
    }
}
