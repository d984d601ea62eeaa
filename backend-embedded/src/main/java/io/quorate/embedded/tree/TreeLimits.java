package io.quorate.embedded.tree;

import io.quorate.backend.Capabilities;

/**
 * What the replicated state may grow to. The leader enforces it when it validates a request; it is no part of the state,
 * so that a limit may be raised at any time.
 *
 * @param dataBytes the largest value of a node; at most {@link #HARD_DATA_BYTES}
 * @param commitSize the largest number of guards and operations in one commit, and of tickets taken together
 * @param txnBytes the largest encoded transaction, implicit parents included
 * @param children the most children a node may have
 * @param nodes the most nodes, the root included
 * @param totalBytes the most heap that nodes may take, by {@link StateMachine#totalBytes()}
 * @param sessions the most sessions
 * @param ephemerals the most ephemeral nodes of one session
 * @param ephemeralPathBytes the most bytes in the paths of one session's ephemeral nodes, so that the transaction that
 *     closes the session always fits
 * @param results the most results that are remembered for one session; its client may have as many operations in flight
 */
public record TreeLimits(
        int dataBytes,
        int commitSize,
        int txnBytes,
        int children,
        int nodes,
        long totalBytes,
        int sessions,
        int ephemerals,
        int ephemeralPathBytes,
        int results) {

    /** No configuration can raise the size of a value above this: 1 MiB less 1 KiB. */
    public static final int HARD_DATA_BYTES = (1 << 20) - (1 << 10);

    /** No configuration can raise the size of an encoded transaction above this: 4 MiB. */
    public static final int HARD_TXN_BYTES = 4 << 20;

    /** The most guards and operations that any configuration admits in one commit. */
    static final int HARD_COMMIT_SIZE = 1 << 16;

    /** The most results that any configuration remembers for one session. */
    static final int HARD_RESULTS = 4096;

    /** The limits unless told otherwise. */
    public static final TreeLimits DEFAULT = new TreeLimits(
            Capabilities.DEFAULT_MAX_VALUE_BYTES,
            Capabilities.DEFAULT_MAX_COMMIT_SIZE,
            HARD_TXN_BYTES,
            100_000,
            1_000_000,
            512L << 20,
            10_000,
            10_000,
            1 << 20,
            256);

    /** Checks that what the limits admit can be written and read again. */
    public TreeLimits {
        check("dataBytes", dataBytes, HARD_DATA_BYTES);
        check("txnBytes", txnBytes, HARD_TXN_BYTES);
        check("commitSize", commitSize, HARD_COMMIT_SIZE);
        check("children", children, Integer.MAX_VALUE);
        check("nodes", nodes, Integer.MAX_VALUE);
        check("totalBytes", totalBytes, Long.MAX_VALUE);
        check("sessions", sessions, Integer.MAX_VALUE);
        check("results", results, HARD_RESULTS);
        check("ephemerals", ephemerals, 100_000);
        check("ephemeralPathBytes", ephemeralPathBytes, HARD_TXN_BYTES / 2);
    }

    private static void check(String name, long value, long bound) {
        if (value < 1 || value > bound) {
            throw new IllegalArgumentException(name + " must be between 1 and " + bound + ", but is " + value);
        }
    }
}
