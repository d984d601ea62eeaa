package io.quorate.embedded.tree;

import io.quorate.backend.QueueEntry;
import org.jspecify.annotations.Nullable;

/**
 * A node of the tree.
 *
 * <p>It knows its own segment of the path only and hangs in its parent's list of children. What only parents need is in
 * {@link Children}, so that a leaf takes 112 bytes beside its name and its value.
 */
final class Znode {

    /** The estimated heap of a node beside its name and its value: the node, two array headers, its place in a table. */
    static final int OVERHEAD_BYTES = 180;

    /** The {@link #czxid} of a node that stands for one that has not been read from a snapshot yet. */
    static final long UNREAD = -1;

    final @Nullable Znode parent;
    final String name;
    final long pathHash;
    NodeKind kind;
    byte @Nullable [] data;

    long czxid;
    long mzxid;
    long pzxid;
    long ctime;
    long mtime;
    /** The session of an ephemeral node, the time to live of a TTL node. */
    long owner;

    int version;
    int aversion;

    /** The number of the last snapshot that has this node in it. */
    int snapshot;

    @Nullable
    Znode previous;

    @Nullable
    Znode next;

    @Nullable
    Children children;

    /** The node as a place in a queue, once somebody has asked for it. */
    @Nullable
    QueueEntry place;

    Znode(@Nullable Znode parent, String name, NodeKind kind) {
        this.parent = parent;
        this.name = name;
        this.kind = kind;
        this.pathHash = parent == null ? 0 : Digest.text(parent.pathHash, name);
    }

    @Nullable
    Znode child(String path, int start, int end) {
        return children == null ? null : children.find(path, start, end);
    }

    int childCount() {
        return children == null ? 0 : children.count;
    }

    @Nullable
    Znode firstChild() {
        return children == null ? null : children.first;
    }

    Children childrenForChange() {
        if (children == null) {
            children = new Children();
        }
        return children;
    }

    String path() {
        if (parent == null) {
            return Paths.ROOT;
        }
        int length = 0;
        for (Znode node = this; node.parent != null; node = node.parent) {
            length += 1 + node.name.length();
        }
        char[] path = new char[length];
        for (Znode node = this; node.parent != null; node = node.parent) {
            length -= node.name.length();
            node.name.getChars(0, node.name.length(), path, length);
            path[--length] = '/';
        }
        return new String(path);
    }

    int sizeInBytes() {
        return OVERHEAD_BYTES + name.length() + (data == null ? 0 : data.length);
    }

    boolean isEphemeral() {
        return kind == NodeKind.EPHEMERAL;
    }

    /** Returns whether this is a container that had children and has none any more. */
    boolean isSpentContainer() {
        return kind == NodeKind.CONTAINER && children != null && children.count == 0 && children.cversion != 0;
    }

    Stat stat() {
        Children below = children;
        return new Stat(
                czxid,
                mzxid,
                pzxid,
                ctime,
                mtime,
                version,
                below == null ? 0 : below.cversion,
                aversion,
                kind == NodeKind.EPHEMERAL ? owner : 0,
                kind == NodeKind.TTL ? owner : 0,
                data == null ? 0 : data.length,
                childCount(),
                below == null ? 0 : below.sequence,
                kind);
    }

    /** Returns a hash that is the same in every run, so that nothing ever depends on where an object lies in memory. */
    @Override
    public int hashCode() {
        return Long.hashCode(pathHash);
    }
}
