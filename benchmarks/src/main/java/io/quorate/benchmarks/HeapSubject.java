package io.quorate.benchmarks;

import io.quorate.embedded.tree.NodeChange;
import io.quorate.embedded.tree.NodeKind;
import io.quorate.embedded.tree.Result;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.tree.TxnCodec;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.server.DataTree;

/** The heap that a node of 100 bytes takes in a tree of so many nodes, in bytes: the tree alone, without log and sessions. */
final class HeapSubject implements Subject {

    private static final int PER_PARENT = 999;

    private final int nodes;
    private final Callable<Object> tree;

    private HeapSubject(int nodes, Callable<Object> tree) {
        this.nodes = nodes;
        this.tree = tree;
    }

    static Subject.Factory ofQuorate(int nodes) {
        return () -> new HeapSubject(nodes, () -> stateMachine(nodes / (PER_PARENT + 1)));
    }

    static Subject.Factory ofZooKeeper(int nodes) {
        return () -> new HeapSubject(nodes, () -> dataTree(nodes / (PER_PARENT + 1)));
    }

    @Override
    public double measure() throws Exception {
        long before = usedHeap();
        Object built = tree.call();
        try {
            return (double) (usedHeap() - before) / nodes;
        } finally {
            Reference.reachabilityFence(built);
        }
    }

    private static String parent(int parent) {
        return String.format("/parent-%04d", parent);
    }

    private static String child(int parent, int child) {
        return String.format("/parent-%04d/node-%04d", parent, child);
    }

    /** Each transaction is encoded and decoded, as on its way from the leader to a member. */
    private static Object stateMachine(int parents) {
        StateMachine state = new StateMachine();
        TxnCodec codec = new TxnCodec();
        state.apply(1, new Txn.OpenSession(new byte[16], 1_000, "figures", 0));
        for (int i = 0; i < parents; i++) {
            List<NodeChange> changes = new ArrayList<>();
            changes.add(new NodeChange.Created(parent(i), new byte[100], NodeKind.PERSISTENT, 0, false));
            for (int j = 0; j < PER_PARENT; j++) {
                changes.add(new NodeChange.Created(child(i, j), new byte[100], NodeKind.PERSISTENT, 0, false));
            }
            Txn txn = new Txn.Write(1, i + 1, i, 0, changes, Result.Done.INSTANCE);
            state.apply(i + 2L, TxnCodec.decode(ByteBuffer.wrap(codec.encode(txn))));
        }
        return state;
    }

    private static Object dataTree(int parents) throws Exception {
        DataTree tree = new DataTree();
        long zxid = 0;
        for (int i = 0; i < parents; i++) {
            tree.createNode(parent(i), new byte[100], ZooDefs.Ids.OPEN_ACL_UNSAFE, 0, -1, ++zxid, 0);
            for (int j = 0; j < PER_PARENT; j++) {
                tree.createNode(child(i, j), new byte[100], ZooDefs.Ids.OPEN_ACL_UNSAFE, 0, -1, ++zxid, 0);
            }
        }
        return tree;
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public void close() {}
}
