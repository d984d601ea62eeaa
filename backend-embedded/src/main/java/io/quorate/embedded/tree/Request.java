package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.TicketName;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of the leader, which turns it into a {@link Txn}. Keys are absolute. */
public sealed interface Request {

    /**
     * Opens a session.
     *
     * @param password 128 random bits, drawn by whoever serves the client
     * @param timeoutMillis the granted time-out, positive
     * @param ownerName who it is, for people; 1 to 128 characters
     */
    @SuppressWarnings("ArrayRecordComponent")
    record OpenSession(byte[] password, int timeoutMillis, String ownerName) implements Request {

        static final int MAX_OWNER_NAME = 128;

        /** Checks the ranges stated above. */
        public OpenSession {
            if (password.length != Txn.OpenSession.PASSWORD_BYTES) {
                throw new IllegalArgumentException("a password has " + Txn.OpenSession.PASSWORD_BYTES + " bytes");
            }
            if (timeoutMillis <= 0) {
                throw new IllegalArgumentException("a session time-out must be positive, but is " + timeoutMillis);
            }
            if (ownerName.isEmpty() || ownerName.length() > MAX_OWNER_NAME) {
                throw new IllegalArgumentException("an owner name has 1 to " + MAX_OWNER_NAME + " characters");
            }
            // Half a surrogate pair has no encoding: the members would keep another name than the leader.
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(ownerName)) {
                throw new IllegalArgumentException("an owner name must be well-formed text");
            }
            password = password.clone();
        }

        /** Leaves the password out. */
        @Override
        public String toString() {
            return "OpenSession[" + ownerName + ", " + timeoutMillis + " ms]";
        }
    }

    /**
     * Ends a session. Asking again changes nothing.
     *
     * @param session its id
     * @param expired whether it expired, rather than being closed by its client
     */
    record CloseSession(long session, boolean expired) implements Request {}

    /**
     * Removes nodes that {@link StateMachine#reapable} named, as far as they still may be removed.
     *
     * @param paths their paths
     */
    record Reap(List<String> paths) implements Request {

        /** Copies the list. */
        public Reap {
            paths = List.copyOf(paths);
        }
    }

    /**
     * An operation of a session, carried out exactly once however often it is sent.
     *
     * <p>The client numbers its operations from 1 without a hole, in the order in which they are to take effect, and
     * sends those that were not answered again after a reconnection, in that order and ahead of new ones.
     */
    sealed interface Operation extends Request {

        /** Returns the id of the session. */
        long session();

        /** Returns the number of the operation. */
        long operation();

        /** Returns the number up to which the client has seen all results; they will be forgotten. */
        long acknowledged();
    }

    /**
     * Commits a batch.
     *
     * @param session the id of the session
     * @param operation the number of the operation
     * @param acknowledged the number up to which the client has seen all results
     * @param commit the batch
     */
    record Write(long session, long operation, long acknowledged, Commit commit) implements Operation {}

    /**
     * Takes a ticket in each of several queues, or none.
     *
     * @param session the id of the session
     * @param operation the number of the operation
     * @param acknowledged the number up to which the client has seen all results
     * @param queues the queues, at least one, all different and none of them {@link Key#ROOT}; created with their
     *     parents if missing, as containers
     * @param label the label of the tickets, see {@link TicketName}
     * @param id the random id of the tickets, see {@link TicketName}
     * @param value the value of each ticket, or {@code null} for none
     */
    record Enqueue(
            long session,
            long operation,
            long acknowledged,
            List<Key> queues,
            String label,
            String id,
            @Nullable Bytes value)
            implements Operation {

        /** Checks the forms stated above, and copies the list. */
        public Enqueue {
            queues = List.copyOf(queues);
            if (queues.isEmpty() || new HashSet<>(queues).size() != queues.size()) {
                throw new IllegalArgumentException("tickets are taken in different queues, at least one");
            }
            if (queues.contains(Key.ROOT)) {
                throw new IllegalArgumentException("the root is no queue");
            }
            if (!Paths.isTicket(Paths.ticket(label, id, 0))) {
                throw new IllegalArgumentException("a ticket needs a label [a-z0-9]{1,16} and an id [0-9a-f]{32}");
            }
        }
    }

    /**
     * Gives a ticket back. If there is no such ticket, nothing changes.
     *
     * @param session the id of the session
     * @param operation the number of the operation
     * @param acknowledged the number up to which the client has seen all results
     * @param ticket the key of the ticket
     */
    record Dequeue(long session, long operation, long acknowledged, Key ticket) implements Operation {

        /** Checks that the key may be a ticket's. */
        public Dequeue {
            if (!Paths.isTicket(ticket.name())) {
                throw new IllegalArgumentException(ticket + " is no ticket");
            }
        }
    }

    /**
     * Creates one node of any kind, as a ZooKeeper client would. The parent must exist.
     *
     * @param session the id of the session
     * @param operation the number of the operation
     * @param acknowledged the number up to which the client has seen all results
     * @param key the key, or what it begins with if the mode is sequential
     * @param value the value, or {@code null} for none
     * @param mode how it is created
     * @param ttlMillis the time to live in milliseconds; 0 unless the mode has one
     */
    record Create(
            long session,
            long operation,
            long acknowledged,
            Key key,
            @Nullable Bytes value,
            CreateMode mode,
            long ttlMillis)
            implements Operation {

        /** Checks that a time to live is given where there is one. */
        public Create {
            if (key.isRoot()) {
                throw new IllegalArgumentException("the root exists");
            }
            if (mode.kind() == NodeKind.TTL ? ttlMillis <= 0 : ttlMillis != 0) {
                throw new IllegalArgumentException("mode " + mode + " cannot have a time to live of " + ttlMillis);
            }
        }
    }
}
