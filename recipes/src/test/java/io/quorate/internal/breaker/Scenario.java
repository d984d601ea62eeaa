package io.quorate.internal.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.breaker.Authority;
import io.quorate.breaker.BreakerOverride;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Stories of many instances, each with what must come of it. */
@SuppressWarnings("ImmutableEnumChecker") // Stories have no state.
enum Scenario {
    STEADY_TRAFFIC_COSTS_ONE_WRITE_PER_INSTANCE_AND_SECOND(Scenario::steadyTraffic),
    UNCHANGED_WINDOWS_ARE_NOT_WRITTEN(Scenario::unchangedWindows),
    NEW_INSTANCES_WRITE_NOTHING(Scenario::newInstances),
    OPEN_REACHES_ALL_WITHIN_A_SECOND_AND_A_WATCH(Scenario::openReachesAll),
    ONE_BAD_INSTANCE_OF_TEN_OPENS_ALONE(Scenario::oneBadInstance),
    HALF_OPEN_ADMITS_NO_MORE_PROBES_THAN_PERMITTED(Scenario::halfOpen),
    FAILING_PROBES_WAIT_LONGER_EACH_ROUND(Scenario::failingProbes),
    KILLED_PROBER_LEAVES_NOBODY_STUCK(Scenario::killedProber),
    UNUSED_PERMIT_IS_GIVEN_BACK(Scenario::unusedPermit),
    FORGOTTEN_PERMIT_IS_REMOVED(Scenario::forgottenPermit),
    OLD_WINDOWS_SAY_NOTHING_ABOUT_A_NEW_EPOCH(Scenario::oldWindows),
    OVERRIDE_HOLDS_AND_ENDS(Scenario::override),
    CUT_OFF_INSTANCE_DECIDES_ALONE_AND_REJOINS(Scenario::cutOff),
    EVERYBODY_AGREES_IN_THE_END_WHATEVER_HAPPENED(Scenario::chaos);

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Consumer<BreakerWorld> story;

    Scenario(Consumer<BreakerWorld> story) {
        this.story = story;
    }

    void run(long seed, Rules rules) {
        BreakerWorld.run(seed, config(), rules, story);
    }

    private CircuitBreakerConfig config() {
        CircuitBreakerConfig.Builder config = CircuitBreakerConfig.builder()
                .openCircuitDuration(Duration.ofSeconds(2))
                .sleepWindow(Duration.ofSeconds(1))
                .probeTimeout(Duration.ofSeconds(2));
        if (this == KILLED_PROBER_LEAVES_NOBODY_STUCK) {
            config.permittedProbes(1).probeTimeout(Duration.ofHours(1));
        }
        if (this == UNUSED_PERMIT_IS_GIVEN_BACK || this == FORGOTTEN_PERMIT_IS_REMOVED) {
            config.permittedProbes(1).probeTimeout(Duration.ofSeconds(10));
        }
        return config.build();
    }

    private static void steadyTraffic(BreakerWorld world) {
        List<Instance> instances = world.join(20);
        world.every(Duration.ofMillis(100), Duration.ofSeconds(20), () -> traffic(world, instances));
        assertThat(instances).allSatisfy(instance -> {
            assertThat(instance.view().window().calls()).isGreaterThan(8_000);
            assertThat(instance.is(BreakerState.CLOSED)).isTrue();
            assertThat(instance.commits).hasSizeGreaterThan(5);
            assertThat(BreakerWorld.mostCommitsInASecond(instance)).isLessThanOrEqualTo(1);
        });
    }

    /** A hundred calls of each instance, of which about a tenth fail. */
    private static void traffic(BreakerWorld world, List<Instance> instances) {
        RandomGenerator random = world.fixture.time().random();
        for (Instance instance : instances) {
            for (int i = 0; i < 100; i++) {
                instance.call(random.nextInt(10) > 0);
            }
        }
    }

    private static void unchangedWindows(BreakerWorld world) {
        Instance instance = world.join("a");
        for (int i = 0; i < 5; i++) {
            instance.call(true);
        }
        world.advance(Duration.ofSeconds(8));
        assertThat(instance.commits).hasSize(1);
        world.advance(Duration.ofSeconds(10));
        assertThat(instance.commits).as("and its removal").hasSize(2);
    }

    private static void newInstances(BreakerWorld world) {
        List<Instance> instances = world.join(5);
        world.advance(Duration.ofSeconds(5));
        assertThat(instances)
                .allSatisfy(instance -> assertThat(instance.commits).isEmpty());
    }

    private static void openReachesAll(BreakerWorld world) {
        List<Instance> instances = world.join(20);
        // A second, and the few milliseconds of a commit and a watch with their random delays.
        Duration limit = Duration.ofMillis(1_000 + 200);
        world.until(
                () -> instances.stream().allMatch(instance -> instance.is(BreakerState.OPEN)),
                "all are open",
                limit,
                () -> {
                    for (Instance instance : instances) {
                        instance.call(false);
                    }
                });
        assertThat(instances).allSatisfy(instance -> {
            assertThat(instance.view().authority()).isEqualTo(Authority.CLUSTER);
            assertThat(instance.view().epoch()).isEqualTo(1);
            assertThat(instance.commits).hasSizeLessThanOrEqualTo(2);
        });
    }

