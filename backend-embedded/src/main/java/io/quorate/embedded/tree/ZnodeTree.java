package io.quorate.embedded.tree;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nodes, with their number, their size and their digest.
 *
 * <p>Looking a path up takes time in proportion to its depth. Every change goes through {@link #create}, {@link #update} and
 * {@link #delete}, which keep the totals and tell the snapshot under way before anything changes.
 */
final class ZnodeTree {

    private final Rules rules;
    private final Znode root;
    private final Set<Znode> spentContainers = new LinkedHashSet<>();
    private final Set<Znode> ttlNodes = new LinkedHashSet<>();
    private @Nullable SnapshotWriter snapshot;
    private long nodes;
    private long bytes;
    private long digest;

    /** Creates a tree that consists of the root. */
    ZnodeTree(Rules rules) {
        this(rules, new Znode(null, "", NodeKind.PERSISTENT));
        add(root);
    }

    /** Creates a tree whose nodes are still to be counted by {@link #add}. */
    ZnodeTree(Rules rules, Znode root) {
        this.rules = rules;
        this.root = root;
    }

    Znode root() {
        return root;
    }

    long nodes() {
        return nodes;
    }

    long bytes() {
        return bytes;
    }

    long digest() {
        return digest;
    }

    Set<Znode> spentContainers() {
        return spentContainers;
    }

    Set<Znode> ttlNodes() {
        return ttlNodes;
    }

    void observe(@Nullable SnapshotWriter writer) {
        snapshot = writer;
    }

    @Nullable
    Znode find(String path) {
        return Paths.isRoot(path) ? root : walk(path, path.length());
    }

    /** Returns the node of the first {@code end} characters of a path. */
    private @Nullable Znode walk(String path, int end) {
        Znode node = root;
        int start = 1;
        while (node != null && start < end) {
            int slash = path.indexOf('/', start);
            int stop = slash < 0 || slash > end ? end : slash;
            node = node.child(path, start, stop);
            start = stop + 1;
        }
        return node;
    }

    /** Creates a node; its owner is the session or the time to live, by its kind. */
    Znode create(long index, long timeMillis, NodeChange.Created change, long owner) {
        String path = change.path();
        int slash = path.lastIndexOf('/');
        Znode parent = walk(path, slash);
        if (parent == null) {
            throw diverged(path, "has no parent");
        }
        if (parent.child(path, slash + 1, path.length()) != null) {
            throw diverged(path, "exists");
        }
        Znode node = new Znode(parent, path.substring(slash + 1), change.kind());
        node.data = change.data();
        node.czxid = index;
        node.mzxid = index;
        node.pzxid = index;
        node.ctime = timeMillis;
        node.mtime = timeMillis;
        node.owner = owner;
        attach(index, parent, node, change.sequential());
        return node;
    }

    private void attach(long index, Znode parent, Znode node, boolean sequential) {
        beforeChange(parent);
        Children siblings = parent.childrenForChange();
        siblings.add(node);
        siblings.cversion++;
        if (sequential && rules.advancesSequence()) {
            siblings.sequence++;
        }
        parent.pzxid = index;
        afterChange(parent);
        if (parent.kind == NodeKind.CONTAINER) {
            spentContainers.remove(parent);
        }
        add(node);
    }

    void update(long index, long timeMillis, NodeChange.Updated change) {
        Znode node = get(change.path());
        beforeChange(node);
        digest -= Digest.value(node);
        bytes -= node.sizeInBytes();
        node.data = change.data();
        node.mzxid = index;
        node.mtime = timeMillis;
        node.version++;
        bytes += node.sizeInBytes();
        digest += Digest.value(node);
        afterChange(node);
    }

    /** Deletes a node and returns it. */
    Znode delete(long index, String path) {
        Znode node = get(path);
        Znode parent = node.parent;
        if (parent == null || node.childCount() > 0) {
            throw diverged(path, "cannot be deleted");
        }
        if (snapshot != null) {
            snapshot.beforeDelete(node);
        }
        digest -= Digest.metadata(node, rules) + Digest.value(node);
        beforeChange(parent);
        Children siblings = parent.childrenForChange();
        siblings.remove(node);
        siblings.cversion++;
        if (rules.deletionMovesPzxid()) {
            parent.pzxid = index;
        }
        afterChange(parent);
        nodes--;
        bytes -= node.sizeInBytes();
        if (node.kind != NodeKind.EPHEMERAL) {
            spentContainers.remove(node);
            ttlNodes.remove(node);
        }
        if (parent.isSpentContainer()) {
            spentContainers.add(parent);
        }
        return node;
    }

    /** Counts a node that hangs in the tree. */
    void add(Znode node) {
        nodes++;
        bytes += node.sizeInBytes();
        digest += Digest.metadata(node, rules) + Digest.value(node);
        if (node.kind == NodeKind.TTL) {
            ttlNodes.add(node);
        } else if (node.isSpentContainer()) {
            spentContainers.add(node);
        }
    }

    /** Returns the node that follows in pre-order, its own children included or left out. */
    static @Nullable Znode following(Znode node, boolean withChildren) {
        Znode child = withChildren ? node.firstChild() : null;
        if (child != null) {
            return child;
        }
        for (Znode above = node; above != null; above = above.parent) {
            if (above.next != null) {
                return above.next;
            }
        }
        return null;
    }

    private Znode get(String path) {
        Znode node = find(path);
        if (node == null) {
            throw diverged(path, "does not exist");
        }
        return node;
    }

    private void beforeChange(Znode node) {
        if (snapshot != null) {
            snapshot.beforeChange(node);
        }
        digest -= Digest.metadata(node, rules);
    }

    private void afterChange(Znode node) {
        digest += Digest.metadata(node, rules);
    }

    private static IllegalStateException diverged(String path, String what) {
        return new IllegalStateException(path + " " + what + ": this member's state has diverged and it must halt");
    }
}
