package io.quorate.internal.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.backend.testing.ServiceState;
import io.quorate.breaker.Authority;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.BreakerView;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.Permission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many instances of a breaker in one world, and an observer with a session of its own that checks each commit.
 *
 * <p>Checked all the time: every state follows from the one before it; nothing changes under an override; a permit is owned, belongs to
 * the state it was created under, and to one of the permitted slots; no two instances disagree about the state at one revision (N11); no
 * more probes of a round are under way, or have succeeded, than are permitted.
 */
final class BreakerWorld implements AutoCloseable {

    static final String NAME = "payments";

    private static final Key ROOT = Key.of("/breakers/payments");

    final ModelFixture fixture;
    final Session observer;
    final List<Agreement> history = new ArrayList<>();
    private final CircuitBreakerConfig config;
    private final Rules rules;
    private final List<Instance> instances = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<Long, String> stateAtRevision = new HashMap<>();
    private final Map<Key, Entry> permits = new HashMap<>();

    /** The probes that are under way, by epoch. */
    private final Map<Long, Integer> underWay = new HashMap<>();

    BreakerWorld(long seed, CircuitBreakerConfig config, Rules rules) {
        this.fixture = new ModelFixture(seed, Duration.ofMillis(seed % 4 * 3));
        this.config = config;
        this.rules = rules;
        this.observer = fixture.await(fixture.newBackend().open(fixture.options("observer")));
        history.add(Agreement.INITIAL);
        observer.watch(ROOT, Scope.SUBTREE, this::check);
    }

    Instance join(String name) {
        return join(name, config);
    }

    Instance join(String name, CircuitBreakerConfig ofItsOwn) {
        Instance instance = new Instance(name, fixture, ofItsOwn, rules);
        instances.add(instance);
        eventually(() -> instance.view().authority() != Authority.DETACHED, name + " sees the shared state");
        return instance;
    }

