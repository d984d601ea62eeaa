package io.quorate.embedded.tree;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session: who it is, what it owns, and the results that its client has not acknowledged.
 *
 * <p>Operations are dense, so the results form a ring in which an operation's number is its place.
 */
final class SessionRecord {

    private static final int FIRST_RING = 4;

    final long id;
    final byte[] password;
    final int timeoutMillis;
    final String ownerName;
    final long openedAtMillis;
    final long identityHash;
    final Set<Znode> ephemerals = new LinkedHashSet<>();

    long ephemeralPathBytes;
    long lastOperation;
    long acknowledged;

    /** The number of the last snapshot that has this session in it. */
    int snapshot;

    private @Nullable Result[] results = new Result[FIRST_RING];
    private long[] indexes = new long[FIRST_RING];

    SessionRecord(long id, byte[] password, int timeoutMillis, String ownerName, long openedAtMillis) {
        this.id = id;
        this.password = password;
        this.timeoutMillis = timeoutMillis;
        this.ownerName = ownerName;
        this.openedAtMillis = openedAtMillis;
        this.identityHash = Digest.identity(password, ownerName);
    }

    /** Returns whether the result of an operation is remembered. */
    boolean remembers(long operation) {
        return operation > acknowledged && operation <= lastOperation;
    }

    Result result(long operation) {
        Result result = results[place(operation)];
        if (result == null) {
            throw new IllegalStateException("session " + id + " has no result of operation " + operation);
        }
        return result;
    }

    long index(long operation) {
        return indexes[place(operation)];
    }

    /** Remembers the result of the next operation. */
    void remember(long index, Result result) {
        lastOperation++;
        if (lastOperation - acknowledged > results.length) {
            grow();
        }
        results[place(lastOperation)] = result;
        indexes[place(lastOperation)] = index;
    }

    /** Forgets the oldest result. */
    void forgetOldest() {
        acknowledged++;
        results[place(acknowledged)] = null;
    }

    private void grow() {
        int length = results.length * 2;
        @Nullable Result[] newResults = Arrays.copyOf(results, length);
        long[] newIndexes = new long[length];
        Arrays.fill(newResults, null);
        for (long operation = acknowledged + 1; operation < lastOperation; operation++) {
            newResults[(int) operation & (length - 1)] = results[place(operation)];
            newIndexes[(int) operation & (length - 1)] = indexes[place(operation)];
        }
        results = newResults;
        indexes = newIndexes;
    }

    private int place(long operation) {
        return (int) operation & (results.length - 1);
    }

    SessionView view() {
        return new SessionView(
                id, timeoutMillis, ownerName, openedAtMillis, lastOperation, acknowledged, ephemerals.size());
    }
}
