package io.quorate.breaker.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException.Outcome;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.Fault;
import io.quorate.backend.testing.ServiceState;
import io.quorate.backend.testing.VirtualTime;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.GuardedBackend;
import io.quorate.breaker.GuardedBackendConfig;
import io.quorate.event.BreakerEvent;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a guard promises around every backend: it is fed by the figures and by the answers of the real thing, stops what is new, lets what
 * keeps others safe pass, and closes by itself.
 *
 * <p>A backend's test module extends this class and supplies a fixture. That an open guard is open and a closed one transparent in every
 * detail is tested on the model.
 */
public abstract class GuardedBackendContract {

    private static final Key KEY = Key.of("/orders/1");
    private static final Duration SOON = Duration.ofMillis(250);
    private static final int ANY_NUMBER = Integer.MAX_VALUE;

    private static final GuardedBackendConfig CONFIG = GuardedBackendConfig.defaults()
            .withName("store")
            .withOpenDurations(Duration.ofMillis(200), Duration.ofSeconds(1));

    /** Judges by what the members say of themselves alone. */
    private static final GuardedBackendConfig BY_MEMBERS = CONFIG.withOperations(
                    ANY_NUMBER, 1, Duration.ofSeconds(5), Duration.ofSeconds(10))
            .withMembers(0, ANY_NUMBER, SOON);

    private final List<Quorate> clients = new ArrayList<>();
    private final List<Session> sessions = new ArrayList<>();
    private final List<BreakerEvent.StateChanged> told = new CopyOnWriteArrayList<>();

    /** What the service is to those who are not behind the guard. */
    @SuppressWarnings("NullAway.Init")
    private BackendFixture plain;

    @SuppressWarnings("NullAway.Init")
    private Backend outside;

    /** The same with the guard in front. */
    @SuppressWarnings("NullAway.Init")
    private BackendFixture fixture;

    /** Makes the fixture of one test. */
    protected abstract BackendFixture newFixture();

    @BeforeEach
    void startFixture() {
        plain = newFixture();
        fixture = plain;
        outside = plain.newBackend();
    }

    /** After each test nothing of any client is left anywhere: no session, entry, watch, timer, or thread. */
    @AfterEach
    void closeAndFindNothingLeft() {
        try {
            clients.forEach(client -> fixture.await(client.closeAsync()));
            sessions.forEach(session -> fixture.await(session.closeAsync()));
            fixture.eventually(() -> fixture.audit().equals(ServiceState.NOTHING), "the service keeps nothing");
            fixture.backend().close();
            outside.close();
            fixture.eventually(() -> fixture.clientThreads().isEmpty(), "no client thread is left");
            assertThat(fixture.virtualTime().map(VirtualTime::uncaught).orElse(List.of()))
                    .isEmpty();
            fixture.virtualTime().ifPresent(VirtualTime::run);
        } finally {
            plain.close();
        }
    }

    @Test
    void membersThatDoNotServeOpenItWithoutAnyOperationAndCloseItOnceTheyServe() {
        fixture.require(Fault.STOP_SERVICE);
        GuardedBackend guard = guard(BY_MEMBERS);
        Session session = open(guard);
        awaitAnswer(session);

        fixture.stopService();
        fixture.eventually(() -> !isClosed(guard), "the guard is open");
        assertThat(firstReason()).matches("[0-9]+ of [0-9]+ members serve, [0-9]+ are needed");
        assertRefused(guard, session.get(KEY, Read.LATEST));
        fixture.startService();

        // Opening is never refused, and the session that there was may have run out.
        Session next = open(guard);
        fixture.eventually(() -> isClosed(guard), "the guard is closed");
        awaitAnswer(next);
    }

