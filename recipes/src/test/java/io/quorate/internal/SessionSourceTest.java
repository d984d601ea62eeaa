package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who asks for the session while it is on its way gets it in turn, and nobody gets one that has ended. */
final class SessionSourceTest {

    private final SlowBackend backend = new SlowBackend();
    private final SessionSource sessions = new SessionSource(backend, SessionOptions.of("a"), Events.NONE);
    private final List<String> told = new ArrayList<>();

    @Test
    void thoseWhoAskWhileTheSessionIsOpenedGetItInTheOrderInWhichTheyAsked() {
        for (int i = 1; i <= 4; i++) {
            ask(String.valueOf(i));
        }
        assertThat(backend.opened).hasSize(1);

        backend.opened.get(0).complete(new ScriptedSession());

        assertThat(told).containsExactly("1", "2", "3", "4");
    }

    @Test
    void whoAsksInBetweenComesAfterThoseWhoAskedBefore() {
        sessions.current().whenComplete((live, failure) -> {
            told.add("1");
            ask("3");
        });
        ask("2");

        backend.opened.get(0).complete(new ScriptedSession());

        assertThat(told).containsExactly("1", "2", "3");
        ask("4");
        assertThat(told).endsWith("4");
    }

    @Test
    void sessionIsKnownToBeOpenToThoseWhoAreToldOfIt() {
        ScriptedSession session = new ScriptedSession();
        sessions.current().whenComplete((live, failure) -> told.add("open: " + (sessions.openSession() == session)));

        backend.opened.get(0).complete(session);

        assertThat(told).containsExactly("open: true");
    }

    @Test
    void failureIsToldInTheSameOrderAndTheNextWhoAsksTriesAgain() {
        sessions.current().whenComplete((live, failure) -> told.add("first " + (failure != null)));
        sessions.current().whenComplete((live, failure) -> told.add("second " + (failure != null)));

        backend.opened.get(0).completeExceptionally(new BackendUnavailableException("down", null));
        assertThat(told).containsExactly("first true", "second true");

        ask("again");
        backend.opened.get(1).complete(new ScriptedSession());
        assertThat(told).endsWith("again");
    }

    @Test
    void sessionThatHasEndedIsFollowedByAnother() {
        ScriptedSession first = new ScriptedSession();
        ask("1");
        backend.opened.get(0).complete(first);
        first.becomes(SessionState.EXPIRED);

        ask("2");

        assertThat(sessions.openSession()).isNull();
        assertThat(backend.opened).hasSize(2);
        assertThat(told).containsExactly("1");
    }

    @Test
    void futureOfOneCallerIsNotThatOfAnother() {
        CompletableFuture<LiveSession> givesUp = sessions.current();
        ask("patient");
        givesUp.cancel(false);

        backend.opened.get(0).complete(new ScriptedSession());

        assertThat(told).containsExactly("patient");
        sessions.current().cancel(false);
        ask("again");
        assertThat(told).endsWith("again");
    }

    private void ask(String who) {
        sessions.current().whenComplete((live, failure) -> {
            if (live != null) {
                told.add(who);
            }
        });
    }

    /** A backend whose sessions open when a test says so. */
    private static final class SlowBackend implements Backend {

        private final List<CompletableFuture<Session>> opened = new ArrayList<>();

        @Override
        public CompletableFuture<Session> open(SessionOptions options) {
            CompletableFuture<Session> session = new CompletableFuture<>();
            opened.add(session);
            return session;
        }

        @Override
        public Capabilities capabilities() {
            throw new UnsupportedOperationException("not asked for");
        }

        @Override
        public CompletableFuture<BackendView> describe() {
            throw new UnsupportedOperationException("not asked for");
        }

        @Override
        public void close() {}
    }
}
