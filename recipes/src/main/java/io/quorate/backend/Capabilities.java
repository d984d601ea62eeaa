package io.quorate.backend;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a backend, and the policy that its proofs of liveness call for.
 *
 * @param maxValueBytes the largest value of an entry, in bytes
 * @param maxCommitSize the largest number of guards and operations in one commit, together
 * @param minSessionTimeout the shortest session time-out that can be asked for
 * @param maxSessionTimeout the longest session time-out that can be asked for
 * @param suspensionPolicy what a lease should do while its session is suspended, unless its user says otherwise
 */
public record Capabilities(
        int maxValueBytes,
        int maxCommitSize,
        Duration minSessionTimeout,
        Duration maxSessionTimeout,
        SuspensionPolicy suspensionPolicy) {

    /** The default of {@link #maxValueBytes()}: 512 KiB. */
    public static final int DEFAULT_MAX_VALUE_BYTES = 512 * 1024;

    /** The default of {@link #maxCommitSize()}. */
    public static final int DEFAULT_MAX_COMMIT_SIZE = 128;

    /**
     * Refuses a commit that exceeds a limit.
     *
     * @throws TooLargeException naming the limit and the actual size
     */
    public void check(Commit commit) {
        int size = commit.guards().size() + commit.ops().size();
        if (size > maxCommitSize) {
            throw new TooLargeException("guards and operations in one commit", maxCommitSize, size);
        }
        for (Op op : commit.ops()) {
            if (op instanceof Op.Create create) {
                check(create.key(), create.value());
            } else if (op instanceof Op.Update update) {
                check(update.key(), update.value());
            }
        }
    }

    /**
     * Refuses queues in which no tickets can be taken at the same time.
     *
     * @throws IllegalArgumentException if there is none, or one of them twice
     * @throws TooLargeException if there are more than fit into one commit
     */
    public void check(List<Key> queues) {
        if (queues.isEmpty() || new HashSet<>(queues).size() != queues.size()) {
            throw new IllegalArgumentException("tickets are taken in different queues, at least one, not in " + queues);
        }
        if (queues.size() > maxCommitSize) {
            throw new TooLargeException("tickets in one commit", maxCommitSize, queues.size());
        }
    }

    /**
     * Refuses a value that exceeds the limit.
     *
     * @throws TooLargeException naming the key, the limit and the actual size
     */
    public void check(Key key, @Nullable Bytes value) {
        if (value != null && value.size() > maxValueBytes) {
            throw new TooLargeException("bytes in the value of " + key, maxValueBytes, value.size());
        }
    }

    /**
     * Refuses a session time-out that the backend would not grant.
     *
     * @throws IllegalArgumentException naming the range
     */
    public void check(SessionOptions options) {
        Duration timeout = options.timeout();
        if (timeout.compareTo(minSessionTimeout) < 0 || timeout.compareTo(maxSessionTimeout) > 0) {
            throw new IllegalArgumentException("session time-out " + timeout
                    + " is outside of what this backend grants: " + minSessionTimeout + " to " + maxSessionTimeout);
        }
    }
}
