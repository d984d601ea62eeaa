package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Session;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ServiceState;
import io.quorate.backend.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/**
 * A backend and clients of it, for the contracts of this package, and what is checked after each of their tests.
 *
 * <p>Tests with blocking calls are skipped on a backend in virtual time, where nobody could let time pass meanwhile.
 */
public abstract class LockWorld {

    private final List<Quorate> clients = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private BackendFixture fixture;

    /** Makes the fixture of one test. */
    protected abstract BackendFixture newFixture();

    @BeforeEach
    void startFixture() {
        fixture = newFixture();
    }

    /** After each test nothing of any client is left anywhere: no session, entry, watch, timer, or thread. */
    @AfterEach
    void closeAndFindNothingLeft() {
        try {
            clients.forEach(client -> fixture.await(client.closeAsync()));
            fixture.eventually(() -> fixture.audit().equals(ServiceState.NOTHING), "the service keeps nothing");
            fixture.backend().close();
            fixture.eventually(() -> fixture.clientThreads().isEmpty(), "no client thread is left");
            assertThat(fixture.virtualTime().map(VirtualTime::uncaught).orElse(List.of()))
                    .isEmpty();
            fixture.virtualTime().ifPresent(VirtualTime::run);
        } finally {
            fixture.close();
        }
    }

    /** Returns the fixture of the running test. */
    protected final BackendFixture fixture() {
        return fixture;
    }

    final <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        return fixture.await(future);
    }

    final Quorate open(String owner) {
        return open(owner, fixture.sessionTimeout());
    }

    final Quorate open(String owner, Duration sessionTimeout) {
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName(owner)
                .withSessionTimeout(sessionTimeout)
                .withNamespace(fixture.namespace());
        Optional<Executor> callbacks = fixture.virtualTime().map(world -> world.newLane("callbacks of " + owner));
        Quorate client = fixture.await(Quorate.openAsync(
                fixture.backend(), callbacks.map(options::withCallbackExecutor).orElse(options)));
        clients.add(client);
        return client;
    }

    final Session session(Quorate client) {
        return fixture.await(client.session());
    }

    final void assumeRealTime() {
        Assumptions.assumeTrue(fixture.virtualTime().isEmpty(), "blocking calls need real time");
    }
}
