package io.quorate.remote;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/** One transaction of ZooKeeper, with a note on what each of its operations is there for. */
final class CommitPlan {

    /** What an operation of the transaction is there for. */
    enum Purpose {
        /** Writes the slot of the commit. */
        SLOT,
        /** Requires that an earlier commit on the same key has happened. */
        AHEAD,
        /** Requires that no key of a stripe has been created anew. */
        STRIPE,
        /** Judges a guard. */
        GUARD,
        /** Creates a missing parent for an operation. */
        PARENT,
        /** Makes a change that was asked for. */
        CHANGE,
        /** Counts a creation. */
        BUMP
    }

    /**
     * One operation's purpose.
     *
     * @param purpose what it is there for
     * @param index the position of the guard or change, or the number of the stripe
     */
    record Step(Purpose purpose, int index) {}

    /** What an operation takes on the wire besides its path and data, at most. */
    private static final int OVERHEAD = 96;

    private final List<ACL> acl;
    private final List<Op> ops = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final TreeSet<Integer> bumps = new TreeSet<>();
    private long bytes;

    CommitPlan(List<ACL> acl) {
        this.acl = acl;
    }

    static long size(String path, int dataBytes) {
        return (long) OVERHEAD + path.getBytes(StandardCharsets.UTF_8).length + dataBytes;
    }

    void slot(List<Op> writes) {
        writes.forEach(op -> add(op, Purpose.SLOT, 0, Long.BYTES));
    }

    void ahead(Op check) {
        add(check, Purpose.AHEAD, 0, 0);
    }

    void stripe(int stripe, Op check) {
        add(check, Purpose.STRIPE, stripe, 0);
    }

    void guard(int index, String path, int version) {
        add(Op.check(path, version), Purpose.GUARD, index, 0);
    }

    void parent(int index, String path) {
        create(Purpose.PARENT, index, path, null, CreateMode.PERSISTENT);
    }

    void create(int index, String path, byte @Nullable [] data, CreateMode mode) {
        create(Purpose.CHANGE, index, path, data, mode);
    }

    private void create(Purpose purpose, int index, String path, byte @Nullable [] data, CreateMode mode) {
        // ZooKeeper stores null as such: its API is not annotated, its record format has a null.
        add(Ops.create(path, data, acl, mode), purpose, index, length(data));
        if (!mode.isSequential()) {
            bumps.add(IncarnationStripes.stripeOf(path));
        }
    }

    void update(int index, String path, byte @Nullable [] data, int version) {
        add(Ops.setData(path, data, version), Purpose.CHANGE, index, length(data));
    }

    void delete(int index, String path, int version) {
        add(Op.delete(path, version), Purpose.CHANGE, index, 0);
    }

    /** Adds the counting of all creations; the last thing to be added. */
    void bump(IncarnationStripes stripes) {
        bumps.forEach(stripe -> add(stripes.bump(stripe), Purpose.BUMP, stripe, 0));
    }

    private void add(Op op, Purpose purpose, int index, int dataBytes) {
        ops.add(op);
        steps.add(new Step(purpose, index));
        bytes += size(op.getPath(), dataBytes);
    }

    private static int length(byte @Nullable [] data) {
        return data == null ? 0 : data.length;
    }

    List<Op> ops() {
        return ops;
    }

    Step step(int index) {
        return steps.get(index);
    }

    /** Returns the position of the operation whose result tells the zxid. */
    int slotIndex() {
        int index = 0;
        while (index + 1 < steps.size() && steps.get(index + 1).purpose() == Purpose.SLOT) {
            index++;
        }
        return index;
    }

    /** Returns an upper bound for the size of the request. */
    long bytes() {
        return bytes;
    }
}
