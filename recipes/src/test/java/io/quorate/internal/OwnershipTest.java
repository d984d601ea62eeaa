package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Key;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticket;
import io.quorate.backend.testing.ModelFixture;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an ownership leaves behind on the lane of its session. */
final class OwnershipTest {

    private static final Key QUEUE = Key.of("/locks/orders");

    private final ModelFixture fixture = new ModelFixture(1, Duration.ZERO);
    private int timers;

    @AfterEach
    void closeWorld() {
        fixture.close();
    }

    /** A busy lock would otherwise keep every lease of the last seconds in memory. */
    @Test
    void releasedOwnershipKeepsNoTimer() {
        Session session =
                fixture.await(fixture.backend().open(SessionOptions.of("a").withTimeout(fixture.sessionTimeout())));
        Ticket ticket = fixture.await(session.enqueue(Key.of("queue"), "x", null));
        Ownership ownership =
                new Ownership("a lock", counting(session), ticket, SuspensionPolicy.UNTIL_DEADLINE, Runnable::run);
        session.scheduler().execute(() -> ownership.start(() -> {}));
        fixture.eventually(() -> timers == 1, "the deadline is awaited");

        fixture.await(ownership.release());

        assertThat(timers).isZero();
    }

    /** The listeners of a session run a little later than its state changes, and nobody must be fooled in between. */
    @Test
    void failFastOwnershipEndsWithTheStateOfTheSessionAndNotWithTheNewsOfIt() {
        ScriptedSession session = new ScriptedSession();
        Ownership ownership = owned(session, SuspensionPolicy.FAIL_FAST);
        assertThat(ownership.isHeld()).isTrue();

        session.silently(SessionState.SUSPENDED);
        assertThat(ownership.isHeld()).isFalse();
        session.silently(SessionState.CONNECTED);
        assertThat(ownership.isHeld()).as("lost is lost").isFalse();
    }

    @Test
    void ownershipEndsWithTheSessionEvenIfItsProofLastsLonger() {
        for (SessionState end : List.of(SessionState.EXPIRED, SessionState.CLOSED)) {
            ScriptedSession session = new ScriptedSession();
            Ownership ownership = owned(session, SuspensionPolicy.UNTIL_DEADLINE);

            session.silently(end);

            assertThat(ownership.isHeld()).isFalse();
            assertThat(ownership.remaining()).isZero();
            assertThatThrownBy(ownership::ensureHeld).isInstanceOf(OwnershipLostException.class);
        }
    }

    @Test
    void ownershipWhoseProofHasEndedIsLostEvenIfALaterProofArrives() {
        ScriptedSession session = new ScriptedSession();
        Ownership ownership = owned(session, SuspensionPolicy.UNTIL_DEADLINE);

        session.proven = false;
        assertThat(ownership.isHeld()).isFalse();
        session.proven = true;

        assertThat(ownership.isHeld()).isFalse();
        assertThat(session.dequeued)
                .containsExactly(ScriptedSession.place(QUEUE, 0).key());
    }

    private static Ownership owned(ScriptedSession session, SuspensionPolicy policy) {
        Ticket ticket = new Ticket(QUEUE, ScriptedSession.place(QUEUE, 0), 100, ScriptedSession.ID, List.of());
        return new Ownership("a lock", session, ticket, policy, Runnable::run);
    }

    /** Returns the session with a scheduler that counts its open timers. */
    private Session counting(Session session) {
        Scheduler scheduler = new CountingScheduler(session.scheduler());
        return (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("scheduler")) {
                        return scheduler;
                    }
                    try {
                        return method.invoke(session, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private final class CountingScheduler implements Scheduler {

        private final Scheduler delegate;

        CountingScheduler(Scheduler delegate) {
            this.delegate = delegate;
        }

        @Override
        public void execute(Runnable task) {
            delegate.execute(task);
        }

        @Override
        public Subscription schedule(Runnable task, Duration delay) {
            timers++;
            Subscription timer = delegate.schedule(
                    () -> {
                        timers--;
                        task.run();
                    },
                    delay);
            return () -> {
                timers--;
                timer.close();
            };
        }

        @Override
        public boolean isOnLane() {
            return delegate.isOnLane();
        }
    }
}
