package io.quorate.embedded.tree;

/**
 * What the leader must know of a node to judge the next request, after the proposals that are not applied yet.
 *
 * @param index the proposal that changed it last; 0 if it is as the state has it
 * @param exists whether it exists; if not, the other fields mean nothing
 * @param sequence the next number of its sequence counter
 */
record PendingNode(
        long index,
        boolean exists,
        NodeKind kind,
        long owner,
        long mzxid,
        int children,
        int sequence,
        int sizeInBytes) {

    static PendingNode of(Znode node) {
        return new PendingNode(
                0,
                true,
                node.kind,
                node.owner,
                node.mzxid,
                node.childCount(),
                node.children == null ? 0 : node.children.sequence,
                node.sizeInBytes());
    }

    static PendingNode created(long index, NodeKind kind, long owner, int sizeInBytes) {
        return new PendingNode(index, true, kind, owner, index, 0, 0, sizeInBytes);
    }

    PendingNode updated(long newIndex, int newSizeInBytes) {
        return new PendingNode(newIndex, true, kind, owner, newIndex, children, sequence, newSizeInBytes);
    }

    PendingNode deleted(long newIndex) {
        return new PendingNode(newIndex, false, kind, 0, 0, 0, 0, 0);
    }

    PendingNode withChildren(long newIndex, int more, int numbers) {
        return new PendingNode(newIndex, true, kind, owner, mzxid, children + more, sequence + numbers, sizeInBytes);
    }
}
