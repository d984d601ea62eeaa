package io.quorate.embedded.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A transaction in the making: its changes, and what they make of the pending state.
 *
 * <p>Nothing outside of it changes before it is {@linkplain Pending#add added}; a request that fails half-way leaves
 * nothing behind.
 */
final class Draft {

    /** An ephemeral node that a session gains or loses. */
    record Ownership(long session, String path, boolean gained) {}

    private final Pending pending;
    private final TreeLimits limits;
    private final Rules rules;
    private final long index;
    private final @Nullable PendingSession session;
    private final Map<String, PendingNode> nodes = new HashMap<>(8);
    private final List<NodeChange> changes = new ArrayList<>(2);
    private final List<Ownership> ownerships = new ArrayList<>(0);
    private long nodeDelta;
    private long byteDelta;
    private int ephemeralDelta;
    private long ephemeralByteDelta;

    /**
     * Begins a transaction.
     *
     * @param session whose it is, or {@code null}
     */
    Draft(Pending pending, TreeLimits limits, Rules rules, long index, @Nullable PendingSession session) {
        this.pending = pending;
        this.limits = limits;
        this.rules = rules;
        this.index = index;
        this.session = session;
    }

    Map<String, PendingNode> nodes() {
        return nodes;
    }

    List<NodeChange> changes() {
        return changes;
    }

    List<Ownership> ownerships() {
        return ownerships;
    }

    long nodeDelta() {
        return nodeDelta;
    }

    long byteDelta() {
        return byteDelta;
    }

    @Nullable
    PendingNode node(String path) {
        PendingNode node = nodes.isEmpty() ? null : nodes.get(path);
        if (node != null) {
            return node.exists() ? node : null;
        }
        return pending.node(path);
    }

    /**
     * Creates a node, and its missing parents first.
     *
     * @param parents the kind of the missing parents, or {@code null} if none may be missing
     * @return what was in the way, or {@code null} if nothing was
     */
    @Nullable
    Result create(int position, NodeChange.Created created, @Nullable NodeKind parents) {
        Result tooLarge = checkData(position, created.data());
        if (tooLarge != null) {
            return tooLarge;
        }
        String path = created.path();
        if (node(path) != null) {
            return new Result.Failed(Result.Reason.KEY_EXISTS, position);
        }
        String parentPath = Paths.parent(path);
        PendingNode parent = node(parentPath);
        if (parent == null) {
            if (parents == null) {
                return new Result.Failed(Result.Reason.NO_SUCH_KEY, position);
            }
            // At most 31 levels up, and the topmost of them hangs below a node that exists.
            Result failure = create(position, new NodeChange.Created(parentPath, null, parents, 0, false), parents);
            if (failure != null) {
                return failure;
            }
            parent = node(parentPath);
        }
        if (parent == null || parent.kind() == NodeKind.EPHEMERAL) {
            return new Result.Failed(Result.Reason.SESSION_OWNED_HAS_NO_CHILDREN, position);
        }
        return add(position, created, parentPath, parent);
    }

    private @Nullable Result add(int position, NodeChange.Created created, String parentPath, PendingNode parent) {
        String path = created.path();
        int nameLength = path.length() - path.lastIndexOf('/') - 1;
        int size = Znode.OVERHEAD_BYTES + nameLength + length(created.data());
        Result tooMany = checkRoom(position, parent, size);
        if (tooMany != null) {
            return tooMany;
        }
        long owner = created.ttlMillis();
        if (created.kind() == NodeKind.EPHEMERAL && session != null) {
            Result tooManyOwned = gain(position, path);
            if (tooManyOwned != null) {
                return tooManyOwned;
            }
            owner = session.id;
        }
        nodes.put(parentPath, parent.withChildren(index, 1, created.sequential() ? 1 : 0));
        nodes.put(path, PendingNode.created(index, created.kind(), owner, size));
        nodeDelta++;
        byteDelta += size;
        changes.add(created);
        return null;
    }

    private @Nullable Result checkRoom(int position, PendingNode parent, int size) {
        if (parent.children() >= limits.children()) {
            return exceeded(Limit.CHILDREN, position, limits.children(), parent.children() + 1L);
        }
        long count = pending.nodeCount() + nodeDelta + 1;
        if (count > limits.nodes()) {
            return exceeded(Limit.NODES, position, limits.nodes(), count);
        }
        return checkBytes(position, size);
    }

    private @Nullable Result checkBytes(int position, int more) {
        long bytes = pending.totalBytes() + byteDelta + more;
        return more > 0 && bytes > limits.totalBytes()
                ? exceeded(Limit.TOTAL_BYTES, position, limits.totalBytes(), bytes)
                : null;
    }

    private @Nullable Result gain(int position, String path) {
        PendingSession owner = Objects.requireNonNull(session);
        int count = owner.ephemerals + ephemeralDelta + 1;
        if (count > limits.ephemerals()) {
            return exceeded(Limit.EPHEMERALS, position, limits.ephemerals(), count);
        }
        int pathBytes = Paths.utf8Length(path);
        long bytes = owner.ephemeralPathBytes + ephemeralByteDelta + pathBytes;
        if (bytes > limits.ephemeralPathBytes() && rules.boundsEphemeralPaths()) {
            return exceeded(Limit.EPHEMERAL_PATH_BYTES, position, limits.ephemeralPathBytes(), bytes);
        }
        ephemeralDelta++;
        ephemeralByteDelta += pathBytes;
        ownerships.add(new Ownership(owner.id, path, true));
        return null;
    }

    /** Replaces a value if the node is at the expected revision, any if that is negative. */
    @Nullable
    Result update(int position, NodeChange.Updated updated, long expectedRevision) {
        PendingNode node = node(updated.path());
        Result failure = checkRevision(position, node, expectedRevision);
        if (node == null || failure != null) {
            return failure;
        }
        Result tooLarge = checkData(position, updated.data());
        if (tooLarge != null) {
            return tooLarge;
        }
        String path = updated.path();
        int nameLength = path.length() - path.lastIndexOf('/') - 1;
        int size = Znode.OVERHEAD_BYTES + nameLength + length(updated.data());
        Result tooMany = checkBytes(position, size - node.sizeInBytes());
        if (tooMany != null) {
            return tooMany;
        }
        nodes.put(path, node.updated(index, size));
        byteDelta += size - node.sizeInBytes();
        changes.add(updated);
        return null;
    }

    /** Deletes a node if it is at the expected revision, any if that is negative. */
    @Nullable
    Result delete(int position, String path, long expectedRevision) {
        PendingNode node = node(path);
        Result failure = checkRevision(position, node, expectedRevision);
        if (node == null || failure != null) {
            return failure;
        }
        if (node.children() > 0) {
            return new Result.Failed(Result.Reason.NOT_EMPTY, position);
        }
        String parentPath = Paths.parent(path);
        PendingNode parent = node(parentPath);
        if (parent != null) {
            nodes.put(parentPath, parent.withChildren(index, -1, 0));
        }
        nodes.put(path, node.deleted(index));
        if (node.kind() == NodeKind.EPHEMERAL) {
            lose(node.owner(), path);
        }
        nodeDelta--;
        byteDelta -= node.sizeInBytes();
        changes.add(new NodeChange.Deleted(path));
        return null;
    }

    private void lose(long owner, String path) {
        ownerships.add(new Ownership(owner, path, false));
        if (session != null && session.id == owner) {
            ephemeralDelta--;
            ephemeralByteDelta -= Paths.utf8Length(path);
        }
    }

    private static @Nullable Result checkRevision(int position, @Nullable PendingNode node, long expectedRevision) {
        if (node == null) {
            return new Result.Failed(Result.Reason.NO_SUCH_KEY, position);
        }
        return expectedRevision >= 0 && expectedRevision != node.mzxid()
                ? new Result.Failed(Result.Reason.UNEXPECTED_REVISION, position)
                : null;
    }

    private @Nullable Result checkData(int position, byte @Nullable [] data) {
        return length(data) > limits.dataBytes()
                ? exceeded(Limit.DATA_BYTES, position, limits.dataBytes(), length(data))
                : null;
    }

    private static Result exceeded(Limit limit, int position, long bound, long actual) {
        return new Result.LimitExceeded(limit, position, bound, actual);
    }

    private static int length(byte @Nullable [] data) {
        return data == null ? 0 : data.length;
    }
}
