package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * What simulations of recipes on the model share: clients in virtual time, faults of their sessions, an operator who takes entries away by
 * force, the end of all faults, and a look at what must hold after every event.
 */
public final class ModelSimulation {

    private static final int LONGEST_PAUSE_MILLIS = 8_000;
    private static final int TRACE_LINES = 30;

    private final ModelFixture fixture;
    private final VirtualTime world;
    private final RandomGenerator random;
    private final List<Quorate> clients = new ArrayList<>();
    private final Set<Key> deleted = new HashSet<>();

    /** What may happen to a session. */
    public enum SessionFault {
        CUT,
        HANG,
        RESTORE,
        EXPIRE,
        PAUSE,
        LOSE_REPLY
    }

    /** Creates a world without clients. */
    public ModelSimulation(long seed, Duration latency) {
        this.fixture = new ModelFixture(seed, latency);
        this.world = fixture.time();
        this.random = world.random();
    }

    /** Returns the service and what can be done to it. */
    public ModelFixture fixture() {
        return fixture;
    }

    /** Returns the time. */
    public VirtualTime world() {
        return world;
    }

    /** Returns the source of all chance. */
    public RandomGenerator random() {
        return random;
    }

    /** Returns a random time of at least a millisecond. */
    public Duration randomTime(int maxMillis) {
        return Duration.ofMillis(1 + random.nextInt(maxMillis));
    }

    // ---- clients

    /** Opens a client whose callbacks run on a lane of its own. */
    public Quorate open(String owner) {
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName(owner)
                .withSessionTimeout(fixture.sessionTimeout())
                .withCallbackExecutor(world.newLane("callbacks of " + owner));
        Quorate client = fixture.await(Quorate.openAsync(fixture.newBackend(), options));
        clients.add(client);
        return client;
    }

    /** Returns the clients, in the order in which they were opened. */
    public List<Quorate> clients() {
        return List.copyOf(clients);
    }

    private static Optional<Session> session(Quorate client) {
        CompletableFuture<Session> current = client.session();
        return current.isDone() && !current.isCompletedExceptionally() ? Optional.of(current.join()) : Optional.empty();
    }

    /** Closes all clients, and checks that they leave nothing and that no callback has thrown. */
    public void closeAll() {
        clients.forEach(client -> fixture.await(client.closeAsync()));
        fixture.eventually(() -> fixture.audit().equals(ServiceState.NOTHING), "the service keeps nothing");
        world.advance(Duration.ofSeconds(30));
        assertThat(world.uncaught()).isEmpty();
    }

    // ---- faults

    /** Lets something happen to the session of a client, if it has one. */
    public void strike(Quorate client, SessionFault fault) {
        session(client).ifPresent(session -> {
            switch (fault) {
                case CUT -> fixture.cut(session);
                case HANG -> fixture.hang(session);
                case RESTORE -> fixture.restore(session);
                case EXPIRE -> byForce(() -> fixture.expire(session));
                case PAUSE -> fixture.pause(session, randomTime(LONGEST_PAUSE_MILLIS));
                case LOSE_REPLY -> {
                    if (fixture.service().isOpen(session.id())) {
                        fixture.loseNextReply(session);
                    }
                }
            }
        });
    }

    /** Has an operator delete an entry, and all that is below it. */
    public void delete(Key key) {
        byForce(() -> fixture.deleteRaw(key));
    }

    /** Does what takes entries away from sessions that are proven to live. */
    private void byForce(Runnable action) {
        Set<Key> before = fixture.service().keys();
        action.run();
        Set<Key> after = fixture.service().keys();
        before.stream().filter(key -> !after.contains(key)).forEach(deleted::add);
    }

    /** Returns whether what is held has its entry; without one it was deprived of it by force, and has not heard of it yet. */
    public boolean hasEntry(Object held, Key key) {
        boolean exists = fixture.service().exists(key);
        assertThat(exists || deleted.contains(key))
                .as("%s is held without its entry; trace %s", held, tail())
                .isTrue();
        return exists;
    }

    /** Ends all faults. */
    public void heal() {
        fixture.startService();
        clients.forEach(client -> strike(client, SessionFault.RESTORE));
        // A session that opens while its predecessor is being forgotten may still carry a fault of the last moment.
        Subscription unused = world.after(
                Duration.ofSeconds(5), () -> clients.forEach(client -> strike(client, SessionFault.RESTORE)));
    }

    // ---- looking

    /** Lets time pass until a condition holds, and looks at what must hold after each event. */
    public void watch(Runnable check, BooleanSupplier condition, Duration limit) {
        world.runUntil(
                () -> {
                    check.run();
                    return condition.getAsBoolean();
                },
                limit);
    }

    /** Returns what happened last. */
    public String tail() {
        List<String> trace = world.trace();
        return "\n" + String.join("\n", trace.subList(Math.max(0, trace.size() - TRACE_LINES), trace.size()));
    }
}
