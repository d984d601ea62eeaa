package io.quorate.internal.breaker;

import static java.util.Objects.requireNonNull;

import io.quorate.backend.SessionClosedException;
import io.quorate.backend.Ticker;
import io.quorate.breaker.Authority;
import io.quorate.breaker.BreakerChange;
import io.quorate.breaker.BreakerOverride;
import io.quorate.breaker.BreakerState;
import io.quorate.breaker.BreakerView;
import io.quorate.breaker.CallCounts;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.CircuitBreakerOpenException;
import io.quorate.event.BreakerEvent;
import io.quorate.event.Family;
import io.quorate.internal.Client;
import io.quorate.internal.LiveSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One instance's part in a shared circuit breaker: what it knows, and the gate that follows from it.
 *
 * <p>The gate is read by any thread. All else is guarded by a lock that no plain call takes; no user code runs under it.
 */
final class Circuit {

    /** How often buckets change, windows are published and all that depends on time is looked at. */
    static final Duration TICK = Duration.ofSeconds(1);

    private static final long TICK_NANOS = TICK.toNanos();

    /** How many calls of a second are timed at least, if there are so many; a share of them stands for those that are not. */
    static final int TIMED_PER_SECOND = 1000;

    private static final int MOST_PER_TIMED = 64;

    /** How many ticks in a row an instance's own calls must be too bad, for the others to see it as well. */
    private static final int TICKS_BEFORE_ALONE = 2;

    private final String name;
    private final Client client;
    private final Rules rules;
    private final Ticker ticker;
    private final BreakerNames names;
    private final Consumer<BreakerChange> listeners;
    private final LongAdder rejected = new LongAdder();
    private final CallSampler sampler = new CallSampler();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> afterUnlock = new ArrayList<>();
    private final LocalCircuit local = new LocalCircuit(this::localChanged);

    private volatile CircuitBreakerConfig config;
    private volatile Gate gate;
    private volatile long lastTickNanos;

    private CallWindow window = new CallWindow();
    private long windowSinceNanos;
    private @Nullable Seat seat;
    private boolean attaching;
    private boolean inSight;
    private boolean wasDetached;
    private boolean closed;
    private Agreement agreement = Agreement.INITIAL;
    private long phaseSeenNanos;
    private long overrideSeenNanos;
    private int ticksOver;
    private long toldRejections;
    private @Nullable BreakerOverride toldOverride;

    Circuit(
            BreakerNames names,
            Client client,
            CircuitBreakerConfig config,
            Ticker ticker,
            Rules rules,
            Consumer<BreakerChange> listeners) {
        this.name = names.name();
        this.names = names;
        this.client = client;
        this.config = config;
        this.ticker = ticker;
        this.rules = rules;
        this.listeners = listeners;
        long now = ticker.nanos();
        this.lastTickNanos = now;
        this.windowSinceNanos = now;
        this.gate = decide(now);
    }

    // ---------------------------------------------------------------- what calls see

    Gate gate() {
        return gate;
    }

    CircuitBreakerConfig config() {
        return config;
    }

    long nanos() {
        return ticker.nanos();
    }

    /** Returns a reading by which calls are timed. */
    long awakeNanos() {
        return ticker.awakeNanos();
    }

    /** Returns whether to time a call that enters by a gate and is no probe. */
    boolean isTimed(Gate entered) {
        return entered.times() && sampler.picks(entered.timedOneIn());
    }

    /** Does what is overdue, if there is no timer for it. */
    void poke(long now) {
        if (now - lastTickNanos >= TICK_NANOS) {
            locked(() -> {
                tick(now);
                attach();
            });
        }
    }

    /** Counts a rejected call and returns what to throw. */
    CircuitBreakerOpenException rejection(Gate by) {
        rejected.increment();
        long now = nanos();
        if (by.authority() != Authority.CLUSTER && now >= by.dueNanos()) {
            locked(() -> tick(now));
        }
        return new CircuitBreakerOpenException(name, by.state(), by.authority(), by.epoch(), retryAfter(by, now));
    }

