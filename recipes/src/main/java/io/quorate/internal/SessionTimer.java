package io.quorate.internal;

import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A task that runs after a delay on a session's time, or when the session ends, which would otherwise swallow the timer. */
final class SessionTimer implements Subscription {

    private final Runnable task;
    private final AtomicBoolean done = new AtomicBoolean();
    private volatile Subscription timer = () -> {};
    private volatile Subscription end = () -> {};

    private SessionTimer(Runnable task) {
        this.task = task;
    }

    static SessionTimer start(Session session, Runnable task, Duration delay) {
        SessionTimer started = new SessionTimer(task);
        started.end = session.onState(started::sessionIs);
        try {
            started.timer = session.scheduler().schedule(started::run, delay);
        } catch (RejectedExecutionException e) {
            started.run();
        }
        // The session may have ended before the registration.
        started.sessionIs(session.state());
        return started;
    }

    @Override
    public void close() {
        if (done.compareAndSet(false, true)) {
            forget();
        }
    }

    private void sessionIs(SessionState state) {
        if (state.isTerminal()) {
            run();
        }
    }

    private void run() {
        if (done.compareAndSet(false, true)) {
            forget();
            task.run();
        }
    }

    private void forget() {
        timer.close();
        end.close();
    }
}
