package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Message;

/** R2: a member acknowledges what its disk holds. */
final class AcknowledgedIsDurable extends Property {

    @Override
    void onSend(ObservedMember node, Message message) {
        if (message instanceof Message.Ack m) {
            require(
                    m.index() <= node.disk().end().index(),
                    () -> node.id() + " says " + m + ", on disk is "
                            + node.disk().end());
        }
    }
}
