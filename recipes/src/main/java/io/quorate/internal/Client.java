package io.quorate.internal;

import io.quorate.backend.Bytes;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What every recipe of one client shares.
 *
 * @param sessions where the session comes from
 * @param ownerName who this client is, for listings
 * @param operationTimeout how long a blocking operation without a limit of its own waits for the backend
 * @param callbackExecutor where user code runs
 * @param events the way to the user's listener
 */
public record Client(
        SessionSource sessions, Bytes ownerName, Duration operationTimeout, Executor callbackExecutor, Events events) {

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
