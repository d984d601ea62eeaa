package io.quorate.config;

import io.quorate.backend.Subscription;
import io.quorate.backend.TimeoutExceededException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A configuration that is kept up to date: the newest snapshot that decodes and that every validator accepts.
 *
 * <p>A snapshot is one true state of all its keys: a commit is seen as a whole or not at all. What does not decode, or
 * is refused by a validator, never becomes current: the last good snapshot stays, and the refusal is told with its
 * reasons. While the backend cannot be reached the snapshot stays too; a watcher follows its client from session to
 * session and catches up by itself.
 *
 * <p>State, not events: intermediate values may be skipped, the latest one always arrives.
 *
 * <p>Decoding, validation, files and listeners run on the callback executor of the client, one at a time and in order
 * for each watcher. A watcher is safe for use by many threads.
 */
public interface ConfigWatcher<T> extends AutoCloseable {

    /** Returns the name of the configuration. */
    String name();

    /**
     * Returns the current snapshot; a volatile read.
     *
     * @throws ConfigUnavailableException if there is none yet, with the reason that is known
     */
    ConfigSnapshot<T> current();

    /** Returns the current snapshot, or empty before the first. */
    Optional<ConfigSnapshot<T>> latest();

    /**
     * Returns a future of the first snapshot, completed on the callback executor. It fails with
     * {@link ConfigUnavailableException} if the watcher is closed before there is one. Cancelling it only stops the
     * waiting.
     */
    CompletableFuture<ConfigSnapshot<T>> first();

    /**
     * Returns the current snapshot, waiting for the first one at most for the given time.
     *
     * @throws ConfigUnavailableException if the watcher is closed, or was while waiting
     * @throws TimeoutExceededException if the time is over, with the reason that is known
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws IllegalStateException if there is none and this is an event lane, which would wait for itself
     */
    ConfigSnapshot<T> await(Duration atMost) throws InterruptedException;

    /**
     * Registers a listener of the snapshots that become current. It is told of the one that is current when it is
     * registered, if there is one, as a change from nothing; then of each later one, in order and once. A listener that
     * blocks keeps back this watcher alone: what changes in the meantime arrives as one change. One that throws is
     * logged.
     */
    Subscription onChange(Consumer<ConfigChange<T>> listener);

    /** Registers a listener of refusals, told in order with the changes, beginning with the next one. */
    Subscription onRejection(Consumer<ConfigRejection> listener);

    /** Returns why the newest state that was seen is not current; empty if it is, or none has been seen. */
    Optional<ConfigRejection> rejection();

    /**
     * Returns whether the watcher has a connected session, on which it has received the state. While it has not, the
     * current snapshot may be out of date.
     */
    boolean isConnected();

    /**
     * Stops watching and takes back the status entry. Idempotent, callable from any thread, callbacks included; does
     * not wait. The current snapshot remains readable.
     */
    @Override
    void close();
}
