package io.quorate.backend.testing;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Ticket;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What all parts of the contract work with: a fixture, and short forms of what they do most. */
interface ContractWorld {

    Key A = Key.of("/contract/a");
    Key B = Key.of("/contract/b");
    Key PARENT = Key.of("/contract");
    Key QUEUE = Key.of("/contract/queue");

    BackendFixture fixture();

    /** Watches; what the batches may not do is looked for at the end of the test. */
    RecordedView watching(Session session, Key key, Scope scope);

    default Session open() {
        return open("tester");
    }

    default Session open(String ownerName) {
        return open(fixture().options(ownerName));
    }

    default Session open(SessionOptions options) {
        return await(fixture().backend().open(options));
    }

    /** Opens a session with a connection, and threads, that it shares with no other. */
    default Session openElsewhere(String ownerName) {
        return await(fixture().newBackend().open(fixture().options(ownerName)));
    }

    default <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        return fixture().await(future);
    }

    default void eventually(BooleanSupplier condition, String what) {
        fixture().eventually(condition, what);
    }

    /** Returns what a future fails with; fails the test if it succeeds or fails with something else. */
    default <E extends Throwable> E failure(Class<E> type, CompletableFuture<?> future) {
        Object result;
        try {
            result = await(future);
        } catch (RuntimeException e) {
            if (type.isInstance(e)) {
                return type.cast(e);
            }
            throw new AssertionError("expected " + type.getSimpleName() + ", but it failed with " + e, e);
        }
        throw new AssertionError("expected " + type.getSimpleName() + ", but it succeeded with " + result);
    }

    default RecordedView begunWatching(Session session, Key key, Scope scope) {
        RecordedView view = watching(session, key, scope);
        eventually(view::hasBegun, "the first batch arrives");
        return view;
    }

    default CommitResult create(Session session, Key key, String value) {
        return await(
                session.commit(Commit.builder().create(key, Bytes.utf8(value)).build()));
    }

    default CommitResult createOwned(Session session, Key key, String value) {
        return await(session.commit(
                Commit.builder().createOwned(key, Bytes.utf8(value)).build()));
    }

    default CommitResult update(Session session, Key key, String value) {
        return await(session.commit(updating(key, value)));
    }

    default CommitResult delete(Session session, Key key) {
        return await(session.commit(Commit.builder().delete(key).build()));
    }

    default Commit updating(Key key, String value) {
        return Commit.builder().update(key, Bytes.utf8(value)).build();
    }

    default Optional<Entry> get(Session session, Key key) {
        return await(session.get(key, Read.LATEST));
    }

    default Entry existing(Session session, Key key) {
        return get(session, key).orElseThrow(() -> new AssertionError(key + " does not exist"));
    }

    default String text(Session session, Key key) {
        return existing(session, key).optionalValue().map(Bytes::utf8).orElse("(none)");
    }

    default boolean exists(Session session, Key key) {
        return get(session, key).isPresent();
    }

    default Ticket enqueue(Session session) {
        return await(session.enqueue(QUEUE, "w", Bytes.utf8("waiting")));
    }

    default int countChildren(Session session, Key parent) {
        return await(session.list(parent, Content.KEYS, Read.LATEST)).keys().size();
    }
}
