package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.OverloadedException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import io.quorate.event.OperationEvent;
import io.quorate.event.OperationEvent.Kind;
import io.quorate.event.OperationEvent.Outcome;
import io.quorate.event.QuorateListener;
import io.quorate.event.SessionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a listener is told of a session's states and operations, and that the session stays what it is. */
final class ObservedSessionTest {

    private static final Key KEY = Key.of("/orders");

    private final ScriptedSession session = new ScriptedSession();
    private final List<SessionEvent> states = new ArrayList<>();
    private final List<OperationEvent> operations = new ArrayList<>();
    private final Session observed = ObservedSession.of(
            session,
            Events.to(
                    new QuorateListener() {
                        @Override
                        public void onSession(SessionEvent event) {
                            states.add(event);
                        }

                        @Override
                        public void onOperation(OperationEvent event) {
                            operations.add(event);
                        }
                    },
                    Runnable::run));

    @Test
    void everyStateIsToldFromTheFirstOn() {
        session.becomes(SessionState.SUSPENDED);
        session.becomes(SessionState.CONNECTED);
        session.becomes(SessionState.EXPIRED);

        assertThat(states)
                .extracting(SessionEvent::state)
                .containsExactly(
                        SessionState.CONNECTED, SessionState.SUSPENDED, SessionState.CONNECTED, SessionState.EXPIRED);
        assertThat(states).extracting(SessionEvent::session).containsOnly(ScriptedSession.ID);
    }

    @Test
    void operationIsToldOnceItHasEnded() {
        CompletableFuture<?> read = observed.get(KEY, Read.ANY);
        assertThat(operations).isEmpty();

        session.reads.get(0).complete(Optional.empty());

        assertThat(read).isCompleted();
        assertThat(operations).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(Kind.GET);
            assertThat(event.outcome()).isEqualTo(Outcome.DONE);
            assertThat(event.took()).isZero();
            assertThat(event.failure()).isEmpty();
        });
    }

    @Test
    void kindIsThatOfTheOperation() {
        CompletableFuture<?> listing = observed.list(KEY, Content.KEYS, Read.ANY);
        session.listed(0, KEY);
        CompletableFuture<?> one = observed.enqueue(KEY, "x", Bytes.EMPTY);
        session.ticket(0, KEY, 0);
        CompletableFuture<?> all = observed.enqueueAll(List.of(KEY), "x", Bytes.EMPTY);
        session.ticket(1, KEY, 1);
        CompletableFuture<?> commit =
                observed.commit(Commit.builder().create(KEY, null).build());
        session.commits.get(0).completeExceptionally(new OverloadedException("too much", null));

        assertThat(List.of(listing, one, all, commit)).allMatch(CompletableFuture::isDone);
        assertThat(operations)
                .extracting(OperationEvent::kind)
                .containsExactly(Kind.LIST, Kind.ENQUEUE, Kind.ENQUEUE, Kind.COMMIT);
    }

    @Test
    void outcomeSaysWhatCanBeKnownOfAFailure() {
        List<Throwable> failures = List.of(
                new OverloadedException("too much", null),
                new OutcomeUnknownException("the reply was lost", null),
                new SessionExpiredException(ScriptedSession.ID),
                new TimeoutException("the caller's limit"),
                new IllegalStateException("a mistake"));
        for (int i = 0; i < failures.size(); i++) {
            CompletableFuture<?> unused = observed.get(KEY, Read.ANY);
            session.reads.get(i).completeExceptionally(failures.get(i));
        }

        assertThat(operations)
                .extracting(OperationEvent::outcome)
                .containsExactly(
                        Outcome.DID_NOT_HAPPEN,
                        Outcome.UNKNOWN,
                        Outcome.SESSION_GONE,
                        Outcome.CANCELLED,
                        Outcome.UNKNOWN);
        assertThat(operations.get(0).failure()).contains((OverloadedException) failures.get(0));
    }

    @Test
    void cancellingReachesTheSession() {
        CompletableFuture<Ticket> asked = observed.enqueue(KEY, "x", Bytes.EMPTY);

        asked.cancel(false);

        assertThat(session.enqueued.get(0)).isCancelled();
        assertThat(operations).extracting(OperationEvent::outcome).containsExactly(Outcome.CANCELLED);
    }

    @Test
    void everythingElseIsTheSessionsOwn() {
        assertThat(observed.id()).isEqualTo(session.id());
        assertThat(observed.state()).isEqualTo(session.state());
        assertThat(observed.options()).isEqualTo(session.options());
        assertThat(observed.capabilities()).isEqualTo(session.capabilities());
        assertThat(observed.provenUntilNanos()).isEqualTo(session.provenUntilNanos());

        observed.close();

        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThat(operations).isEmpty();
    }
}
