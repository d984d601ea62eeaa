package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/** One change in a {@link Commit}. */
public sealed interface Op {

    /** The expected revision that accepts any: the operation only requires the key to exist. */
    long ANY_REVISION = -1;

    /** How long an entry lives. */
    enum Lifetime {
        /** Until it is deleted. */
        PERSISTENT,
        /** Until it is deleted or its session ends. Such an entry has no children. */
        SESSION
    }

    /** Returns the key that is changed. */
    Key key();

    /**
     * Creates an entry; fails with {@link KeyExistsException} if the key exists. Missing parents are created with it,
     * as persistent entries without a value.
     *
     * @param key the key
     * @param value the value, or {@code null} for none
     * @param lifetime how long the entry lives
     */
    record Create(Key key, @Nullable Bytes value, Lifetime lifetime) implements Op {}

    /**
     * Replaces the value of an entry; fails with {@link NoSuchKeyException} if the key does not exist.
     *
     * @param key the key
     * @param value the new value, or {@code null} for none
     * @param expectedRevision the {@link Entry#modRevision()} that the entry must have, else the commit fails with
     *     {@link UnexpectedRevisionException}; or {@link #ANY_REVISION}
     */
    record Update(Key key, @Nullable Bytes value, long expectedRevision) implements Op {}

    /**
     * Deletes an entry; fails with {@link NoSuchKeyException} if the key does not exist, with {@link NotEmptyException}
     * if it has children.
     *
     * @param key the key
     * @param expectedRevision as for {@link Update}
     */
    record Delete(Key key, long expectedRevision) implements Op {}
}
