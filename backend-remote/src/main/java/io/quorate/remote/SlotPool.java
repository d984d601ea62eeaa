package io.quorate.remote;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a session: ephemeral nodes, one of which every commit writes as its first operation.
 *
 * <p>The write of a slot gives a commit three things that ZooKeeper does not give by itself. Its result carries the zxid of
 * the commit, which is the commit's revision. It is a write of the session that a quorum confirmed (see {@link Renewal}). And
 * since it is conditional on the slot's version, the commit can be sent again when its reply was lost: if the first one
 * happened, the second one fails at the slot, and the slot's modification zxid is the revision of the first. The slot comes
 * first in the transaction, because ZooKeeper names only the first operation that fails.
 *
 * <p>Commits in flight use different slots, so that the failure of one does not concern the others. Free slots are handed
 * out last in, first out: normally one or two exist. Confined to the lane.
 */
final class SlotPool {

    /** How many commits may be in flight; more wait. */
    static final int MAX_IN_FLIGHT = 64;

    private final Layout layout;
    private final long session;
    private final List<ACL> acl;
    private final Dispatcher dispatcher;
    private final Deque<Slot> free = new ArrayDeque<>();
    private final Deque<Operation> waiting = new ArrayDeque<>();
    private int made;

    SlotPool(Layout layout, long session, List<ACL> acl, Dispatcher dispatcher) {
        this.layout = layout;
        this.session = session;
        this.acl = acl;
        this.dispatcher = dispatcher;
    }

    /** One slot, as long as a commit uses it. */
    final class Slot {

        private final String path;
        private boolean exists;
        private int version;

        private Slot(String path) {
            this.path = path;
        }

        String path() {
            return path;
        }

        /** Returns the operations that begin a commit. The last of them tells the zxid. */
        List<Op> write(long order) {
            byte[] data = ByteBuffer.allocate(Long.BYTES).putLong(order).array();
            return exists
                    ? List.of(Op.setData(path, data, version))
                    // A creation within a transaction does not tell its zxid, so that a write follows.
                    : List.of(Op.create(path, data, acl, CreateMode.EPHEMERAL), Op.setData(path, data, 0));
        }

        /** Returns a check that holds only once the commit that is in flight has happened. */
        Op written() {
            return Op.check(path, exists ? version + 1 : 1);
        }

        /** Takes note of the state of the slot after a commit. */
        void at(int newVersion) {
            exists = true;
            version = newVersion;
        }

        /** Returns whether a version is the one that the commit in flight leaves behind. */
        boolean isWritten(int current) {
            return current == (exists ? version + 1 : 1);
        }

        /** Takes note that the slot does not exist. Returns whether it should have: somebody deleted it. */
        boolean lost() {
            boolean existed = exists;
            exists = false;
            return existed;
        }
    }

    /** Returns a slot, or null if too many are in use; the operation is then sent again when one is free. */
    @Nullable
    Slot acquire(Operation op) {
        Slot slot = free.pollFirst();
        if (slot != null) {
            return slot;
        }
        if (made < MAX_IN_FLIGHT) {
            made++;
            return new Slot(layout.slot(session, made));
        }
        if (!waiting.contains(op)) {
            waiting.addLast(op);
        }
        return null;
    }

    void release(Slot slot) {
        free.addFirst(slot);
        Operation next = waiting.pollFirst();
        while (next != null && next.done) {
            next = waiting.pollFirst();
        }
        if (next != null && dispatcher.isConnected()) {
            next.send();
        }
    }

    void disconnected() {
        // All that wait are sent again after the reconnection, in issue order.
        waiting.clear();
    }

    static Optional<Op> written(@Nullable Slot slot) {
        return slot == null ? Optional.empty() : Optional.of(slot.written());
    }
}
