package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;

/** I9: a log has no gap. */
final class GaplessHistory extends LogProperty {

    GaplessHistory(int members) {
        super(members);
    }

    @Override
    void check(ObservedMember node, LogPoint before, LogRecord record) {
        require(record.index() == before.index() + 1, () -> record + " of member " + node.id() + " follows " + before);
    }
}
