package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Key;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.Ticket;
import io.quorate.backend.testing.ModelFixture;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an ownership leaves behind on the lane of its session. */
final class OwnershipTest {

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
        session.scheduler().execute(ownership::start);
        fixture.eventually(() -> timers == 1, "the deadline is awaited");

        fixture.await(ownership.release());

        assertThat(timers).isZero();
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
