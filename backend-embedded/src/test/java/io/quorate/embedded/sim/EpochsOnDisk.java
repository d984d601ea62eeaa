package io.quorate.embedded.sim;

import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import io.quorate.embedded.zab.RoleName;

/** I8: a member tells of no epoch and no history that its disk does not hold, and never goes back on an epoch. */
final class EpochsOnDisk extends Property {

    private final long[] accepted;

    EpochsOnDisk(int members) {
        accepted = new long[members];
    }

    @Override
    void onSend(ObservedMember node, Message message) {
        long promised = node.disk().promise().epoch();
        if (message instanceof Message.FollowerInfo m) {
            require(m.acceptedEpoch() <= promised, () -> node.id() + " says " + m + ", on disk is " + promised);
        } else if (message instanceof Message.LeaderInfo m) {
            require(m.epoch() <= promised, () -> node.id() + " says " + m + ", on disk is " + promised);
        } else if (message instanceof Message.AckEpoch m) {
            require(m.epoch() <= promised, () -> node.id() + " says " + m + ", on disk is " + promised);
            requireOnDisk(node, m.history().end().epoch(), m.history().end().index(), m);
        } else if (message instanceof Message.Notification m && m.role() == RoleName.LOOKING) {
            requireOnDisk(node, m.epoch(), m.index(), m);
        }
    }

    private void requireOnDisk(ObservedMember node, long epoch, long index, Message message) {
        LogPoint end = node.disk().end();
        require(
                epoch < end.epoch() || (epoch == end.epoch() && index <= end.index()),
                () -> node.id() + " says " + message + ", on disk is " + end);
    }

    @Override
    void onDiskChanged(ObservedMember node) {
        long promised = node.disk().promise().epoch();
        require(
                promised >= accepted[node.position()],
                () -> node.id() + " goes back from epoch " + accepted[node.position()] + " to " + promised);
        accepted[node.position()] = promised;
        require(
                node.disk().end().epoch() <= promised,
                () -> node.id() + " logs epoch " + node.disk().end().epoch() + ", but accepted " + promised);
    }

    @Override
    void onWiped(ObservedMember node) {
        accepted[node.position()] = 0;
    }
}