    /** Returns a probe, or null if there is none for this call. */
    @Nullable
    Probe takeProbe() {
        return callLocked(() -> {
            long now = nanos();
            Seat seated = seat;
            if (gate.way() != Gate.Way.PROBE) {
                return null;
            }
            if (gate.authority() == Authority.CLUSTER) {
                return seated == null ? null : seated.takeProbe(now);
            }
            LocalCircuit.Slot slot = local.take(now, config);
            return slot == null ? null : new LocalProbe(slot);
        });
    }

    BreakerView view() {
        if (gate.callDriven()) {
            poke(nanos());
        }
        return callLocked(() -> {
            long now = nanos();
            Gate current = gate;
            boolean passes = current.way() == Gate.Way.PASS || current.way() == Gate.Way.BYPASS;
            return new BreakerView(
                    name,
                    current.state(),
                    current.authority(),
                    agreement.phase().epoch(),
                    seat == null ? 0 : seat.revision(),
                    Optional.ofNullable(agreement.override()),
                    window.counts(),
                    rejected.sum(),
                    passes ? Optional.empty() : Optional.of(retryAfter(current, now)));
        });
    }

    private static Duration retryAfter(Gate by, long now) {
        return by.way() == Gate.Way.PROBE ? TICK : Duration.ofNanos(Math.max(0, by.dueNanos() - now));
    }

    // ---------------------------------------------------------------- life

    void start() {
        locked(this::attach);
    }

    void reconfigure(CircuitBreakerConfig next) {
        locked(() -> {
            config = next;
            rotate(nanos());
            update();
        });
    }

    void close() {
        locked(() -> {
            closed = true;
            Seat left = seat;
            seat = null;
            if (left != null) {
                left.leave();
            }
            update();
        });
    }

    boolean isClosed() {
        return callLocked(() -> closed);
    }

    private void attach() {
        if (closed || attaching || seat != null) {
            return;
        }
        attaching = true;
        client.sessions().current().whenComplete((live, failure) -> locked(() -> attached(live, failure)));
    }

    private void attached(@Nullable LiveSession live, @Nullable Throwable failure) {
        attaching = false;
        if (failure instanceof SessionClosedException) {
            // The client is closed, and no other session will come.
            closed = true;
        }
        if (live != null && !closed) {
            Seat taken = new Seat(this, live.session(), names, rules);
            seat = taken;
            taken.begin();
        }
        if (seat == null && !closed) {
            client.after(TICK, () -> locked(this::tryAgain));
        }
        update();
    }

    /** Stands in for the timer of a seat, as long as there is none. */
    private void tryAgain() {
        if (seat == null && !closed) {
            tick(nanos());
            attach();
        }
    }

    // ---------------------------------------------------------------- what a seat tells

    /** The seat has seen what all agree on. */
    void agreed(Agreement seen, long now) {
        boolean otherPhase = seen.phase().epoch() != agreement.phase().epoch();
        if (otherPhase) {
            phaseSeenNanos = now;
            resetWindow(now);
        }
        if (seen.overrides() != agreement.overrides()) {
            overrideSeenNanos = now;
        }
        agreement = seen;
        inSight = true;
        if (otherPhase || !(seen.phase() instanceof Phase.Closed)) {
            local.reset(now);
        }
        update();
    }

    /** The seat has lost sight of what all agree on. */
    void detached(long now) {
        if (!inSight) {
            update();
            return;
        }
        inSight = false;
        wasDetached = true;
        if (agreement.phase() instanceof Phase.Open open) {
            local.openSince(open.round(), phaseSeenNanos);
        } else if (agreement.phase() instanceof Phase.HalfOpen half) {
            local.openSince(half.round(), now);
        }
        update();
    }

    /** The session of the seat has ended. */
    void ended(Seat left) {
        if (seat == left) {
            seat = null;
            detached(nanos());
            attach();
        }
    }

