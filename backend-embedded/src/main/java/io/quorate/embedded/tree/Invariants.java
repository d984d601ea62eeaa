package io.quorate.embedded.tree;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What holds for every state, checked from scratch.
 *
 * <ol>
 *   <li>the count of children equals the children, each of which is found by its name, hangs below its parent, and follows
 *       its elder sibling in creation order;
 *   <li>{@code czxid <= mzxid}, {@code czxid <= pzxid}, none of them is above the applied index, and {@code pzxid} is at least
 *       the {@code czxid} of each child;
 *   <li>an ephemeral node has no children and an open session, and each session's set holds exactly its ephemeral nodes
 *       and the bytes of their paths;
 *   <li>the numbers of nodes and bytes, the digest, and the sets of what may be reaped equal what the nodes and sessions give;
 *   <li>a session's id is an applied index, and it remembers exactly the results after the acknowledged one.
 * </ol>
 */
final class Invariants {

    private final StateMachine state;
    private final ZnodeTree tree;
    private final SessionTable sessions;
    private final Map<Long, Set<Znode>> ephemerals = new HashMap<>();
    private final Set<Znode> spent = new HashSet<>();
    private final Set<Znode> ttl = new HashSet<>();
    private long nodes;
    private long bytes;
    private long digest;

    Invariants(StateMachine state) {
        this.state = state;
        this.tree = state.tree();
        this.sessions = state.sessionTable();
    }

    void check() {
        checkNode(tree.root());
        hold(nodes == tree.nodes(), "there are " + nodes + " nodes, not " + tree.nodes());
        hold(bytes == tree.bytes(), "the nodes have " + bytes + " bytes, not " + tree.bytes());
        hold(digest == tree.digest(), "the digest of the nodes is out of date");
        hold(spent.equals(tree.spentContainers()), "the set of spent containers is out of date");
        hold(ttl.equals(tree.ttlNodes()), "the set of TTL nodes is out of date");
        checkSessions();
    }

    private void checkNode(Znode node) {
        nodes++;
        bytes += node.sizeInBytes();
        digest += Digest.metadata(node, state.rules()) + Digest.value(node);
        hold(node.czxid <= node.mzxid && node.czxid <= node.pzxid, node, "an index precedes its creation");
        hold(Math.max(node.mzxid, node.pzxid) <= state.appliedIndex(), node, "an index has not been applied");
        if (node.isEphemeral()) {
            hold(node.childCount() == 0, node, "it is ephemeral and has children");
            ephemerals.computeIfAbsent(node.owner, id -> new HashSet<>()).add(node);
        }
        if (node.kind == NodeKind.TTL) {
            ttl.add(node);
        }
        if (node.isSpentContainer()) {
            spent.add(node);
        }
        checkChildren(node);
    }

    private void checkChildren(Znode node) {
        int count = 0;
        Znode elder = null;
        for (Znode child = node.firstChild(); child != null; child = child.next) {
            hold(child.parent == node && child.previous == elder, child, "it is not linked to its family");
            hold(node.child(child.name, 0, child.name.length()) == child, child, "it is not found by its name");
            hold(
                    elder == null || Children.CREATION_ORDER.compare(elder, child) < 0,
                    child,
                    "it is out of creation order");
            hold(node.pzxid >= child.czxid, child, "its parent's pzxid precedes its creation");
            checkNode(child);
            elder = child;
            count++;
        }
        hold(count == node.childCount(), node, "it has another number of children than it counts");
    }

    private void checkSessions() {
        long sum = 0;
        for (SessionRecord session : sessions.all()) {
            String name = "session " + session.id;
            hold(session.id > 0 && session.id <= state.appliedIndex(), name + " has an id that has not been applied");
            hold(session.acknowledged <= session.lastOperation, name + " has acknowledged what it has not done");
            Set<Znode> owned = ephemerals.getOrDefault(session.id, Set.of());
            hold(owned.equals(session.ephemerals), name + " does not own what the nodes say");
            long pathBytes = owned.stream()
                    .mapToLong(node -> Paths.utf8Length(node.path()))
                    .sum();
            hold(pathBytes == session.ephemeralPathBytes, name + " miscounts the bytes of its paths");
            sum += SessionTable.digest(session);
            ephemerals.remove(session.id);
        }
        hold(ephemerals.isEmpty(), "nodes belong to sessions that are not open: " + ephemerals.keySet());
        hold(sum == sessions.digest(), "the digest of the sessions is out of date");
    }

    /** Checks what holds for a node. Its path is worked out for the message only: there may be a million of them. */
    private static void hold(boolean condition, Znode node, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(node.path() + ": " + otherwise);
        }
    }

    private static void hold(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
