package io.quorate.internal;

import io.quorate.backend.Bytes;
import io.quorate.backend.Session;
import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What every recipe of one client shares.
 *
 * @param sessions where the session comes from
 * @param ownerName who this client is, for listings
 * @param operationTimeout how long a blocking operation without a limit of its own waits for the backend
 * @param callbackExecutor where user code runs
 * @param workers where user code runs that may take long, such as the body of an election
 * @param events the way to the user's listener
 * @param delays for what has to wait while there is no session
 * @param openRecipes what has to come to an end before the session is closed
 */
public record Client(
        SessionSource sessions,
        Bytes ownerName,
        Duration operationTimeout,
        Executor callbackExecutor,
        Executor workers,
        Events events,
        Delays delays,
        OpenRecipes openRecipes) {

    /**
     * Runs a task once the delay has passed on the ticker of the session; early if that session ends, and by other means if there is none.
     * The task must not block.
     *
     * @return closes to cancel the task if it has not begun
     */
    public Subscription after(Duration delay, Runnable task) {
        Session session = sessions.openSession();
        return session == null ? delays.schedule(task, delay) : SessionTimer.start(session, task, delay);
    }

    /**
     * Refuses to wait where waiting would never end.
     *
     * @throws IllegalStateException on the event lane, which would have to deliver what is waited for
     */
    public void refuseToWaitOnLane() {
        if (sessions.isOnLane()) {
            throw new IllegalStateException(
                    "a blocking call on the session's event lane would wait for itself; use the asynchronous form here");
        }
    }
}