    /** Runs once a second, by the timer of a seat or, without one, by a call. */
    void tick(long now) {
        lastTickNanos = now;
        rotate(now);
        local.advance(now, config);
        Seat seated = seat;
        if (seated != null) {
            seated.tick(now);
        }
        judgeAlone(now);
        update();
    }

    CallCounts counts() {
        return window.counts();
    }

    long phaseSeenNanos() {
        return phaseSeenNanos;
    }

    long overrideEndsNanos() {
        BreakerOverride override = agreement.override();
        return override == null || !rules.endsOverrides()
                ? Long.MAX_VALUE
                : overrideSeenNanos + nanosOf(override.timeToLive());
    }

    /** Returns whether the seat may change the shared state and publish. */
    boolean takesPart() {
        return config.enabled() && !closed;
    }

    // ---------------------------------------------------------------- deciding

    private void judgeAlone(long now) {
        boolean shared = seesTheSharedState();
        boolean mayOpen = config.enabled() && agreement.override() == null && local.phase() instanceof Phase.Closed;
        if (!mayOpen || (shared && !(agreement.phase() instanceof Phase.Closed))) {
            ticksOver = 0;
            return;
        }
        if (!shared) {
            if (rules.decidesAlone() && Verdict.isOver(window.counts(), config)) {
                local.trip(now);
            }
            return;
        }
        Verdict verdict = requireNonNull(seat).verdict();
        ticksOver = verdict.own() ? ticksOver + 1 : 0;
        if (ticksOver >= TICKS_BEFORE_ALONE && rules.opensAlone()) {
            local.trip(now);
        }
    }

    private boolean seesTheSharedState() {
        Seat seated = seat;
        return seated != null && seated.isInStep() && (rules.rejoins() || !wasDetached);
    }

    private void localChanged() {
        if (local.phase() instanceof Phase.Closed) {
            // What was counted before led to opening, and would again.
            resetWindow(nanos());
        }
        ticksOver = 0;
    }

    private void resetWindow(long now) {
        window = new CallWindow();
        windowSinceNanos = now;
    }

    private void rotate(long now) {
        long seconds = (now - windowSinceNanos) / TICK_NANOS;
        if (seconds > 0) {
            tellCalls();
            windowSinceNanos += seconds * TICK_NANOS;
            window.advance(seconds, config.rollingWindow().toSeconds());
        }
    }

    /** Tells what became of the calls of the second that ends. */
    private void tellCalls() {
        if (!client.events().isObserved()) {
            return;
        }
        CallCounts counts = window.newest().counts();
        long rejections = rejected.sum() - toldRejections;
        toldRejections += rejections;
        if (counts.calls() + rejections > 0) {
            client.events()
                    .tell(listener -> listener.onBreaker(new BreakerEvent.Calls(
                            Family.of(name),
                            counts.calls() - counts.failures(),
                            counts.failures(),
                            counts.slow(),
                            rejections)));
        }
    }

    /** Puts up the gate that follows from what is known, and tells listeners if it is another. */
    void update() {
        Gate before = gate;
        Gate next = decide(nanos());
        gate = next;
        BreakerOverride override = agreement.override();
        if (!before.sameStateAs(next) || !Objects.equals(override, toldOverride)) {
            toldOverride = override;
            BreakerChange event = new BreakerChange(
                    name, before.state(), next.state(), next.authority(), next.epoch(), Optional.ofNullable(override));
            afterUnlock.add(() -> listeners.accept(event));
            client.events()
                    .tell(listener -> listener.onBreaker(new BreakerEvent.StateChanged(
                            Family.of(name),
                            event.from().name(),
                            event.to().name(),
                            event.epoch(),
                            "decided by " + event.authority()
                                    + event.override()
                                            .map(held -> ", overridden: " + held.mode() + ", " + held.reason())
                                            .orElse(""))));
        }
    }

