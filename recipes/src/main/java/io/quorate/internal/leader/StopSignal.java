package io.quorate.internal.leader;

import io.quorate.backend.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A signal that is given once, and the callbacks for it. The flag turns in the call; callbacks are run by a serial executor, which alone
 * touches their registrations.
 */
final class StopSignal {

    private static final Logger log = LoggerFactory.getLogger(StopSignal.class);

    private static final class Registration implements Subscription {
        private final Runnable callback;
        private volatile boolean closed;

        Registration(Runnable callback) {
            this.callback = callback;
        }

        @Override
        public void close() {
            closed = true;
        }

        void run() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                callback.run();
            } catch (RuntimeException | Error e) {
                log.error("A callback for the end of a leadership threw", e);
            }
        }
    }

    private final Executor callbacks;
    private final List<Registration> registrations = new ArrayList<>();
    private boolean told;
    private volatile boolean given;

    StopSignal(Executor callbacks) {
        this.callbacks = callbacks;
    }

    boolean isGiven() {
        return given;
    }

    Subscription register(Runnable callback) {
        Registration registration = new Registration(callback);
        callbacks.execute(() -> {
            registrations.removeIf(other -> other.closed);
            if (told) {
                registration.run();
            } else {
                registrations.add(registration);
            }
        });
        return registration;
    }

    /** Gives the signal; further calls have no effect. */
    void give() {
        given = true;
        callbacks.execute(this::tell);
    }

    private void tell() {
        told = true;
        // All within this task, so that whatever is told next is told after the order to stop.
        registrations.forEach(Registration::run);
        registrations.clear();
    }
}
