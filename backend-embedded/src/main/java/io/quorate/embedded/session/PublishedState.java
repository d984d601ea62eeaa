package io.quorate.embedded.session;

import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of a session as its user sees it. Changed on the session's lane only, read by any thread. */
final class PublishedState {

    private static final Logger log = LoggerFactory.getLogger(PublishedState.class);

    private final String session;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile SessionState state = SessionState.CONNECTED;

    PublishedState(String session) {
        this.session = session;
    }

    SessionState get() {
        return state;
    }

    Subscription onChange(Consumer<SessionState> listener) {
        Listener registered = new Listener(listener);
        listeners.add(registered);
        return registered;
    }

    /** Publishes a state and tells the listeners, unless a terminal state was published before. */
    void publish(SessionState now) {
        if (!state.isTerminal()) {
            state = now;
            listeners.forEach(listener -> listener.tell(now));
        }
    }

    private final class Listener implements Subscription {
        private final Consumer<SessionState> consumer;

        Listener(Consumer<SessionState> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void close() {
            listeners.remove(this);
        }

        void tell(SessionState now) {
            if (!listeners.contains(this)) {
                return;
            }
            try {
                consumer.accept(now);
            } catch (RuntimeException | Error e) {
                log.error("A state listener of {} threw", session, e);
            }
        }
    }
}
