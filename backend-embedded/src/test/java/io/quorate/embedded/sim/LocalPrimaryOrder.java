package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;

/** I4: a log that holds a record holds what its leader proposed before it, in that order. */
final class LocalPrimaryOrder extends LogProperty {

    LocalPrimaryOrder(int members) {
        super(members);
    }

    @Override
    void check(ObservedMember node, LogPoint before, LogRecord record) {
        require(
                record.prevHash() == before.hash(),
                () -> record + " of member " + node.id() + " is not chained to " + before);
    }
}
