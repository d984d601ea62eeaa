package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;

/** I5: along a log, epochs do not decrease. */
final class GlobalPrimaryOrder extends LogProperty {

    GlobalPrimaryOrder(int members) {
        super(members);
    }

    @Override
    void check(ObservedMember node, LogPoint before, LogRecord record) {
        require(record.epoch() >= before.epoch(), () -> record + " of member " + node.id() + " follows " + before);
    }
}