    private static void oneBadInstance(BreakerWorld world) {
        List<Instance> good = world.join(9);
        Instance bad = world.join("bad");
        boolean[] healed = {false};
        Runnable traffic = () -> {
            good.forEach(instance -> instance.call(true));
            for (int i = 0; i < 100; i++) {
                bad.call(healed[0]);
            }
        };
        world.until(() -> bad.is(BreakerState.OPEN), "the bad one is open", Duration.ofSeconds(5), traffic);
        assertThat(bad.view().authority()).isEqualTo(Authority.INSTANCE);
        world.every(Duration.ofMillis(10), Duration.ofSeconds(5), traffic);
        assertThat(good)
                .allSatisfy(
                        instance -> assertThat(instance.is(BreakerState.CLOSED)).isTrue());
        assertThat(world.history).as("the shared state").hasSize(1);
        healed[0] = true;
        world.until(() -> bad.is(BreakerState.CLOSED), "the bad one recovers", LIMIT, traffic);
    }

    private static void halfOpen(BreakerWorld world) {
        List<Instance> instances = world.join(10);
        open(world, instances);
        world.until(
                () -> all(instances, BreakerState.CLOSED),
                "all are closed",
                LIMIT,
                () -> instances.forEach(instance -> world.slowCall(instance, Duration.ofMillis(300), () -> true)));
        assertThat(instances.get(0).view().epoch()).isEqualTo(3);
    }

    private static void failingProbes(BreakerWorld world) {
        List<Instance> instances = world.join(5);
        open(world, instances);
        world.until(
                () -> instances.get(0).view().epoch() >= 9,
                "four rounds have failed",
                LIMIT,
                () -> instances.forEach(instance -> world.slowCall(
                        instance,
                        Duration.ofMillis(50),
                        () -> world.fixture.time().random().nextInt(4) == 0)));
        world.until(
                () -> all(instances, BreakerState.CLOSED),
                "all are closed",
                LIMIT,
                () -> instances.forEach(instance -> world.slowCall(instance, Duration.ofMillis(50), () -> true)));
    }

    private static void killedProber(BreakerWorld world) {
        List<Instance> instances = world.join(3);
        Instance prober = world.join("prober");
        List<Instance> everybody = List.of(prober, instances.get(0), instances.get(1), instances.get(2));
        open(world, everybody);
        BreakerWorld.Call[] probe = new BreakerWorld.Call[1];
        world.until(
                () -> probe[0] != null,
                "the prober probes",
                LIMIT,
                () -> world.begin(prober).filter(BreakerWorld.Call::isProbe).ifPresent(call -> probe[0] = call));
        world.advance(Duration.ofSeconds(5));
        assertThat(all(instances, BreakerState.HALF_OPEN)).isTrue();
        world.fixture.hang(prober.session().orElseThrow());
        probe[0].forget(false);
        world.until(
                () -> all(instances, BreakerState.CLOSED),
                "the others are closed",
                Duration.ofSeconds(20),
                () -> instances.forEach(instance -> world.slowCall(instance, Duration.ofMillis(50), () -> true)));
        world.fixture.restore(prober.session().orElseThrow());
        world.until(() -> prober.is(BreakerState.CLOSED), "the dead one follows", LIMIT, () -> {});
    }

    private static void unusedPermit(BreakerWorld world) {
        Instance silent = world.join("silent");
        Instance busy = world.join("busy");
        open(world, List.of(silent, busy));
        world.until(() -> world.permits() == 1, "a permit is taken", LIMIT, () -> {
            if (world.permits() == 0) {
                silent.breaker.tryAcquirePermission().ifPresent(permission -> permission.release());
            }
        });
        world.until(
                () -> busy.is(BreakerState.CLOSED),
                "the busy one has probed",
                Duration.ofSeconds(13),
                () -> world.slowCall(busy, Duration.ofMillis(50), () -> true));
    }

    private static void forgottenPermit(BreakerWorld world) {
        Instance instance = world.join("a");
        open(world, List.of(instance));
        world.until(() -> instance.is(BreakerState.HALF_OPEN), "it is half-open", LIMIT, () -> {});
        Key permit = Key.of("/breakers/payments/permits/2-0");
        world.fixture.await(
                world.observer.commit(Commit.builder().createOwned(permit, null).build()));
        world.until(
                () -> instance.is(BreakerState.CLOSED),
                "it has probed after all",
                Duration.ofSeconds(25),
                () -> world.slowCall(instance, Duration.ofMillis(50), () -> true));
    }

