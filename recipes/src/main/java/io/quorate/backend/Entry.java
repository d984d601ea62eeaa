package io.quorate.backend;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key and what is stored under it, as of one revision.
 *
 * <p>Two states of a key are the same if and only if both revisions are: a key that was deleted and created again has
 * another {@code createRevision} even if its value is the same.
 *
 * @param key where it is stored
 * @param value what is stored; {@code null} for an entry without a value, such as a parent that was created implicitly
 * @param createRevision the revision of the commit that created it
 * @param modRevision the revision of the last commit that created or updated it; at least {@code createRevision}
 * @param owner the session with which it will vanish, or {@code null} if it is persistent
 * @param createdAt when it was created, by the backend's wall clock; for display, never for decisions
 */
public record Entry(
        Key key,
        @Nullable Bytes value,
        long createRevision,
        long modRevision,
        @Nullable SessionId owner,
        Instant createdAt) {

    /** Checks the order of the revisions. */
    public Entry {
        if (createRevision > modRevision) {
            throw new IllegalArgumentException(
                    key + ": createRevision " + createRevision + " is above modRevision " + modRevision);
        }
    }

    /** Returns the value, or empty if there is none. */
    public Optional<Bytes> optionalValue() {
        return Optional.ofNullable(value);
    }

    /** Returns whether the entry lives and dies with a session. */
    public boolean isSessionOwned() {
        return owner != null;
    }
}
