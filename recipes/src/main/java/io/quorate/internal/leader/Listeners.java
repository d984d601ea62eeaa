package io.quorate.internal.leader;

import io.quorate.backend.QuorateException;
import io.quorate.backend.Subscription;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.lease.LossCause;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of one candidate. Registrations are part of the candidate's flow of events, so that each listener is told of whole terms
 * only; calls are tasks of the executor of the callbacks, each on its own, so that one that throws does not keep the others from running.
 */
final class Listeners {

    private static final class Registration {
        private final LeadershipListener listener;
        private volatile boolean closed;

        Registration(LeadershipListener listener) {
            this.listener = listener;
        }
    }

    private final Executor flow;
    private final Executor callbacks;
    private final List<Registration> registrations = new ArrayList<>();
    private @Nullable Leadership running;

    Listeners(Executor flow, Executor callbacks) {
        this.flow = flow;
        this.callbacks = callbacks;
    }

    Subscription add(LeadershipListener listener) {
        Registration registration = new Registration(listener);
        flow.execute(() -> {
            registrations.add(registration);
            Leadership term = running;
            if (term != null) {
                tell(registration, told -> told.onAcquired(term));
            }
        });
        return () -> {
            registration.closed = true;
            flow.execute(() -> registrations.remove(registration));
        };
    }

    void acquired(Leadership term) {
        running = term;
        tellAll(told -> told.onAcquired(term));
    }

    void lost(Leadership term, LossCause cause) {
        running = null;
        tellAll(told -> told.onLost(term, cause));
    }

    void failed(QuorateException cause) {
        tellAll(told -> told.onFailed(cause));
    }

    private void tellAll(Consumer<LeadershipListener> call) {
        registrations.forEach(registration -> tell(registration, call));
    }

    private void tell(Registration registration, Consumer<LeadershipListener> call) {
        callbacks.execute(() -> {
            if (!registration.closed) {
                call.accept(registration.listener);
            }
        });
    }
}