    private Gate decide(long now) {
        boolean shared = seesTheSharedState();
        Authority alone = shared ? Authority.INSTANCE : Authority.DETACHED;
        if (closed || !config.enabled()) {
            return gate(Gate.Way.BYPASS, BreakerState.CLOSED, Authority.INSTANCE, now);
        }
        BreakerOverride override = agreement.override();
        if (override != null && (shared || now < overrideEndsNanos())) {
            return overridden(override.mode(), shared ? Authority.CLUSTER : alone);
        }
        if (shared && !(agreement.phase() instanceof Phase.Closed)) {
            return of(agreement.phase(), Authority.CLUSTER, phaseSeenNanos);
        }
        if (local.phase() instanceof Phase.Closed) {
            return of(local.phase(), shared ? Authority.CLUSTER : alone, now);
        }
        return of(local.phase(), alone, local.sinceNanos());
    }

    private Gate overridden(BreakerOverride.Mode mode, Authority authority) {
        return switch (mode) {
            case FORCED_OPEN -> gate(Gate.Way.REJECT, BreakerState.OPEN, authority, overrideEndsNanos());
            case DISABLED -> gate(Gate.Way.BYPASS, BreakerState.CLOSED, authority, 0);
            case METRICS_ONLY -> gate(Gate.Way.PASS, BreakerState.CLOSED, authority, 0);
        };
    }

    private Gate of(Phase phase, Authority authority, long sinceNanos) {
        if (phase instanceof Phase.Open open) {
            return gate(Gate.Way.REJECT, phase.state(), authority, sinceNanos + Waits.nanos(open.round(), config));
        }
        return gate(
                phase instanceof Phase.HalfOpen ? Gate.Way.PROBE : Gate.Way.PASS, phase.state(), authority, sinceNanos);
    }

    private Gate gate(Gate.Way way, BreakerState state, Authority authority, long dueNanos) {
        CircuitBreakerConfig current = config;
        return new Gate(
                way,
                state,
                authority,
                agreement.phase().epoch(),
                window.newest(),
                current.countsSlowCalls() ? current.minimumResponseTime().toNanos() : Long.MAX_VALUE,
                timedOneIn(window.callsOfLastSecond()),
                dueNanos,
                seat == null && !closed);
    }

    /** Returns the largest power of two that leaves {@link #TIMED_PER_SECOND} calls to be timed, if they go on as they did. */
    static int timedOneIn(long callsPerSecond) {
        long share = Math.min(MOST_PER_TIMED, Math.max(1, callsPerSecond / TIMED_PER_SECOND));
        return (int) Long.highestOneBit(share);
    }

    private static long nanosOf(Duration duration) {
        // A time to live of centuries ends, for all purposes, never.
        return duration.compareTo(Duration.ofDays(36_500)) < 0 ? duration.toNanos() : Long.MAX_VALUE / 4;
    }

    // ---------------------------------------------------------------- locking

    void locked(Runnable action) {
        callLocked(() -> {
            action.run();
            return null;
        });
    }

    private <T extends @Nullable Object> T callLocked(Supplier<T> action) {
        List<Runnable> after = List.of();
        lock.lock();
        try {
            return action.get();
        } finally {
            if (lock.getHoldCount() == 1 && !afterUnlock.isEmpty()) {
                after = List.copyOf(afterUnlock);
                afterUnlock.clear();
            }
            lock.unlock();
            after.forEach(Runnable::run);
        }
    }

    /** A probe of the local circuit. */
    private final class LocalProbe implements Probe {

        private final LocalCircuit.Slot slot;

        LocalProbe(LocalCircuit.Slot slot) {
            this.slot = slot;
        }

        @Override
        public void passed() {
            locked(() -> {
                local.passed(slot, nanos(), config);
                update();
            });
        }

        @Override
        public void failed() {
            locked(() -> {
                local.failed(slot, nanos(), config);
                update();
            });
        }

        @Override
        public void release() {
            locked(() -> local.release(slot));
        }
    }
}