    @Test
    void operationsThatAreNotAnsweredOpenItAndAnAnswerToItsOwnReadClosesIt() {
        fixture.require(Fault.HANG);
        GuardedBackend guard = guard(CONFIG.withOperations(5, 0.5, Duration.ofMillis(400), Duration.ofSeconds(10))
                .withMembers(0, ANY_NUMBER, SOON));
        Session session = open(guard);
        awaitAnswer(session);
        fixture.hang(session);

        for (int i = 0; i < 10; i++) {
            CompletableFuture<?> unused = session.get(KEY, Read.LATEST);
        }
        fixture.eventually(() -> !isClosed(guard), "the guard is open");
        assertRefused(guard, session.get(KEY, Read.LATEST));
        fixture.eventually(
                () -> told.stream()
                        .anyMatch(change ->
                                change.reason().matches("of [0-9]+ operations [0-9]+ failed and [0-9]+ were slow")),
                "it is told why");
        fixture.eventually(() -> told.size() >= 3, "a probe has failed");
        assertThat(told).extracting(BreakerEvent.StateChanged::to).startsWith("OPEN", "HALF_OPEN", "OPEN");
        fixture.restore(session);

        Session next = open(guard);
        fixture.eventually(() -> isClosed(guard), "the guard is closed");
        awaitAnswer(next);
    }

    @Test
    void whatIsNewIsRefusedAndRenewalsWatchesAndWaitersGoOnWhileMembersHaveTooManyConnections() {
        fixture.eventually(this::everyMemberServes, "every member serves");
        int members = members().size();
        // Two sessions are the guard's own, and one is of those who come from outside.
        int limit = mostConnections() + 3;
        GuardedBackend guard = guard(BY_MEMBERS.withMembers(members, limit, SOON));
        Session session = open(guard);
        Quorate inside = client(guard, "inside");
        Quorate other = client(outside, "outside");
        awaitAnswer(session);
        LockLease held = fixture.await(inside.lock("ledger").acquireAsync());
        LockLease first = fixture.await(other.lock("orders").acquireAsync());
        CompletableFuture<LockLease> between = other.lock("orders").acquireAsync();
        fixture.eventually(() -> tickets(other) == 2, "one outside waits");
        List<CompletableFuture<LockLease>> last = new ArrayList<>();
        fixture.eventually(
                () -> {
                    if (last.isEmpty() || last.get(0).isCompletedExceptionally()) {
                        last.add(0, inside.lock("orders").acquireAsync());
                    }
                    return tickets(other) == 3;
                },
                "one inside waits");
        List<Long> batches = new CopyOnWriteArrayList<>();
        session.watch(KEY, Scope.ENTRY, batch -> batches.add(batch.revision()));
        fixture.eventually(() -> batches.size() == 1, "the watch begins");

        List<Session> crowd = new ArrayList<>();
        while (crowd.size() < 6 * members && mostConnections() <= limit) {
            crowd.add(open(outside));
        }
        fixture.eventually(() -> !isClosed(guard), "the guard is open");

        assertThat(firstReason()).contains("of " + members + " members serve, " + members + " are needed");
        assertRefused(
                guard,
                session.commit(
                        Commit.builder().create(KEY, Bytes.utf8("inside")).build()));
        assertRefused(guard, inside.lock("others").acquireAsync());
        Session ofOther = fixture.await(other.session());
        fixture.await(ofOther.commit(
                Commit.builder().create(KEY, Bytes.utf8("outside")).build()));
        fixture.eventually(() -> batches.size() == 2, "the watch tells of the commit");
        long proven = session.provenUntilNanos();
        fixture.eventually(
                () -> session.provenUntilNanos() - proven
                        > fixture.sessionTimeout().toNanos(),
                "the session is renewed for longer than it would live without");
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
        fixture.await(held.release());
        assertThat(fixture.await(other.lock("ledger").acquireAsync()).isHeld()).isTrue();
        // Who waits last watches the one in between alone, and has to read the queue to learn that the first has left
        // too.
        fixture.await(first.release());
        fixture.await(between).close();
        LockLease granted = fixture.await(last.get(0));
        assertThat(granted.isHeld()).isTrue();
        fixture.await(granted.release());
        assertThat(isClosed(guard)).isFalse();

        crowd.forEach(one -> fixture.await(one.closeAsync()));
        fixture.eventually(() -> isClosed(guard), "the guard is closed");
        assertThat(fixture.await(session.get(KEY, Read.LATEST)).orElseThrow().optionalValue())
                .contains(Bytes.utf8("outside"));
        fixture.await(session.commit(Commit.builder().delete(KEY).build()));
    }

