package io.quorate.embedded.tree;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All sessions, with the digest of what is known of them. */
final class SessionTable {

    private final Map<Long, SessionRecord> sessions = new LinkedHashMap<>();
    private @Nullable SnapshotWriter snapshot;
    private long digest;

    void observe(@Nullable SnapshotWriter writer) {
        snapshot = writer;
    }

    long digest() {
        return digest;
    }

    int size() {
        return sessions.size();
    }

    Collection<SessionRecord> all() {
        return sessions.values();
    }

    @Nullable
    SessionRecord find(long id) {
        return sessions.get(id);
    }

    SessionRecord get(long id) {
        SessionRecord session = sessions.get(id);
        if (session == null) {
            throw new IllegalStateException("session " + id + " does not exist: this member's state has diverged");
        }
        return session;
    }

    /** Adds a session, with the results that it has already. */
    void add(SessionRecord session) {
        if (sessions.putIfAbsent(session.id, session) != null) {
            throw new IllegalStateException("session " + session.id + " exists: this member's state has diverged");
        }
        digest += digest(session);
    }

    void remove(SessionRecord session) {
        beforeChange(session);
        digest -= digest(session);
        sessions.remove(session.id);
    }

    /** Remembers the result of the next operation and forgets those that were acknowledged. */
    void remember(SessionRecord session, long operation, long acknowledged, long index, Result result) {
        if (operation != session.lastOperation + 1) {
            throw new IllegalStateException("session " + session.id + " is at operation " + session.lastOperation
                    + ", which " + operation + " does not follow: this member's state has diverged");
        }
        beforeChange(session);
        digest -= Digest.session(session);
        session.remember(index, result);
        digest += Digest.result(session.id, operation, index, result);
        while (session.acknowledged < acknowledged) {
            digest -= result(session, session.acknowledged + 1);
            session.forgetOldest();
        }
        digest += Digest.session(session);
    }

    /** Computes the digest of a session from scratch. */
    static long digest(SessionRecord session) {
        long sum = Digest.session(session);
        for (long operation = session.acknowledged + 1; operation <= session.lastOperation; operation++) {
            sum += result(session, operation);
        }
        return sum;
    }

    private static long result(SessionRecord session, long operation) {
        return Digest.result(session.id, operation, session.index(operation), session.result(operation));
    }

    private void beforeChange(SessionRecord session) {
        if (snapshot != null) {
            snapshot.beforeChange(session);
        }
    }
}
