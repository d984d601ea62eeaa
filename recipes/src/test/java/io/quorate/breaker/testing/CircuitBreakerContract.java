package io.quorate.breaker.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.testing.BackendFixture;
import io.quorate.backend.testing.Fault;
import io.quorate.backend.testing.ServiceState;
import io.quorate.backend.testing.VirtualTime;
import io.quorate.breaker.Authority;
import io.quorate.breaker.BreakerChange;
import io.quorate.breaker.BreakerOverride;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.BreakerView;
import io.quorate.breaker.CallCounts;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.CircuitBreakerOpenException;
import io.quorate.breaker.Permission;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every shared circuit breaker promises, on every backend.
 *
 * <p>A backend's test module extends this class and supplies a fixture. Two tests let time pass inside a call and are skipped where time
 * is real.
 */
public abstract class CircuitBreakerContract {

    private static final String NAME = "payments";
    private static final Key ROOT = Key.of("/breakers/payments");
    private static final Key STATE = ROOT.child("state");

    /** Probes soon, so that tests in real time take little of it. */
    private static final CircuitBreakerConfig QUICK = CircuitBreakerConfig.builder()
            .openCircuitDuration(Duration.ofMillis(300))
            .sleepWindow(Duration.ofMillis(200))
            .build();

    /** Stays open for longer than any test takes. */
    private static final CircuitBreakerConfig LASTING =
            QUICK.toBuilder().openCircuitDuration(Duration.ofHours(1)).build();

    private final List<Quorate> clients = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private BackendFixture fixture;

    /** Makes the fixture of one test. */
    protected abstract BackendFixture newFixture();

    @BeforeEach
    void startFixture() {
        fixture = newFixture();
    }

    /** After each test nothing of any client is left anywhere: no session, entry of a session, watch, timer, or thread. */
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

    @Test
    void newInstanceIsClosedAndWritesNothing() {
        Quorate client = open("a");
        CircuitBreaker breaker = breaker(client, QUICK);

        assertThat(breaker.view().state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.view().epoch()).isZero();
        pass(Duration.ofSeconds(3));
        assertThat(children(client, ROOT).parentExists()).isFalse();
    }

    @Test
    void stateOpensForAllWhenTheCallsOfAllTogetherFailTooOften() {
        CircuitBreaker a = breaker(open("a"), LASTING);
        CircuitBreaker b = breaker(open("b"), LASTING);
        fail(a, 10);
        fail(b, 10);

        fixture.eventually(() -> isOpen(a) && isOpen(b), "both are open");
        assertThat(a.view().authority()).isEqualTo(Authority.CLUSTER);
        assertThat(a.view().epoch()).isEqualTo(1).isEqualTo(b.view().epoch());
        assertThat(a.view().revision()).isPositive();
    }

    @Test
    void instanceThatMadeNoCallsOpensWithTheOthers() {
        CircuitBreaker a = breaker(open("a"), LASTING);
        CircuitBreaker idle = breaker(open("idle"), LASTING);
        fail(a, 20);

        fixture.eventually(() -> isOpen(idle), "the idle instance is open");
        assertThat(idle.view().authority()).isEqualTo(Authority.CLUSTER);
    }

    @Test
    void instanceThatComesLateFindsTheStateOpen() {
        CircuitBreaker a = breaker(open("a"), LASTING);
        fail(a, 20);
        fixture.eventually(() -> isOpen(a), "the breaker is open");

        CircuitBreaker late = breaker(open("late"), LASTING);

        assertThat(late.view().state()).isEqualTo(BreakerState.OPEN);
        assertThat(late.view().epoch()).isEqualTo(1);
    }