    List<Instance> join(int count) {
        List<Instance> joined = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            joined.add(join("i" + i));
        }
        return joined;
    }

    // ---------------------------------------------------------------- time

    void advance(Duration duration) {
        every(Duration.ofMillis(10), duration, () -> {});
    }

    /** Lets time pass and runs the action at intervals. */
    void every(Duration interval, Duration total, Runnable action) {
        for (long passed = 0; passed < total.toNanos(); passed += interval.toNanos()) {
            action.run();
            fixture.time().advance(interval);
            look();
        }
    }

    void eventually(BooleanSupplier condition, String what) {
        fixture.eventually(
                () -> {
                    look();
                    return condition.getAsBoolean();
                },
                what);
    }

    /** Runs until a condition holds, with an action at intervals; fails if it does not hold within the limit. */
    void until(BooleanSupplier condition, String what, Duration limit, Runnable action) {
        Duration interval = Duration.ofMillis(10);
        for (long passed = 0; !condition.getAsBoolean(); passed += interval.toNanos()) {
            if (passed > limit.toNanos()) {
                throw new AssertionError("not within " + limit + ": " + what + "; the instances are "
                        + instances.stream().map(Instance::view).toList() + ", the state was " + history
                        + ". The trace ends with\n"
                        + String.join("\n", lastOf(fixture.time().trace())));
            }
            every(interval, interval, action);
        }
    }

    private static List<String> lastOf(List<String> trace) {
        return trace.subList(Math.max(0, trace.size() - 40), trace.size());
    }

    // ---------------------------------------------------------------- probes

    /** Makes a call that takes a while, if it is let in, and counts it if it is a probe of the cluster. */
    void slowCall(Instance instance, Duration time, BooleanSupplier succeeds) {
        begin(instance).ifPresent(call -> fixture.time().after(time, () -> call.end(succeeds.getAsBoolean())));
    }

    /** Begins a call, if it is let in. */
    Optional<Call> begin(Instance instance) {
        BreakerView before = instance.view();
        return instance.breaker.tryAcquirePermission().map(permission -> {
            boolean isProbe = before.state() == BreakerState.HALF_OPEN
                    && before.authority() == Authority.CLUSTER
                    && instance.view().state() == BreakerState.HALF_OPEN;
            Call call = new Call(instance, permission, isProbe ? before.epoch() : -1);
            if (isProbe) {
                probeBegins(before.epoch());
            }
            return call;
        });
    }

    /** A call that is under way. */
    final class Call {
        private final Instance instance;
        private final Permission permission;
        final long epoch;

        Call(Instance instance, Permission permission, long epoch) {
            this.instance = instance;
            this.permission = permission;
            this.epoch = epoch;
        }

        boolean isProbe() {
            return epoch >= 0;
        }

        void end(boolean succeeds) {
            forget(succeeds);
            instance.end(permission, succeeds);
        }

        /** Does not count this probe any more: whoever made it is dead. */
        void forget(boolean staysUsedUp) {
            if (isProbe() && !staysUsedUp) {
                underWay.merge(epoch, -1, Integer::sum);
            }
        }
    }

    private void probeBegins(long epoch) {
        int count = underWay.merge(epoch, 1, Integer::sum);
        if (count > config.permittedProbes()) {
            violations.add(count + " probes in epoch " + epoch);
        }
    }

    // ---------------------------------------------------------------- what must hold

    private void check(WatchBatch batch) {
        List<Runnable> later = new ArrayList<>();
        for (Change change : batch.changes()) {
            if (change instanceof Change.Put put) {
                Entry entry = put.entry();
                if (entry.key().equals(ROOT.child("state"))) {
                    checkState(Agreement.decode(entry.value()));
                } else if (entry.key().isChildOf(ROOT.child("permits"))) {
                    later.add(() -> checkPermit(entry));
                }
            } else if (change.key().equals(ROOT.child("state"))) {
                history.add(Agreement.INITIAL);
            } else {
                permits.remove(change.key());
            }
        }
        later.forEach(Runnable::run);
    }

    private void checkState(Agreement next) {
        Agreement last = history.get(history.size() - 1);
        history.add(next);
        if (next.equals(last)) {
            violations.add("a commit changed nothing: " + next);
        }
        if (!next.phase().equals(last.phase()) && last.override() != null && next.override() != null) {
            violations.add("the state changed under an override: " + last + " to " + next);
        }
        if (!next.phase().equals(last.phase()) && !follows(last.phase(), next.phase())) {
            violations.add("the state does not follow from the one before: " + last + " to " + next);
        }
    }

    private boolean follows(Phase last, Phase next) {
        List<Phase.Trigger> triggers =
                new ArrayList<>(List.of(new Phase.ThresholdCrossed(), new Phase.WaitOver(), new Phase.ProbeFailed()));
        for (int slot = 0; slot < config.permittedProbes(); slot++) {
            if (!(last instanceof Phase.HalfOpen half && half.hasPassed(slot))) {
                triggers.add(new Phase.ProbePassed(slot));
            }
        }
        return triggers.stream()
                .anyMatch(trigger ->
                        Phase.next(last, trigger, config.permittedProbes()).equals(next));
    }

    private void checkPermit(Entry permit) {
        permits.put(permit.key(), permit);
        Phase phase = history.get(history.size() - 1).phase();
        String[] name = permit.key().name().split("-", 2);
        if (!permit.isSessionOwned()) {
            violations.add("a permit would outlive its owner: " + permit.key());
        }
        if (!(phase instanceof Phase.HalfOpen) || phase.epoch() != Long.parseLong(name[0])) {
            violations.add("a permit of another time: " + permit.key() + " in " + phase);
        }
        if (Integer.parseInt(name[1]) >= config.permittedProbes()) {
            violations.add("a permit too many: " + permit.key());
        }
    }

    private void look() {
        for (Instance instance : instances) {
            BreakerView view = instance.view();
            if (view.authority() == Authority.CLUSTER) {
                String seen = view.state() + " " + view.epoch() + " " + view.override();
                @Nullable String other = stateAtRevision.putIfAbsent(view.revision(), seen);
                if (other != null && !other.equals(seen)) {
                    violations.add("at revision " + view.revision() + " " + instance.name + " sees " + seen
                            + ", another sees " + other);
                }
            }
        }
        holds();
    }

    void holds() {
        assertThat(violations).as("what must never happen").isEmpty();
        assertThat(fixture.time().uncaught()).as("what lane tasks threw").isEmpty();
    }

    int permits() {
        return permits.size();
    }

    /** Returns the most commits that an instance issued within any second. */
    static int mostCommitsInASecond(Instance instance) {
        int most = 0;
        for (int i = 0; i < instance.commits.size(); i++) {
            long end = instance.commits.get(i) + Duration.ofSeconds(1).toNanos();
            int count = 0;
            for (int j = i; j < instance.commits.size() && instance.commits.get(j) < end; j++) {
                count++;
            }
            most = Math.max(most, count);
        }
        return most;
    }

    /** Closes all and finds nothing left. */
    @Override
    public void close() {
        advance(Duration.ofMillis(100));
        instances.forEach(instance -> fixture.await(instance.sessions.close()));
        fixture.await(observer.closeAsync());
        fixture.eventually(() -> fixture.audit().equals(ServiceState.NOTHING), "the service keeps nothing");
        holds();
        fixture.close();
    }

    /** Runs a scenario to its end, or to the first thing that does not hold. */
    static void run(long seed, CircuitBreakerConfig config, Rules rules, Consumer<BreakerWorld> scenario) {
        BreakerWorld world = new BreakerWorld(seed, config, rules);
        scenario.accept(world);
        world.close();
    }
}
