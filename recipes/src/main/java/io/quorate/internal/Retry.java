package io.quorate.internal;

import io.quorate.backend.Session;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/**
 * The second attempt at what a living session was refused, as it is when too much is in flight or a guard is around the backend: whoever
 * waits for the outcome would otherwise wait for ever.
 */
final class Retry {

    /** How long to pause: long enough not to add to what has overloaded the backend. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private Retry() {}

    /** Runs a task on the lane after a pause, unless the session ends before, which is told by other means. */
    static void later(Session session, Runnable task) {
        if (session.state().isTerminal()) {
            return;
        }
        try {
            session.scheduler().schedule(task, PAUSE);
        } catch (RejectedExecutionException e) {
            // The session has ended in this very moment.
        }
    }
}
