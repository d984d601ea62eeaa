package io.quorate.internal;

import io.quorate.backend.Session;

/**
 * A session together with what the recipes keep for it.
 *
 * @param session the session
 * @param lines its waiting lines
 */
public record LiveSession(Session session, WaitingLines lines) {

    /** Wraps a new session and begins to follow its state. */
    public static LiveSession of(Session session) {
        WaitingLines lines = new WaitingLines(session);
        lines.start();
        return new LiveSession(session, lines);
    }
}