    @Test
    void operationsPassAgainOnceThereIsAnotherLeader() {
        fixture.require(Fault.KILL_LEADER);
        GuardedBackend guard = guard(BY_MEMBERS);
        Session session = open(guard);
        awaitAnswer(session);

        fixture.killLeader();

        awaitAnswer(session);
        fixture.eventually(() -> isClosed(guard), "the guard is closed");
    }

    /** Waits until operations pass. On a busy machine an election may open the guard at any time, and close it again. */
    private void awaitAnswer(Session session) {
        AtomicBoolean answered = new AtomicBoolean();
        fixture.eventually(
                () -> {
                    answered.set(answered.get() || isAnswered(session));
                    return answered.get();
                },
                "operations pass");
    }

    /** Reads, and returns whether that was answered. */
    private boolean isAnswered(Session session) {
        try {
            fixture.await(session.get(KEY, Read.LATEST));
            return true;
        } catch (BackendUnavailableException | OutcomeUnknownException e) {
            return false;
        }
    }

    // ---------------------------------------------------------------- short forms

    private GuardedBackend guard(GuardedBackendConfig config) {
        fixture = GuardedFixture.around(plain, config);
        GuardedBackend guard = (GuardedBackend) fixture.backend();
        guard.onChange(told::add, Runnable::run);
        return guard;
    }

    private Session open(Backend backend) {
        Session session = fixture.await(backend.open(fixture.options("tester")));
        sessions.add(session);
        return session;
    }

    private Quorate client(Backend backend, String owner) {
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName(owner)
                .withSessionTimeout(fixture.sessionTimeout())
                .withNamespace(fixture.namespace());
        Optional<Executor> callbacks = fixture.virtualTime().map(world -> world.newLane("callbacks of " + owner));
        Quorate client = fixture.await(Quorate.openAsync(
                backend, callbacks.map(options::withCallbackExecutor).orElse(options)));
        clients.add(client);
        return client;
    }

    private int tickets(Quorate client) {
        Session session = fixture.await(client.session());
        return fixture.await(session.list(Key.of("/locks/orders"), Content.KEYS, Read.LATEST))
                .keys()
                .size();
    }

    private List<BackendView.Member> members() {
        return fixture.await(outside.describe()).members();
    }

    private boolean everyMemberServes() {
        return members().stream()
                .noneMatch(member ->
                        member.role() == BackendView.Role.UNREACHABLE || member.role() == BackendView.Role.LOOKING);
    }

    private int mostConnections() {
        return members().stream()
                .mapToInt(member -> member.connections().orElse(0))
                .max()
                .orElseThrow();
    }

    private String firstReason() {
        fixture.eventually(() -> !told.isEmpty(), "the change is told");
        return told.get(0).reason();
    }

    private static boolean isClosed(GuardedBackend guard) {
        return guard.view().state() == BreakerState.CLOSED;
    }

    private void assertRefused(GuardedBackend guard, CompletableFuture<?> operation) {
        assertThatThrownBy(() -> fixture.await(operation))
                .isInstanceOfSatisfying(BackendUnavailableException.class, refusal -> {
                    assertThat(refusal.outcome()).isEqualTo(Outcome.DID_NOT_HAPPEN);
                    assertThat(refusal.retryAfter().orElseThrow()).isPositive();
                    assertThat(refusal).hasMessageContaining("'store'");
                });
        assertThat(guard.view().refused()).isPositive();
    }
}
