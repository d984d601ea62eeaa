package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.RoleName;

/** I15: a member that lost its disk is in no quorum until it is admitted again. */
final class AmnesiacSilence extends Property {

    @Override
    void onSend(ObservedMember node, Message message) {
        if (node.disk().promise().voter()) {
            return;
        }
        boolean counts = message instanceof Message.LeaderInfo
                || (message instanceof Message.FollowerInfo f && f.voter())
                || (message instanceof Message.AckEpoch a && a.counted())
                || (message instanceof Message.Notification n && n.voter());
        require(!counts, () -> node.id() + ", which lost its disk, says " + message);
    }

    @Override
    void afterEvent(ObservedMember node) {
        require(
                node.disk().promise().voter() || node.peer().role() != RoleName.LEADING,
                () -> node.id() + ", which lost its disk, leads");
    }
}
