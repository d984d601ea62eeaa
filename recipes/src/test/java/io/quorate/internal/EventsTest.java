package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.SessionId;
import io.quorate.backend.SessionState;
import io.quorate.event.QuorateListener;
import io.quorate.event.SessionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** How events get to a listener that may be slow, that may throw, and whose executor may refuse. */
final class EventsTest {

    private final List<String> told = new ArrayList<>();
    private final List<Runnable> tasks = new ArrayList<>();

    /** Writes down the session of each event, and what was dropped. */
    private final QuorateListener listener = new QuorateListener() {
        @Override
        public void onSession(SessionEvent event) {
            told.add(String.valueOf(event.session().value()));
        }

        @Override
        public void onDropped(long count) {
            told.add("dropped " + count);
        }
    };

    private static void tell(Events events, long number) {
        SessionEvent event = new SessionEvent(new SessionId(number), SessionState.CONNECTED);
        events.tell(listener -> listener.onSession(event));
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove(0).run();
        }
    }

    @Test
    void eventsAreToldInOrderByOneTaskAtATime() {
        Events events = Events.to(listener, tasks::add);
        for (int i = 0; i < 3; i++) {
            tell(events, i);
        }
        assertThat(tasks).as("more would be told at the same time").hasSize(1);

        runTasks();
        tell(events, 3);
        runTasks();

        assertThat(told).containsExactly("0", "1", "2", "3");
    }

    @Test
    void eventThatTheListenerCausesComesAfterThoseThatWait() {
        List<Events> own = new ArrayList<>();
        Events events = Events.to(
                new QuorateListener() {
                    @Override
                    public void onSession(SessionEvent event) {
                        listener.onSession(event);
                        if (event.session().value() == 0) {
                            tell(own.get(0), 9);
                        }
                    }
                },
                tasks::add);
        own.add(events);

        tell(events, 0);
        tell(events, 1);
        runTasks();

        assertThat(told).containsExactly("0", "1", "9");
    }

    @Test
    void listenerThatThrowsIsToldOfTheNextEventAllTheSame() {
        Events events = Events.to(
                new QuorateListener() {
                    @Override
                    public void onSession(SessionEvent event) {
                        listener.onSession(event);
                        throw new IllegalStateException("a user's listener fails");
                    }
                },
                Runnable::run);

        tell(events, 0);
        tell(events, 1);

        assertThat(told).containsExactly("0", "1");
    }

    @Test
    void whatASlowListenerCannotTakeIsDroppedAndCounted() {
        Events events = Events.to(listener, tasks::add);
        for (int i = 0; i < Events.MAX_WAITING + 5; i++) {
            tell(events, i);
        }

        runTasks();

        assertThat(told).hasSize(Events.MAX_WAITING + 1).startsWith("dropped 5", "0", "1");
        tell(events, 7);
        runTasks();
        assertThat(told).endsWith("7");
    }

    @Test
    void executorThatRefusesCostsTheEventsThatWaitAndNoOthers() {
        List<Boolean> refuses = new ArrayList<>(List.of(true));
        Events events = Events.to(listener, task -> {
            if (refuses.get(0)) {
                throw new RejectedExecutionException("a user's executor refuses");
            }
            task.run();
        });
        tell(events, 0);
        refuses.set(0, false);

        tell(events, 1);

        assertThat(told).containsExactly("dropped 1", "1");
    }

    @Test
    void nothingIsToldIfNobodyListens() {
        assertThat(Events.NONE.isObserved()).isFalse();
        Events.NONE.tell(nobody -> told.add("told"));

        assertThat(told).isEmpty();
        assertThat(Events.to(listener, Runnable::run).isObserved()).isTrue();
    }
}
