package io.quorate.embedded.tree;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The children of a node: a list in creation order, and beside it a hash table once there are more than a few.
 *
 * <p>Creation order is the order of the creating transactions and, within one transaction, of the names, so that it
 * follows from the nodes alone. The table has open addressing with linear probing and keeps neither hashes nor names of
 * its own; a removal moves back what follows (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm R).
 */
final class Children {

    static final Comparator<Znode> CREATION_ORDER =
            Comparator.comparingLong((Znode node) -> node.czxid).thenComparing(node -> node.name);

    private static final int SMALL = 8;

    int count;
    int cversion;
    int sequence;

    @Nullable
    Znode first;

    @Nullable
    Znode last;

    private @Nullable Znode @Nullable [] table;

    @Nullable
    Znode find(String path, int start, int end) {
        @Nullable Znode[] nodes = table;
        if (nodes == null) {
            for (Znode node = first; node != null; node = node.next) {
                if (isNamed(node, path, start, end)) {
                    return node;
                }
            }
            return null;
        }
        int mask = nodes.length - 1;
        int hash = hash(path, start, end);
        for (int i = slot(hash, mask); ; i = (i + 1) & mask) {
            Znode node = nodes[i];
            // A string keeps its hash, so that the characters of another one are rarely looked at.
            if (node == null || (node.name.hashCode() == hash && isNamed(node, path, start, end))) {
                return node;
            }
        }
    }

    /** Adds a node that was created after all others, or in the same transaction as the last ones. */
    void add(Znode node) {
        Znode before = last;
        while (before != null && before.czxid == node.czxid && CREATION_ORDER.compare(node, before) < 0) {
            before = before.previous;
        }
        link(node, before);
        count(node);
    }

    /** Adds a node behind all others, whenever it was created; {@link #sort} is to follow. */
    void append(Znode node) {
        link(node, last);
        count(node);
    }

    private void count(Znode node) {
        count++;
        if (table != null || count > SMALL) {
            enter(node);
        }
    }

    void remove(Znode node) {
        unlink(node);
        count--;
        if (table != null) {
            leave(table, node);
        }
    }

    /** Restores creation order, after nodes were added before it was known when they had been created. */
    void sort() {
        Znode[] nodes = new Znode[count];
        int filled = 0;
        for (Znode node = first; node != null; node = node.next) {
            nodes[filled++] = node;
        }
        Arrays.sort(nodes, CREATION_ORDER);
        first = null;
        last = null;
        for (Znode node : nodes) {
            link(node, last);
        }
    }

    private void link(Znode node, @Nullable Znode before) {
        Znode after = before == null ? first : before.next;
        node.previous = before;
        node.next = after;
        if (before == null) {
            first = node;
        } else {
            before.next = node;
        }
        if (after == null) {
            last = node;
        } else {
            after.previous = node;
        }
    }

    private void unlink(Znode node) {
        Znode before = node.previous;
        Znode after = node.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
    }

    private void enter(Znode node) {
        @Nullable Znode[] nodes = table;
        if (nodes == null || count > nodes.length - (nodes.length >> 2)) {
            rebuild(nodes == null ? SMALL * 4 : nodes.length * 2);
        } else {
            put(nodes, node);
        }
    }

    private void rebuild(int length) {
        @Nullable Znode[] nodes = new Znode[length];
        for (Znode node = first; node != null; node = node.next) {
            put(nodes, node);
        }
        table = nodes;
    }

    private static void put(@Nullable Znode[] nodes, Znode node) {
        int mask = nodes.length - 1;
        int i = slot(node.name.hashCode(), mask);
        while (nodes[i] != null) {
            i = (i + 1) & mask;
        }
        nodes[i] = node;
    }

    private static void leave(@Nullable Znode[] nodes, Znode node) {
        int mask = nodes.length - 1;
        int hole = slot(node.name.hashCode(), mask);
        while (nodes[hole] != node) {
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; ; i = (i + 1) & mask) {
            Znode follower = nodes[i];
            if (follower == null) {
                break;
            }
            int home = slot(follower.name.hashCode(), mask);
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                nodes[hole] = follower;
                hole = i;
            }
        }
        nodes[hole] = null;
    }

    private static boolean isNamed(Znode node, String path, int start, int end) {
        return node.name.length() == end - start && path.startsWith(node.name, start);
    }

    /** Computes what {@link String#hashCode} gives for the part of the path. */
    private static int hash(String path, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + path.charAt(i);
        }
        return hash;
    }

    private static int slot(int hash, int mask) {
        int mixed = hash * 0x9E3779B1;
        return (mixed ^ (mixed >>> 15)) & mask;
    }
}
