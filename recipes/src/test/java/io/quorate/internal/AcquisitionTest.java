package io.quorate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SuspensionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What an attempt leaves behind when its user gives up in the middle of a step. */
final class AcquisitionTest {

    private final ScriptedSession session = new ScriptedSession();

    @Test
    void attemptThatIsCancelledWhileItQueuesUpTakesItsTicketBack() {
        List<CompletableFuture<?>> result = new ArrayList<>();
        Acquisition<String> acquisition = new Acquisition<>(
                new SessionSource(new OneSession(), SessionOptions.of("a"), Events.NONE),
                new Acquisition.Request(
                        "a lock",
                        Key.of("/locks/orders"),
                        "x",
                        Bytes.EMPTY,
                        GrantRule.FIRST_ONLY,
                        SuspensionPolicy.FAIL_FAST,
                        false),
                Runnable::run,
                Runnable::run,
                ownership -> "granted");
        // The user's thread cancels while the lane is between asking for the ticket and remembering that it did.
        session.onEnqueue = () -> result.get(0).cancel(false);
        session.atOnce = false;

        result.add(acquisition.begin());
        session.runTasks();

        assertThat(session.enqueued)
                .singleElement()
                .satisfies(ticket -> assertThat(ticket).isCancelled());
    }

    private final class OneSession implements Backend {

        @Override
        public CompletableFuture<Session> open(SessionOptions options) {
            return CompletableFuture.completedFuture(session);
        }

        @Override
        public Capabilities capabilities() {
            return session.capabilities();
        }

        @Override
        public CompletableFuture<BackendView> describe() {
            throw new UnsupportedOperationException("not in the script");
        }

        @Override
        public void close() {}
    }
}
