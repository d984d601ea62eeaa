package io.quorate.embedded.tree;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes of the transactions applied last, without a hole: what a session that reconnects may have missed.
 *
 * <p>No part of the replicated state; a member that has just loaded a snapshot has an empty one. Confined to the thread of
 * the state.
 */
public final class ChangeHistory {

    /** What a transaction takes beside its changes, roughly, in bytes. */
    private static final int OVERHEAD_BYTES = 64;

    private final long maxBytes;
    private final @Nullable List<NodeChange>[] ring;
    private final long[] sizes;
    private long firstIndex;
    private long lastIndex;
    private long bytes;

    /**
     * Creates an empty history that continues after an index.
     *
     * @param lastIndex the index that has been applied last
     * @param maxTransactions the most transactions to keep
     * @param maxBytes the most bytes to keep, paths and values included; the newest transaction is kept however large it is
     */
    public ChangeHistory(long lastIndex, int maxTransactions, long maxBytes) {
        if (maxTransactions < 1) {
            throw new IllegalArgumentException("a history keeps at least one transaction, not " + maxTransactions);
        }
        this.maxBytes = maxBytes;
        this.ring = newRing(maxTransactions);
        this.sizes = new long[maxTransactions];
        this.firstIndex = lastIndex + 1;
        this.lastIndex = lastIndex;
    }

    /** Adds the next transaction. */
    public void add(Applied applied) {
        if (applied.index() != lastIndex + 1) {
            throw new IllegalStateException("index " + applied.index() + " does not follow " + lastIndex);
        }
        if (lastIndex + 1 - firstIndex == ring.length) {
            dropFirst();
        }
        lastIndex++;
        ring[place(lastIndex)] = applied.changes();
        sizes[place(lastIndex)] = sizeInBytes(applied.changes());
        bytes += sizes[place(lastIndex)];
        while (bytes > maxBytes && firstIndex < lastIndex) {
            dropFirst();
        }
    }

    private void dropFirst() {
        bytes -= sizes[place(firstIndex)];
        ring[place(firstIndex)] = null;
        firstIndex++;
    }

    /** Returns the index of the last transaction. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Returns whether every transaction from an index on is kept; true of the one that has not been applied yet. */
    public boolean reaches(long index) {
        return index >= firstIndex && index <= lastIndex + 1;
    }

    List<NodeChange> changes(long index) {
        List<NodeChange> changes = index < firstIndex || index > lastIndex ? null : ring[place(index)];
        if (changes == null) {
            throw new IllegalArgumentException("index " + index + " is not kept");
        }
        return changes;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type cannot be made otherwise.
    private static @Nullable List<NodeChange>[] newRing(int length) {
        return (@Nullable List<NodeChange>[]) new List[length];
    }

    private int place(long index) {
        return (int) (index % ring.length);
    }

    private static long sizeInBytes(List<NodeChange> changes) {
        long size = OVERHEAD_BYTES;
        for (NodeChange change : changes) {
            size += OVERHEAD_BYTES + change.path().length();
            if (change instanceof NodeChange.Created created && created.data() != null) {
                size += created.data().length;
            } else if (change instanceof NodeChange.Updated updated && updated.data() != null) {
                size += updated.data().length;
            }
        }
        return size;
    }
}
