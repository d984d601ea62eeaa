package io.quorate.config;

import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.TooLargeException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes one configuration: many keys at once, seen by watchers as a whole or not at all.
 *
 * <p>A publish that fits into one commit of the backend is one commit, in place. A larger one is written beside the
 * current state, out of sight, and then made current by one commit that moves a pointer: just as atomic, whatever its
 * size. Each publish leaves a record of the whole content with author and comment; the newest
 * {@link ConfigUpdate#DEFAULT_HISTORY_LIMIT} are kept.
 *
 * <p>Safe for use by many threads and processes: of two that publish on the same revision one wins. The blocking forms
 * wait at most for the operation time-out of the client, must not be called on an event lane, and throw
 * {@link IllegalStateException} there; futures complete on its callback executor.
 */
public interface ConfigPublisher {

    /** Returns the name of the configuration. */
    String name();

    /** Reads what is current in the backend, whether or not any instance accepts it. */
    CompletableFuture<ConfigContent> currentAsync();

    /**
     * Reads what is current in the backend.
     *
     * @throws TimeoutExceededException if the operation time-out was over
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    ConfigContent current() throws InterruptedException;

    /**
     * Publishes an update. Fails with {@link ConfigConflictException} if the update names a revision that is not
     * current, with {@link TooLargeException} if a value exceeds what the backend takes, and with
     * {@link OutcomeUnknownException} if it may have been published. Cancelling it stops the waiting; the update may be
     * published.
     *
     * @throws InvalidKeyException if a key breaks the grammar of keys; nothing was sent
     * @throws IllegalArgumentException if the first segment of a key begins with a dot; nothing was sent
     */
    CompletableFuture<ConfigPublication> publishAsync(ConfigUpdate update);

    /**
     * Publishes an update.
     *
     * @throws InvalidKeyException if a key breaks the grammar of keys
     * @throws IllegalArgumentException if the first segment of a key begins with a dot
     * @throws TooLargeException if a value exceeds what the backend takes
     * @throws ConfigConflictException if the update names a revision that is not current
     * @throws OutcomeUnknownException if the time was over and it may have been published
     * @throws InterruptedException if the thread is interrupted while it waits; it may have been published
     */
    ConfigPublication publish(ConfigUpdate update) throws InterruptedException;

    /** Reads the publications that are kept, the newest first. */
    CompletableFuture<List<ConfigPublication>> historyAsync();

    /**
     * Reads the publications that are kept, the newest first.
     *
     * @throws TimeoutExceededException if the operation time-out was over
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    List<ConfigPublication> history() throws InterruptedException;

    /** Publishes the content of an earlier revision anew. See {@link #rollbackTo}. */
    CompletableFuture<ConfigPublication> rollbackToAsync(long revision, String author);

    /**
     * Publishes the content of an earlier revision anew, exactly as it was, as a new revision. Whatever is current is
     * replaced.
     *
     * @param author who does it; at most 128 characters
     * @throws IllegalArgumentException if the author has more
     * @throws RevisionNotKeptException if no publication of that revision is kept, naming those that are
     * @throws OutcomeUnknownException if the time was over and it may have been published
     * @throws InterruptedException if the thread is interrupted while it waits; it may have been published
     */
    ConfigPublication rollbackTo(long revision, String author) throws InterruptedException;

    /** Compares two revisions. See {@link #diff}. */
    CompletableFuture<ConfigDifference> diffAsync(long from, long to);

    /**
     * Compares the content of two revisions: publications that are kept, or the current state.
     *
     * @throws RevisionNotKeptException if one of them is not kept, naming those that are
     * @throws TimeoutExceededException if the operation time-out was over
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    ConfigDifference diff(long from, long to) throws InterruptedException;

    /** Asks which instance runs which revision. */
    CompletableFuture<ConfigStatus> statusAsync();

    /**
     * Asks which instance runs which revision, and what it refused: instances whose session lives and whose watcher
     * publishes its status.
     *
     * @throws TimeoutExceededException if the operation time-out was over
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    ConfigStatus status() throws InterruptedException;
}
