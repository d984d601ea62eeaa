package io.quorate.embedded.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state after all proposals of this leadership, as far as it differs from the applied one.
 *
 * <p>What a proposal changes shadows the state until the proposal is applied. Dropping this object forgets every
 * proposal at once; nothing of them is anywhere else.
 */
final class Pending {

    private record Proposal(long index, List<String> paths, List<PendingSession> sessions) {}

    private final StateMachine state;
    private final Map<String, PendingNode> nodes = new HashMap<>();
    private final Map<Long, PendingSession> sessions = new HashMap<>();
    private final ArrayDeque<Proposal> proposals = new ArrayDeque<>();
    private long nodeCount;
    private long totalBytes;
    private int sessionCount;

    Pending(StateMachine state) {
        this.state = state;
        this.nodeCount = state.nodes();
        this.totalBytes = state.totalBytes();
        this.sessionCount = state.sessionTable().size();
    }

    long nodeCount() {
        return nodeCount;
    }

    long totalBytes() {
        return totalBytes;
    }

    int sessionCount() {
        return sessionCount;
    }

    /** Returns how many proposals are not known to be applied. */
    int proposals() {
        return proposals.size();
    }

    /** Returns the shadow of a node, also of one that does not exist any more, or {@code null} if it has none. */
    @Nullable
    PendingNode shadow(String path) {
        return nodes.get(path);
    }

    /** Returns a node, or {@code null} if it does not exist. */
    @Nullable
    PendingNode node(String path) {
        PendingNode shadow = nodes.isEmpty() ? null : nodes.get(path);
        if (shadow != null) {
            return shadow.exists() ? shadow : null;
        }
        Znode node = state.tree().find(path);
        return node == null ? null : PendingNode.of(node);
    }

    /** Returns a session that is open or whose end is pending, or {@code null}. */
    @Nullable
    PendingSession session(long id) {
        PendingSession pending = sessions.get(id);
        if (pending != null) {
            return pending;
        }
        SessionRecord record = state.sessionTable().find(id);
        return record == null ? null : new PendingSession(record);
    }

    /** Lets a draft become part of the state that the next request is judged on. */
    void add(long index, Draft draft, List<PendingSession> concerned) {
        List<PendingSession> touched = draft.ownerships().isEmpty() ? concerned : new ArrayList<>(concerned);
        for (PendingSession session : concerned) {
            keep(session, index);
        }
        for (Draft.Ownership change : draft.ownerships()) {
            PendingSession owner = session(change.session());
            if (owner != null) {
                own(owner, change);
                if (owner.index != index) {
                    touched.add(owner);
                    keep(owner, index);
                }
            }
        }
        nodes.putAll(draft.nodes());
        nodeCount += draft.nodeDelta();
        totalBytes += draft.byteDelta();
        proposals.addLast(new Proposal(index, paths(draft), touched));
    }

    private static List<String> paths(Draft draft) {
        Set<String> paths = draft.nodes().keySet();
        return paths.size() == 1 ? List.of(paths.iterator().next()) : List.copyOf(paths);
    }

    void open(long index) {
        PendingSession session = new PendingSession(index);
        keep(session, index);
        sessionCount++;
        proposals.addLast(new Proposal(index, List.of(), List.of(session)));
    }

    void close() {
        sessionCount--;
    }

    private void keep(PendingSession session, long index) {
        session.index = index;
        sessions.put(session.id, session);
    }

    private static void own(PendingSession owner, Draft.Ownership change) {
        int sign = change.gained() ? 1 : -1;
        owner.ephemerals += sign;
        owner.ephemeralPathBytes += (long) sign * Paths.utf8Length(change.path());
        if (change.gained()) {
            owner.created.add(change.path());
        } else {
            owner.created.remove(change.path());
        }
    }

    /** Drops the shadows of what has been applied. */
    void forgetUpTo(long applied) {
        Proposal first = proposals.peekFirst();
        while (first != null && first.index() <= applied) {
            proposals.removeFirst();
            for (String path : first.paths()) {
                forget(path, first.index());
            }
            for (PendingSession session : first.sessions()) {
                session.forgetUpTo(applied);
                if (session.index == first.index()) {
                    sessions.remove(session.id);
                }
            }
            first = proposals.peekFirst();
        }
    }

    private void forget(String path, long index) {
        PendingNode shadow = nodes.get(path);
        if (shadow == null || shadow.index() != index) {
            return;
        }
        nodes.remove(path);
        if (shadow.exists() && shadow.kind() == NodeKind.EPHEMERAL) {
            PendingSession owner = sessions.get(shadow.owner());
            if (owner != null) {
                owner.created.remove(path);
            }
        }
    }
}
