package io.quorate.embedded.tree;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Which session was opened with which password, after all proposals: so that a request which is repeated, because its answer was
 * lost, opens no second session.
 */
final class Openings {

    private final Map<ByteBuffer, Long> sessions = new HashMap<>();
    private final Map<Long, ByteBuffer> passwords = new HashMap<>();

    Openings(Collection<SessionRecord> open) {
        open.forEach(session -> opened(session.id, session.password));
    }

    /** Returns the session that was opened with a password, 0 if there is none. */
    long find(byte[] password) {
        return sessions.getOrDefault(ByteBuffer.wrap(password), 0L);
    }

    void opened(long session, byte[] password) {
        ByteBuffer key = ByteBuffer.wrap(password);
        sessions.put(key, session);
        passwords.put(session, key);
    }

    void closed(long session) {
        ByteBuffer key = passwords.remove(session);
        if (key != null) {
            sessions.remove(key, session);
        }
    }
}
