package io.quorate.internal;

import io.quorate.backend.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * A session together with what the recipes keep for it.
 *
 * @param session the session
 * @param lines its waiting lines
 */
public record LiveSession(Session session, WaitingLines lines) {

    /** Wraps a new session and begins to follow its state. */
    public static LiveSession of(Session opened, Events events) {
        Session session = events.isObserved() ? ObservedSession.of(opened, events) : opened;
        WaitingLines lines = new WaitingLines(session);
        lines.start();
        return new LiveSession(session, lines);
    }

    /**
     * Ends all that is held and waited for, and then the session. In this order, because the backend gives to others as soon as it is
     * told, which is before the answer is here: whoever asks in between must not find himself the holder.
     */
    public CompletableFuture<Void> closeAsync() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        try {
            session.scheduler().execute(() -> {
                lines.end();
                session.closeAsync().whenComplete((done, failure) -> closed.complete(null));
            });
        } catch (RejectedExecutionException e) {
            // The session has ended already.
            return session.closeAsync();
        }
        return closed;
    }
}
