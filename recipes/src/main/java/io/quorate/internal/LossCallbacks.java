package io.quorate.internal;

import io.quorate.backend.Subscription;
import io.quorate.lease.LossCause;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of one ownership. Registration and loss are tasks of one serial executor, which alone touches the state.
 */
final class LossCallbacks {

    private static final class Registration implements Subscription {
        private final Consumer<LossCause> callback;
        private volatile boolean closed;

        Registration(Consumer<LossCause> callback) {
            this.callback = callback;
        }

        @Override
        public void close() {
            closed = true;
        }

        void run(LossCause cause) {
            if (!closed) {
                closed = true;
                callback.accept(cause);
            }
        }
    }

    private final SerialExecutor executor;
    private final List<Registration> registrations = new ArrayList<>();
    private @Nullable LossCause cause;

    LossCallbacks(String name, Executor executor) {
        this.executor = new SerialExecutor(name, executor);
    }

    Subscription register(Consumer<LossCause> callback) {
        Registration registration = new Registration(callback);
        executor.execute(() -> add(registration));
        return registration;
    }

    void lost(LossCause reason) {
        executor.execute(() -> {
            cause = reason;
            // Each is a task of its own, so that one that throws does not keep the others from running.
            registrations.forEach(registration -> executor.execute(() -> registration.run(reason)));
            registrations.clear();
        });
    }

    /** Runs another callback of the ownership in turn with these. */
    void execute(Runnable callback) {
        executor.execute(callback);
    }

    private void add(Registration registration) {
        LossCause reason = cause;
        if (reason != null) {
            registration.run(reason);
            return;
        }
        registrations.removeIf(other -> other.closed);
        registrations.add(registration);
    }
}
