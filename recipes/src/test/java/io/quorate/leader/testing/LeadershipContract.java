package io.quorate.leader.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Session;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.ServiceState;
import io.quorate.backend.testing.VirtualTime;
import io.quorate.leader.Participant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts of the latch and of the election have in common: clients on a fixture, of which nothing is left in the end. */
public abstract class LeadershipContract {

    static final String NAME = "billing/invoices";

    private final List<Quorate> clients = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private BackendFixture fixture;

    LeadershipContract() {}

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

    final Quorate open(String owner) {
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName(owner)
                .withSessionTimeout(fixture.sessionTimeout())
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

    final List<Participant> read(Supplier<CompletableFuture<List<Participant>>> participants) {
        return fixture.await(participants.get());
    }

    final void assumeRealTime() {
        Assumptions.assumeTrue(fixture.virtualTime().isEmpty(), "blocking calls need real time");
    }
}
