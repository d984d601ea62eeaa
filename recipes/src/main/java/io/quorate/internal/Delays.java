package io.quorate.internal;

import io.quorate.backend.Subscription;
import java.time.Duration;

/** A source of delays that does not depend on a session. */
@FunctionalInterface
public interface Delays {

    /**
     * Runs a task once the delay has passed. The task must not block.
     *
     * @return closes to cancel the task if it has not begun
     */
    Subscription schedule(Runnable task, Duration delay);
}
