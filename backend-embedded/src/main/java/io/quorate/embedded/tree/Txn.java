package io.quorate.embedded.tree;

import java.util.Arrays;
import java.util.List;

/**
 * A deterministic change of the replicated state: what the log holds and every member applies.
 *
 * <p>The leader has judged it already, so that applying it cannot fail: wall time, names, the order of deletions and the
 * result are all inside. It does not hold its own index; that is its place in the log. Arrays and lists are shared and must
 * not be modified.
 */
public sealed interface Txn {

    /** Returns the changes of nodes, in order. */
    default List<NodeChange> changes() {
        return List.of();
    }

    /** A transaction that changes nothing; also stands for a record of the protocol's own, so that no index is left out. */
    record NoOp() implements Txn {}

    /**
     * A session begins. Its id is the index of this transaction.
     *
     * @param password 128 random bits
     * @param timeoutMillis the granted time-out
     * @param ownerName who it is, for people
     * @param timeMillis the leader's wall clock
     */
    @SuppressWarnings("ArrayRecordComponent")
    record OpenSession(byte[] password, int timeoutMillis, String ownerName, long timeMillis) implements Txn {

        /** The length of a password in bytes. */
        public static final int PASSWORD_BYTES = 16;

        @Override
        public boolean equals(Object other) {
            return other instanceof OpenSession that
                    && Arrays.equals(password, that.password)
                    && timeoutMillis == that.timeoutMillis
                    && ownerName.equals(that.ownerName)
                    && timeMillis == that.timeMillis;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(password);
        }

        /** Leaves the password out. */
        @Override
        public String toString() {
            return "OpenSession[" + ownerName + ", " + timeoutMillis + " ms]";
        }
    }

    /**
     * A session ends, and everything it owns with it.
     *
     * @param session its id
     * @param expired whether it expired, rather than being closed by its client
     * @param timeMillis the leader's wall clock
     * @param changes the deletions of all its ephemeral nodes, in an order that the leader chose
     */
    record CloseSession(long session, boolean expired, long timeMillis, List<NodeChange> changes) implements Txn {

        /** Takes the list as it is. */
        public CloseSession {
            requireDeletions(changes);
        }
    }

    /**
     * An operation of a session, whole: a commit, a ticket taken or given back, or the record that it failed.
     *
     * <p>A failure is a transaction too. Its place among the others is what makes it true, and a retry must find it
     * rather than be judged anew, after operations that were issued later.
     *
     * @param session the id of the session
     * @param operation the number of the operation, dense within the session, counted from 1
     * @param acknowledged the last operation whose result the client has seen
     * @param timeMillis the leader's wall clock
     * @param changes what changes, in order; empty if the operation failed
     * @param result what the client is told
     */
    record Write(
            long session, long operation, long acknowledged, long timeMillis, List<NodeChange> changes, Result result)
            implements Txn {}

    /**
     * Containers that lost their last child, and nodes that outlived their time, are removed.
     *
     * @param timeMillis the leader's wall clock
     * @param changes the deletions
     */
    record Reap(long timeMillis, List<NodeChange> changes) implements Txn {

        /** Takes the list as it is. */
        public Reap {
            requireDeletions(changes);
        }
    }

    private static void requireDeletions(List<NodeChange> changes) {
        for (NodeChange change : changes) {
            if (!(change instanceof NodeChange.Deleted)) {
                throw new IllegalArgumentException("only deletions are allowed here: " + change.path());
            }
        }
    }
}