    @Test
    void fewCallsMeanNothing() {
        CircuitBreaker a = breaker(open("a"), QUICK);
        CircuitBreaker b = breaker(open("b"), QUICK);
        fail(a, 10);
        fail(b, 9);
        publishSomethingElse();

        assertThat(a.view().state()).isEqualTo(BreakerState.CLOSED);
        assertThat(b.view().state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void rejectedCallIsNotMadeAndSaysWhyAndHowLong() {
        CircuitBreaker breaker = breaker(open("a"), LASTING);
        fail(breaker, 20);
        fixture.eventually(() -> isOpen(breaker), "the breaker is open");
        AtomicInteger made = new AtomicInteger();

        assertThatThrownBy(() -> breaker.execute(made::incrementAndGet))
                .isInstanceOfSatisfying(CircuitBreakerOpenException.class, rejection -> {
                    assertThat(rejection.state()).isEqualTo(BreakerState.OPEN);
                    assertThat(rejection.authority()).isEqualTo(Authority.CLUSTER);
                    assertThat(rejection.epoch()).isEqualTo(1);
                    assertThat(rejection.retryAfter()).isPositive().isLessThanOrEqualTo(LASTING.openCircuitDuration());
                });
        assertThat(made).hasValue(0);
        assertThat(breaker.view().rejected()).isEqualTo(1);
        assertThat(breaker.tryAcquirePermission()).isEmpty();
        assertThat(breaker.executeAsync(() -> CompletableFuture.completedFuture(made.incrementAndGet())))
                .isCompletedExceptionally();
        assertThat(made).hasValue(0);
    }

    @Test
    void instanceThatFailsAloneOpensAlone() {
        CircuitBreaker bad = breaker(open("bad"), LASTING);
        CircuitBreaker good = breaker(open("good"), LASTING);
        CircuitBreaker alsoGood = breaker(open("also good"), LASTING);
        succeed(good, 5);
        succeed(alsoGood, 5);
        fixture.eventually(() -> windows(clients.get(0)) == 2, "the good ones have a voice");
        fail(bad, 100);

        fixture.eventually(() -> isOpen(bad), "the bad one is open");
        assertThat(bad.view().authority()).isEqualTo(Authority.INSTANCE);
        assertThat(good.view().state()).isEqualTo(BreakerState.CLOSED);
        assertThat(alsoGood.view().state()).isEqualTo(BreakerState.CLOSED);
        assertThat(exists(clients.get(0), STATE)).isFalse();
    }

    @Test
    void breakerClosesForAllOnceAllProbesHaveSucceeded() {
        CircuitBreaker a = breaker(open("a"), QUICK);
        CircuitBreaker b = breaker(open("b"), QUICK);
        fail(a, 20);
        fixture.eventually(() -> isOpen(a) && isOpen(b), "both are open");
        AtomicInteger probes = new AtomicInteger();

        fixture.eventually(
                () -> {
                    probe(a, probes);
                    probe(b, probes);
                    return isClosed(a) && isClosed(b);
                },
                "both are closed");
        assertThat(a.view().authority()).isEqualTo(Authority.CLUSTER);
        assertThat(a.view().epoch()).isEqualTo(3).isEqualTo(b.view().epoch());
        assertThat(probes).as("probes of the round").hasValue(QUICK.permittedProbes());
        assertThat(a.view().window()).as("a new beginning").isEqualTo(CallCounts.NONE);
    }

    @Test
    void failedProbeOpensTheBreakerAgain() {
        CircuitBreaker a = breaker(open("a"), QUICK);
        CircuitBreaker b = breaker(open("b"), QUICK);
        fail(a, 20);
        fixture.eventually(() -> isOpen(b), "the breaker is open");

        fixture.eventually(
                () -> {
                    fail(a, 1);
                    return b.view().epoch() >= 3;
                },
                "a probe has failed");
        AtomicInteger probes = new AtomicInteger();
        fixture.eventually(
                () -> {
                    probe(b, probes);
                    return isClosed(b);
                },
                "the next round succeeds");
    }

    @Test
    void noMoreProbesPassThanPermittedInTheWholeCluster() {
        CircuitBreakerConfig one = QUICK.toBuilder().permittedProbes(1).build();
        CircuitBreaker a = breaker(open("a"), one);
        CircuitBreaker b = breaker(open("b"), one);
        fail(a, 20);
        Permission probe = probeOf(a);

        for (int i = 0; i < 20; i++) {
            assertThat(a.tryAcquirePermission()).isEmpty();
            assertThat(b.tryAcquirePermission()).isEmpty();
        }
        publishSomethingElse();
        assertThat(b.tryAcquirePermission()).isEmpty();

        probe.onSuccess();
        fixture.eventually(() -> isClosed(a) && isClosed(b), "the breaker is closed");
    }

    @Test
    void permitOfAProberThatDiesIsFree() {
        fixture.require(Fault.EXPIRE);
        CircuitBreakerConfig one = QUICK.toBuilder()
                .permittedProbes(1)
                .probeTimeout(Duration.ofHours(1))
                .build();
        Quorate dying = open("dying");
        CircuitBreaker a = breaker(dying, one);
        CircuitBreaker b = breaker(open("b"), one);
        fail(a, 20);
        probeOf(a);

        fixture.expire(session(dying));

        AtomicInteger probes = new AtomicInteger();
        fixture.eventually(
                () -> {
                    probe(b, probes);
                    return isClosed(b);
                },
                "the other one has probed");
        fixture.eventually(() -> isClosed(a), "who died follows with its next session");
    }

    @Test
    void probeThatDoesNotComeBackCountsAsFailed() {
        CircuitBreakerConfig one = QUICK.toBuilder()
                .permittedProbes(1)
                .probeTimeout(Duration.ofMillis(500))
                .build();
        CircuitBreaker a = breaker(open("a"), one);
        CircuitBreaker b = breaker(open("b"), one);
        fail(a, 20);
        Permission lost = probeOf(a);

        fixture.eventually(() -> b.view().epoch() >= 3, "the round has failed");
        long epoch = b.view().epoch();
        lost.onSuccess();
        assertThat(b.view().epoch()).isGreaterThanOrEqualTo(epoch);
        fixture.eventually(
                () -> {
                    probe(b, new AtomicInteger());
                    return isClosed(b);
                },
                "nobody is stuck");
    }

    @Test
    void overrideHoldsForAllAndEndsForAll() {
        CircuitBreaker a = breaker(open("a"), QUICK);
        CircuitBreaker b = breaker(open("b"), QUICK);

        fixture.await(a.overrideAsync(BreakerOverride.forcedOpen("maintenance", Duration.ofHours(1))));
        fixture.eventually(() -> isOpen(a) && isOpen(b), "both are forced open");
        assertThat(b.view().override()).hasValue(BreakerOverride.forcedOpen("maintenance", Duration.ofHours(1)));
        assertThatThrownBy(() -> b.execute(() -> 1)).isInstanceOf(CircuitBreakerOpenException.class);

        fixture.await(b.overrideAsync(BreakerOverride.metricsOnly("watching", Duration.ofHours(1))));
        fixture.eventually(() -> isClosed(a) && isClosed(b), "both pass calls");
        fail(a, 40);
        fixture.eventually(() -> windows(clients.get(0)) == 1, "the calls are published");
        publishSomethingElse();
        assertThat(b.view().epoch()).as("nothing opens").isZero();
        assertThat(a.view().window().failures()).isEqualTo(40);

        fixture.await(a.clearOverrideAsync());
        fixture.eventually(() -> b.view().override().isEmpty(), "the override is gone");
        fixture.await(a.clearOverrideAsync());
    }

    @Test
    void overrideEndsByItselfWhenItsTimeIsOver() {
        CircuitBreaker a = breaker(open("a"), QUICK);
        CircuitBreaker b = breaker(open("b"), QUICK);

        fixture.await(a.overrideAsync(BreakerOverride.forcedOpen("restart", Duration.ofMillis(700))));
        fixture.eventually(() -> isOpen(b), "it holds");

        fixture.eventually(() -> isClosed(a) && isClosed(b), "it ends");
        assertThat(b.view().override()).isEmpty();
        assertThat(b.view().epoch()).isZero();
    }

    @Test
    void disabledBreakerPassesCallsAndCountsNone() {
        CircuitBreaker breaker = breaker(open("a"), QUICK);
        fixture.await(breaker.overrideAsync(BreakerOverride.disabled("incident 7", Duration.ofHours(1))));
        fixture.eventually(() -> breaker.view().override().isPresent(), "it is disabled");

        fail(breaker, 100);

        assertThat(breaker.view().window()).isEqualTo(CallCounts.NONE);
        assertThat(breaker.view().state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void cutOffInstanceDecidesAloneAndRejoins() {
        fixture.require(Fault.CUT);
        Quorate cut = open("cut");
        CircuitBreaker a = breaker(cut, LASTING);
        CircuitBreaker b = breaker(open("b"), QUICK);
        Session session = session(cut);
        fixture.cut(session);
        fixture.eventually(() -> a.view().authority() == Authority.DETACHED, "it knows that it is alone");
        fail(a, 20);
        fixture.eventually(() -> isOpen(a), "it opens alone");
        assertThat(a.view().authority()).isEqualTo(Authority.DETACHED);
        assertThat(isClosed(b)).isTrue();

        fail(b, 20);
        fixture.eventually(() -> b.view().epoch() >= 1, "the others open without it");
        fixture.eventually(
                () -> {
                    probe(b, new AtomicInteger());
                    return isClosed(b);
                },
                "and close");
        fixture.restore(session);

        fixture.eventually(() -> a.view().epoch() == b.view().epoch() && isClosed(a), "it rejoins");
        assertThat(a.view().authority()).isEqualTo(Authority.CLUSTER);
    }

    @Test
    void breakerClosesForAllThroughTheDeathOfTheLeader() {
        fixture.require(Fault.KILL_LEADER);
        CircuitBreaker a = breaker(open("a"), QUICK);
        CircuitBreaker b = breaker(open("b"), QUICK);
        fail(a, 20);
        fixture.eventually(() -> isOpen(a) && isOpen(b), "both are open");

        fixture.killLeader();

        fixture.eventually(
                () -> {
                    probe(a, new AtomicInteger());
                    probe(b, new AtomicInteger());
                    return closedForAll(a)
                            && closedForAll(b)
                            && a.view().epoch() == b.view().epoch();
                },
                "both are closed by what they agree on");
        assertThat(a.view().epoch()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void instanceGoesOnWithItsNextSession() {
        fixture.require(Fault.EXPIRE);
        Quorate client = open("a");
        CircuitBreaker a = breaker(client, LASTING);
        CircuitBreaker b = breaker(open("b"), LASTING);
        Session first = session(client);
        fixture.expire(first);
        fixture.eventually(() -> first.state() == SessionState.EXPIRED, "the session expired");
        fixture.eventually(() -> a.view().authority() == Authority.CLUSTER, "it is back");

        fail(a, 20);

        fixture.eventually(() -> isOpen(b), "what it sees counts");
    }

    @Test
    void closedBreakerWithdrawsAndPassesCalls() {
        Quorate client = open("a");
        CircuitBreaker breaker = breaker(client, LASTING);
        fail(breaker, 5);
        fixture.eventually(() -> windows(client) == 1, "its calls are published");

        breaker.close();
        breaker.close();

        fixture.eventually(() -> windows(client) == 0, "it has withdrawn");
        fixture.eventually(
                () -> fixture.audit().equals(new ServiceState(1, 0, 0)), "of an open client its session is left alone");
        fail(breaker, 100);
        assertThat(breaker.view().window().failures()).isEqualTo(5);
        assertThat(client.circuitBreaker(NAME, LASTING)).isNotSameAs(breaker);
    }

    @Test
    void stateOfAnotherVersionIsLeftAlone() {
        Quorate client = open("a");
        fixture.await(session(client)
                .commit(Commit.builder()
                        .create(STATE, Bytes.utf8("quorate-breaker=99\nstate=MELTED"))
                        .build()));
        CircuitBreaker breaker = client.circuitBreaker(NAME, LASTING);
        fail(breaker, 40);

        fixture.eventually(() -> isOpen(breaker), "it decides alone");
        assertThat(breaker.view().authority()).isEqualTo(Authority.DETACHED);
        assertThatThrownBy(() -> fixture.await(breaker.clearOverrideAsync()))
                .hasMessageContaining("nothing was changed");
        assertThat(fixture.await(session(client).get(STATE, Read.LATEST))
                        .orElseThrow()
                        .optionalValue()
                        .orElseThrow()
                        .utf8())
                .contains("MELTED");
    }

    @Test
    void stateThatAnOperatorDeletedIsClosed() {
        fixture.require(Fault.DELETE_RAW);
        CircuitBreaker a = breaker(open("a"), LASTING);
        fail(a, 20);
        fixture.eventually(() -> isOpen(a), "the breaker is open");

        fixture.deleteRaw(ROOT);

        fixture.eventually(() -> isClosed(a), "it is closed");
        fail(a, 20);
        fixture.eventually(() -> isOpen(a), "it opens again");
    }

    @Test
    void everyWayToCallCountsTheSame() throws Exception {
        CircuitBreaker breaker = breaker(
                open("a"), QUICK.toBuilder().requestVolumeThreshold(1_000).build());
        IOException failure = new IOException("down");
        IllegalStateException unchecked = new IllegalStateException("down");

        assertThat(breaker.<Integer>execute(() -> 1)).isEqualTo(1);
        assertThat(breaker.decorateCallable(() -> 2).call()).isEqualTo(2);
        assertThat(breaker.decorateSupplier(() -> 3).get()).isEqualTo(3);
        breaker.decorateRunnable(() -> {}).run();
        assertThat(fixture.await(breaker.executeAsync(() -> CompletableFuture.completedFuture(4))))
                .isEqualTo(4);
        breaker.acquirePermission().onSuccess();
        assertThatThrownBy(() -> breaker.execute(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(breaker.decorateSupplier(() -> {
                    throw unchecked;
                })::get)
                .isSameAs(unchecked);
        assertThatThrownBy(breaker.decorateRunnable(() -> {
                    throw unchecked;
                })::run)
                .isSameAs(unchecked);
        assertThat(breaker.executeAsync(() -> CompletableFuture.failedFuture(failure)))
                .isCompletedExceptionally();
        assertThat(breaker.decorateAsync(() -> {
                            throw unchecked;
                        })
                        .get())
                .isCompletedExceptionally();
        Permission permission = breaker.acquirePermission();
        permission.onError(failure);
        permission.onSuccess();
        breaker.acquirePermission().release();

        assertThat(breaker.view().window()).isEqualTo(new CallCounts(12, 6, 0));
    }

    @Test
    void configurationSaysWhatCounts() {
        CircuitBreaker breaker = breaker(
                open("a"),
                QUICK.toBuilder()
                        .requestVolumeThreshold(1_000)
                        .failureException(failure -> failure instanceof IOException)
                        .failureResult("503"::equals)
                        .build());
        call(breaker, new IOException("counts as a failure"));
        call(breaker, new IllegalArgumentException("counts as a success"));
        call(breaker, new InterruptedException("counts as nothing"));
        assertThat(breaker.decorateSupplier(() -> "503").get()).isEqualTo("503");
        assertThat(breaker.decorateSupplier(() -> "200").get()).isEqualTo("200");

        assertThat(breaker.view().window()).isEqualTo(new CallCounts(4, 2, 0));
    }

    @Test
    void configurationOfAnInstanceChangesWhileItRuns() {
        CircuitBreaker breaker = breaker(open("a"), LASTING);
        fail(breaker, 5);
        breaker.reconfigure(LASTING.toBuilder().requestVolumeThreshold(5).build());
        fixture.eventually(() -> isOpen(breaker), "five are enough now");

        breaker.reconfigure(LASTING.toBuilder().enabled(false).build());

        fail(breaker, 1);
        assertThat(breaker.view().retryAfter()).as("calls pass").isEmpty();
    }

    @Test
    void clientHasOneBreakerOfEachName() {
        Quorate client = open("a");
        CircuitBreaker breaker = client.circuitBreaker(NAME, QUICK);

        assertThat(client.circuitBreaker("/" + NAME, QUICK)).isSameAs(breaker);
        assertThat(client.circuitBreaker("other", QUICK)).isNotSameAs(breaker);
        assertThatThrownBy(() -> client.circuitBreaker(NAME, LASTING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reconfigure");
        assertThatThrownBy(() -> client.circuitBreaker("a//b")).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void closedClientRefusesABreakerThatWouldProtectNothing() {
        Quorate client = open("a");
        client.closeAsync();

        assertThatThrownBy(() -> client.circuitBreaker(NAME, QUICK))
                .isInstanceOf(SessionClosedException.class)
                .hasMessageContaining("open another");
    }

    @Test
    void breakerWhoseNameIsAPrefixOfAnotherIsIndependent() {
        Quorate client = open("a");
        CircuitBreaker outer = client.circuitBreaker("shop", LASTING);
        CircuitBreaker inner = client.circuitBreaker("shop/windows/state", LASTING);
        fixture.eventually(() -> inShape(outer) && inShape(inner), "both are attached");
        fail(inner, 20);

        fixture.eventually(() -> isOpen(inner), "the inner one is open");
        assertThat(isClosed(outer)).isTrue();
        assertThat(outer.view().epoch()).isZero();
    }

    @Test
    void listenersAreToldOfEachChangeInOrder() {
        CircuitBreaker breaker = breaker(open("a"), QUICK);
        List<BreakerChange> events = new CopyOnWriteArrayList<>();
        List<BreakerChange> closed = new CopyOnWriteArrayList<>();
        breaker.onChange(event -> {
            throw new IllegalStateException("a listener fails");
        });
        breaker.onChange(events::add);
        Subscription subscription = breaker.onChange(closed::add);
        subscription.close();
        fail(breaker, 20);

        fixture.eventually(
                () -> {
                    probe(breaker, new AtomicInteger());
                    return events.size() >= 3 && isClosed(breaker);
                },
                "it opened and closed");
        assertThat(events)
                .extracting(BreakerChange::to)
                .startsWith(BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED);
        assertThat(events).extracting(BreakerChange::epoch).startsWith(1L, 2L, 3L);
        assertThat(closed).isEmpty();
    }

    @Test
    void slowCallsOpenTheBreakerToo() {
        VirtualTime world = fixture.virtualTime().orElse(null);
        Assumptions.assumeTrue(world != null, "time passes within a call");
        CircuitBreaker breaker = breaker(
                open("a"),
                LASTING.toBuilder().minimumResponseTime(Duration.ofMillis(100)).build());
        for (int i = 0; i < 20; i++) {
            breaker.decorateRunnable(() -> world.advance(Duration.ofMillis(101)))
                    .run();
        }

        fixture.eventually(() -> isOpen(breaker), "slow is as bad as failing");
    }

    @Test
    void callsThatAreOldDoNotCount() {
        VirtualTime world = fixture.virtualTime().orElse(null);
        Assumptions.assumeTrue(world != null, "ten seconds pass");
        CircuitBreaker breaker = breaker(open("a"), LASTING);
        fail(breaker, 19);
        world.advance(Duration.ofSeconds(11));
        fail(breaker, 19);
        world.advance(Duration.ofSeconds(3));

        assertThat(isClosed(breaker)).isTrue();
        assertThat(breaker.view().window().calls()).isEqualTo(19);
        world.advance(Duration.ofSeconds(11));
        assertThat(breaker.view().window()).isEqualTo(CallCounts.NONE);
        assertThat(windows(clients.get(0))).as("what says nothing is withdrawn").isZero();
    }

    /** Returns the fixture of the running test. */
    protected final BackendFixture fixture() {
        return fixture;
    }

    // ---------------------------------------------------------------- short forms

    private Quorate open(String owner) {
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

    private CircuitBreaker breaker(Quorate client, CircuitBreakerConfig config) {
        CircuitBreaker breaker = client.circuitBreaker(NAME, config);
        fixture.eventually(() -> inShape(breaker), "the breaker sees the shared state");
        return breaker;
    }

    private static boolean inShape(CircuitBreaker breaker) {
        return breaker.view().authority() != Authority.DETACHED;
    }

    private static boolean isOpen(CircuitBreaker breaker) {
        return breaker.view().state() == BreakerState.OPEN;
    }

    private static boolean isClosed(CircuitBreaker breaker) {
        BreakerView view = breaker.view();
        return view.state() == BreakerState.CLOSED;
    }

    private static boolean closedForAll(CircuitBreaker breaker) {
        return isClosed(breaker) && breaker.view().authority() == Authority.CLUSTER;
    }

    private static void succeed(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.decorateRunnable(() -> {}).run();
        }
    }

    private static void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            call(breaker, new IOException("the service is down"));
        }
    }

    /** Makes a call that fails, if the breaker lets it pass. */
    private static void call(CircuitBreaker breaker, Exception failure) {
        assertThatThrownBy(() -> breaker.execute(() -> {
                    throw failure;
                }))
                .satisfiesAnyOf(
                        thrown -> assertThat(thrown).isSameAs(failure),
                        thrown -> assertThat(thrown).isInstanceOf(CircuitBreakerOpenException.class));
    }

    /** Makes a call that succeeds, if it passes as a probe, and counts it. */
    private static void probe(CircuitBreaker breaker, AtomicInteger probes) {
        if (breaker.view().state() == BreakerState.HALF_OPEN) {
            breaker.tryAcquirePermission().ifPresent(permission -> {
                // While a probe is under way the breaker cannot close, so that this was none if it is closed.
                if (breaker.view().state() == BreakerState.HALF_OPEN) {
                    probes.incrementAndGet();
                }
                permission.onSuccess();
            });
        }
    }

    /** Waits until the open breaker probes, and returns the permission of one. */
    private Permission probeOf(CircuitBreaker breaker) {
        fixture.eventually(() -> breaker.view().state() == BreakerState.HALF_OPEN, "the breaker is half-open");
        List<Permission> probes = new ArrayList<>();
        fixture.eventually(
                () -> {
                    breaker.tryAcquirePermission().ifPresent(probes::add);
                    return !probes.isEmpty();
                },
                "a probe passes");
        return probes.get(0);
    }

    /** Waits until what was published before, and what follows from it, has certainly been seen. */
    private void publishSomethingElse() {
        Quorate other = clients.get(0);
        CircuitBreaker marker = other.circuitBreaker("marker", LASTING);
        fixture.eventually(() -> inShape(marker), "the marker is attached");
        BooleanSupplier passes = () -> {
            fail(marker, 30);
            return isOpen(marker);
        };
        fixture.eventually(passes, "a breaker that begins later has opened");
    }

    /** Lets virtual time pass; in real time a test of what does not happen looks at once. */
    private void pass(Duration duration) {
        fixture.virtualTime().ifPresent(world -> world.advance(duration));
    }

    private Session session(Quorate client) {
        return fixture.await(client.session());
    }

    private int windows(Quorate client) {
        return children(client, ROOT.child("windows")).keys().size();
    }

    private Listing children(Quorate client, Key parent) {
        return fixture.await(session(client).list(parent, Content.KEYS, Read.LATEST));
    }

    private boolean exists(Quorate client, Key key) {
        return fixture.await(session(client).get(key, Read.LATEST)).isPresent();
    }
}