    private static void oldWindows(BreakerWorld world) {
        List<Instance> instances = world.join(3);
        open(world, instances);
        world.until(
                () -> all(instances, BreakerState.CLOSED),
                "all are closed",
                LIMIT,
                () -> instances.forEach(instance -> world.slowCall(instance, Duration.ofMillis(10), () -> true)));
        world.every(
                Duration.ofMillis(100),
                Duration.ofSeconds(3),
                () -> instances.get(0).call(true));
        assertThat(all(instances, BreakerState.CLOSED)).isTrue();
        assertThat(instances.get(0).view().epoch()).isEqualTo(3);
    }

    private static void override(BreakerWorld world) {
        List<Instance> instances = world.join(4);
        Runnable failing = () -> instances.forEach(instance -> instance.call(false));
        CompletableFuture<Void> forced =
                instances.get(0).breaker.overrideAsync(BreakerOverride.metricsOnly("looking", Duration.ofSeconds(6)));
        world.eventually(forced::isDone, "the override is committed");
        world.every(Duration.ofMillis(20), Duration.ofSeconds(4), failing);
        assertThat(all(instances, BreakerState.CLOSED)).isTrue();
        assertThat(world.history).hasSize(2);
        world.until(
                () -> all(instances, BreakerState.OPEN),
                "the override has ended and what was counted counts",
                Duration.ofSeconds(10),
                failing);
    }

    private static void cutOff(BreakerWorld world) {
        List<Instance> others = world.join(3);
        Instance cut = world.join("cut");
        Session session = cut.session().orElseThrow();
        world.fixture.cut(session);
        world.until(() -> cut.is(BreakerState.OPEN), "it opens alone", Duration.ofSeconds(3), () -> cut.call(false));
        assertThat(cut.view().authority()).isEqualTo(Authority.DETACHED);
        open(world, others);
        world.until(() -> cut.is(BreakerState.CLOSED), "it closes alone", Duration.ofSeconds(10), () -> cut.call(true));
        world.fixture.restore(session);
        world.until(
                () -> cut.view().authority() == Authority.CLUSTER && cut.view().epoch() > 0,
                "it rejoins",
                LIMIT,
                () -> {});
        List<Instance> everybody = List.of(cut, others.get(0), others.get(1), others.get(2));
        world.until(
                () -> all(everybody, BreakerState.CLOSED),
                "all are closed",
                LIMIT,
                () -> everybody.forEach(instance -> world.slowCall(instance, Duration.ofMillis(10), () -> true)));
    }

    /** Failures, cuts, expiries and overrides at random; then peace, in which all must agree and close. */
    private static void chaos(BreakerWorld world) {
        List<Instance> instances = world.join(5);
        RandomGenerator random = world.fixture.time().random();
        boolean[] healthy = {true};
        for (int round = 0; round < 15; round++) {
            Instance victim = instances.get(random.nextInt(instances.size()));
            Session session = victim.session().orElseThrow();
            disturb(world, random.nextInt(8), victim, session, healthy);
            world.every(
                    Duration.ofMillis(20),
                    Duration.ofMillis(500 + random.nextInt(3_000)),
                    () -> instances.forEach(
                            instance -> world.slowCall(instance, Duration.ofMillis(15), () -> healthy[0])));
            world.fixture.restore(session);
        }
        healthy[0] = true;
        world.until(
                () -> all(instances, BreakerState.CLOSED)
                        && instances.stream()
                                .allMatch(instance -> instance.view().authority() == Authority.CLUSTER)
                        && instances.stream()
                                .allMatch(instance -> instance.view().override().isEmpty()),
                "all are closed and agree",
                LIMIT,
                () -> instances.forEach(instance -> world.slowCall(instance, Duration.ofMillis(15), () -> true)));
        world.advance(Duration.ofSeconds(1));
        assertThat(instances)
                .allSatisfy(instance -> assertThat(instance.view().epoch())
                        .isEqualTo(instances.get(0).view().epoch()));
    }

    private static void disturb(BreakerWorld world, int what, Instance victim, Session session, boolean[] healthy) {
        switch (what) {
            case 0 -> world.fixture.cut(session);
            case 1 -> world.fixture.hang(session);
            case 2 -> world.fixture.expire(session);
            case 3 -> world.fixture.loseNextReply(session);
            case 4 -> world.fixture.loseNextRequest(session);
            case 5 -> {
                BreakerOverride override = BreakerOverride.forcedOpen("a try", Duration.ofSeconds(2));
                victim.breaker.overrideAsync(override);
            }
            default -> healthy[0] = !healthy[0];
        }
    }

    private static void open(BreakerWorld world, List<Instance> instances) {
        world.until(
                () -> all(instances, BreakerState.OPEN),
                "all are open",
                LIMIT,
                () -> instances.stream()
                        .filter(instance -> instance.is(BreakerState.CLOSED))
                        .forEach(instance -> instance.call(false)));
    }

    private static boolean all(List<Instance> instances, BreakerState state) {
        return instances.stream().allMatch(instance -> instance.is(state));
    }
}
