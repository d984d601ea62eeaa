package io.quorate.embedded.tree;

import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.NotEmptyException;
import io.quorate.backend.Op;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.UnexpectedRevisionException;
import java.util.List;

/**
 * What became of a request.
 *
 * <p>The revision of a success is the index of the transaction and stands beside the result.
 */
public sealed interface Result {

    /** The request was carried out and there is nothing more to say. */
    record Done() implements Result {
        /** The one instance that is needed. */
        public static final Done INSTANCE = new Done();
    }

    /**
     * Nodes were created under names that the engine completed.
     *
     * @param paths the paths of the nodes, in the order in which they were asked for; at least one
     */
    record Created(List<String> paths) implements Result {

        static final int MAX_PATHS = TreeLimits.HARD_COMMIT_SIZE;

        /** Copies the list, which must not be empty. */
        public Created {
            paths = List.copyOf(paths);
            if (paths.isEmpty()) {
                throw new IllegalArgumentException("no node was created");
            }
        }

        Created(String path) {
            this(List.of(path));
        }
    }

    /**
     * A ticket is not in its queue any more.
     *
     * @param existed whether it was until now
     */
    record Dequeued(boolean existed) implements Result {}

    /** Why the state did not allow a request. The numbers are part of the stored formats. */
    enum Reason {
        /** A guard did not hold; the position counts guards. */
        GUARD_FAILED(0),
        /** A node to be created exists. */
        KEY_EXISTS(1),
        /** A node to be changed, or the parent of one to be created without implicit parents, does not exist. */
        NO_SUCH_KEY(2),
        /** A node to be deleted has children. */
        NOT_EMPTY(3),
        /** A node was to be created below an ephemeral one. */
        SESSION_OWNED_HAS_NO_CHILDREN(4),
        /** A node to be changed is not at the expected revision. */
        UNEXPECTED_REVISION(5);

        private static final Reason[] REASONS = values();

        private final int number;

        Reason(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Reason of(int number) {
            if (number >= REASONS.length) {
                throw new MalformedDataException("no reason has the number " + number);
            }
            return REASONS[number];
        }
    }

    /**
     * The state did not allow the request, and nothing was changed.
     *
     * @param reason why
     * @param position which guard or operation was in the way, counted from 0
     */
    record Failed(Reason reason, int position) implements Result {

        /** Returns the exception that tells so to whoever sent the commit. */
        public CommitFailedException toException(Commit commit) {
            if (reason == Reason.GUARD_FAILED) {
                Guard guard = commit.guards().get(position);
                return new GuardFailedException(position, guard);
            }
            Op op = commit.ops().get(position);
            Key key = op.key();
            return switch (reason) {
                case KEY_EXISTS -> new KeyExistsException(position, key);
                case NOT_EMPTY -> new NotEmptyException(position, key);
                case SESSION_OWNED_HAS_NO_CHILDREN -> new SessionOwnedHasNoChildrenException(position, key);
                case UNEXPECTED_REVISION -> new UnexpectedRevisionException(position, key, expectedRevision(op));
                default -> new NoSuchKeyException(position, key);
            };
        }

        private static long expectedRevision(Op op) {
            if (op instanceof Op.Update update) {
                return update.expectedRevision();
            }
            return op instanceof Op.Delete delete ? delete.expectedRevision() : Op.ANY_REVISION;
        }
    }

    /**
     * The request would have exceeded a limit, and nothing was changed.
     *
     * @param limit which
     * @param position the operation that would have, counted from 0
     * @param bound the most that is allowed
     * @param actual how much it would have been
     */
    record LimitExceeded(Limit limit, int position, long bound, long actual) implements Result {}

    /** The session does not exist any more, and nothing was changed. */
    record SessionGone() implements Result {}

    /**
     * The operation's number is not the next one of its session, and nothing was changed: an operation before it was
     * lost. It must be sent again after those before it.
     *
     * @param expected the number that would have been accepted
     */
    record OutOfOrder(long expected) implements Result {}

    /** The client has acknowledged the result of this operation already, so it was forgotten. Nothing was changed. */
    record Forgotten() implements Result {}
}
