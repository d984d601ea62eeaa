package io.quorate.internal.breaker;

import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import io.quorate.breaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one instance has with one session: the watch, the window that it publishes, the changes of the shared state that
 * it commits. Guarded by the lock of the circuit; ends with the session.
 *
 * <p>There is no elected evaluator. Everybody judges by the same entries, and everybody may commit what follows, on the
 * condition that the state is still the one that was judged. So that not all do so at once, each waits a moment of its
 * own first.
 */
final class Seat {

    private static final Logger log = LoggerFactory.getLogger(Seat.class);

    /** By how much instances differ in when they act on what all can see. */
    private static final long STAGGER_NANOS = Duration.ofMillis(100).toNanos();

    private final Circuit circuit;
    private final Session session;
    private final Rules rules;
    private final BreakerNames names;
    private final Board board;
    private final Permits permits;
    private final Key windowKey;

    private @Nullable Watch watch;
    private Subscription states = () -> {};
    private Subscription ticks = () -> {};
    private @Nullable Subscription alarm;
    private long alarmNanos;
    private boolean inStep;
    private boolean left;
    private boolean committing;
    private boolean publishing;
    private long judgedEpoch = -1;

    Seat(Circuit circuit, Session session, BreakerNames names, Rules rules) {
        this.circuit = circuit;
        this.session = session;
        this.rules = rules;
        this.names = names;
        this.board = new Board(names.root());
        this.windowKey = board.windowKey(session.id().toString());
        this.permits = new Permits(this, board, rules);
    }

    // ---------------------------------------------------------------- life

    void begin() {
        states = session.onState(state -> circuit.locked(() -> sessionIs(state)));
        if (session.state().isTerminal()) {
            sessionIs(session.state());
            return;
        }
        watchAgain();
        // The first tick comes at a moment of the instance's own, so that not all publish in the same instant.
        tickAfter(Duration.ofNanos(ownShare(Circuit.TICK.toNanos(), 0)));
    }

    /** Withdraws what this instance has published, and takes no more part. */
    void leave() {
        if (left) {
            return;
        }
        stop();
        if (session.state().isTerminal()) {
            return;
        }
        permits.giveAllBack();
        if (board.window(windowKey) != null || publishing) {
            commit(Commit.builder().delete(windowKey).build(), result -> {});
        }
    }

    private void stop() {
        left = true;
        inStep = false;
        states.close();
        ticks.close();
        if (alarm != null) {
            alarm.close();
        }
        if (watch != null) {
            watch.close();
        }
    }

    private void sessionIs(SessionState state) {
        if (left) {
            return;
        }
        if (state.isTerminal()) {
            stop();
            circuit.ended(this);
        } else if (state == SessionState.SUSPENDED) {
            // In step again with the next batch, which comes after the reconnection even if nothing was missed.
            inStep = false;
            circuit.detached(nanos());
        }
    }

    private void watchAgain() {
        try {
            watch = session.watch(names.root(), Scope.SUBTREE, new WatchListener() {
                @Override
                public void onBatch(WatchBatch batch) {
                    circuit.locked(() -> applied(batch));
                }

                @Override
                public void onEnd(QuorateException cause) {
                    circuit.locked(() -> watchEnded(cause));
                }
            });
        } catch (QuorateException e) {
            // The session has ended; its listener tells.
            log.debug("Circuit breaker {} cannot be watched: {}", names.name(), e.getMessage());
        }
    }

    private void watchEnded(QuorateException cause) {
        watch = null;
        if (!left && inStep) {
            inStep = false;
            log.warn("Circuit breaker {} decides alone for a while: {}", names.name(), cause.getMessage());
            circuit.detached(nanos());
        }
    }

    // ---------------------------------------------------------------- what happens

    private void applied(WatchBatch batch) {
        if (left) {
            return;
        }
        long now = nanos();
        board.apply(batch, now);
        Agreement seen = board.agreement();
        if (seen == null) {
            if (inStep || batch.initial()) {
                log.warn(
                        "The state of circuit breaker {} is written in a form that this version does not understand;"
                                + " it decides alone",
                        names.name());
            }
            inStep = false;
            circuit.detached(now);
            return;
        }
        inStep = session.state() == SessionState.CONNECTED;
        circuit.agreed(seen, now);
        if (batch.initial() && rules.writesOnStart()) {
            agree(seen.with(new Phase.Closed(seen.phase().epoch() + 1)));
        }
        progress(now, false);
        circuit.update();
    }

    private void tickAfter(Duration delay) {
        try {
            ticks = session.scheduler()
                    .schedule(
                            () -> circuit.locked(() -> {
                                if (!left) {
                                    tickAfter(rules.interval(Circuit.TICK));
                                    circuit.tick(nanos());
                                }
                            }),
                            delay);
        } catch (RejectedExecutionException e) {
            log.debug("Circuit breaker {} stands without a timer", names.name());
        }
    }

    void tick(long now) {
        if (left) {
            return;
        }
        if (watch == null) {
            watchAgain();
        }
        if (inStep && circuit.takesPart()) {
            boolean changing = progress(now, true);
            if (!changing) {
                publish();
            }
        }
    }

    /** Does what follows from the entries and the time; returns whether it has begun to change the state. */
    private boolean progress(long now, boolean atItsTick) {
        Agreement seen = board.agreement();
        if (!inStep || seen == null || !circuit.takesPart()) {
            return false;
        }
        if (seen.override() != null && rules.obeysOverrides()) {
            permits.giveAllBack();
            return now >= circuit.overrideEndsNanos()
                    ? agree(seen.withoutOverride())
                    : wakeUp(circuit.overrideEndsNanos(), now);
        }
        if (seen.phase() instanceof Phase.HalfOpen half) {
            permits.progress(half, now);
            return false;
        }
        permits.giveAllBack();
        if (seen.phase() instanceof Phase.Open open) {
            long due = circuit.phaseSeenNanos()
                    + Waits.nanos(open.round(), config())
                    + ownShare(STAGGER_NANOS, open.epoch());
            return now >= due ? trigger(seen, new Phase.WaitOver()) : wakeUp(due, now);
        }
        return judge(seen, now, atItsTick);
    }

    /** Opens if all calls together are too bad, but a moment after having seen it first. */
    private boolean judge(Agreement seen, long now, boolean atItsTick) {
        if (!verdict().all()) {
            judgedEpoch = -1;
            return false;
        }
        if (atItsTick) {
            // Ticks come at a moment of the instance's own anyway.
            return trigger(seen, new Phase.ThresholdCrossed());
        }
        if (judgedEpoch != seen.phase().epoch()) {
            judgedEpoch = seen.phase().epoch();
            return wakeUp(now + ownShare(STAGGER_NANOS, judgedEpoch), now);
        }
        return alarm == null && trigger(seen, new Phase.ThresholdCrossed());
    }

    Verdict verdict() {
        return Verdict.of(circuit.counts(), board.countsOfOthers(windowKey, phaseEpoch(), rules), config(), rules);
    }

    private long phaseEpoch() {
        Agreement seen = board.agreement();
        return seen == null ? 0 : seen.phase().epoch();
    }

    private boolean wakeUp(long dueNanos, long now) {
        if (dueNanos == Long.MAX_VALUE || (alarm != null && alarmNanos <= dueNanos)) {
            return false;
        }
        if (alarm != null) {
            alarm.close();
        }
        alarmNanos = dueNanos;
        try {
            alarm = session.scheduler()
                    .schedule(() -> circuit.locked(this::alarmRings), Duration.ofNanos(Math.max(0, dueNanos - now)));
        } catch (RejectedExecutionException e) {
            alarm = null;
        }
        return false;
    }

    private void alarmRings() {
        alarm = null;
        if (!left) {
            progress(nanos(), false);
            circuit.update();
        }
    }

    // ---------------------------------------------------------------- writing

    private void publish() {
        if (publishing || !(board.phase() instanceof Phase.Closed phase)) {
            return;
        }
        PublishedWindow window = new PublishedWindow(phase.epoch(), circuit.counts());
        PublishedWindow known = board.window(windowKey);
        Commit.Builder change = Commit.builder();
        if (window.counts().calls() == 0) {
            if (known == null) {
                return;
            }
            change.delete(windowKey);
        } else if (known == null) {
            change.createOwned(windowKey, window.encode());
        } else if (!window.equals(known) || !rules.publishesChangesOnly()) {
            change.update(windowKey, window.encode());
        } else {
            return;
        }
        publishing = true;
        commit(change.build(), result -> publishing = false);
    }

    private boolean trigger(Agreement seen, Phase.Trigger trigger) {
        return agree(next(seen, trigger));
    }

    /** Returns what all agree on after a trigger. */
    Agreement next(Agreement seen, Phase.Trigger trigger) {
        return seen.with(Phase.next(seen.phase(), trigger, config().permittedProbes()));
    }

    private boolean agree(Agreement next) {
        return agree(next, null, failure -> {});
    }

    /**
     * Commits a change of the shared state, with a change that belongs to it.
     *
     * @return whether it is under way; only one is at a time
     */
    boolean agree(Agreement next, @Nullable Op together, Consumer<@Nullable Throwable> onEnd) {
        if (committing || left) {
            return false;
        }
        committing = true;
        Commit.Builder change = Commit.builder();
        Entry judged = board.state();
        change.op(
                judged == null
                        ? new Op.Create(board.stateKey(), next.encode(), Op.Lifetime.PERSISTENT)
                        : new Op.Update(board.stateKey(), next.encode(), rules.expectedRevision(judged.modRevision())));
        if (together != null) {
            change.op(together);
        }
        commit(change.build(), failure -> {
            committing = false;
            onEnd.accept(failure);
        });
        return true;
    }

    /** Commits; what fails is tried again, if it still makes sense, with the next batch or tick. */
    void commit(Commit commit, Consumer<@Nullable Throwable> onEnd) {
        long judgedRevision = board.revision();
        CompletableFuture<CommitResult> result = session.commit(commit);
        result.whenComplete((done, failure) -> circuit.locked(() -> {
            onEnd.accept(failure);
            if (failure != null) {
                log.debug("Circuit breaker {}: {}", names.name(), failure.getMessage());
            }
            // A batch that came meanwhile found this under way; without one, its failure would only be repeated.
            if (!left && (failure == null || board.revision() > judgedRevision)) {
                progress(nanos(), false);
                circuit.update();
            }
        }));
    }

    // ---------------------------------------------------------------- what others ask

    boolean hasLeft() {
        return left;
    }

    boolean isInStep() {
        return inStep;
    }

    long revision() {
        return board.revision();
    }

    @Nullable
    Probe takeProbe(long now) {
        return board.phase() instanceof Phase.HalfOpen half ? permits.take(half, now) : null;
    }

    CircuitBreakerConfig config() {
        return circuit.config();
    }

    Circuit circuit() {
        return circuit;
    }

    long nanos() {
        return circuit.nanos();
    }

    /** Returns a number below the limit that differs from instance to instance, and from one salt to the next. */
    long ownShare(long limit, long salt) {
        // The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
        long z = session.id().value() * 0x9E3779B97F4A7C15L + salt;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return Math.floorMod(z ^ z >>> 31, limit);
    }
}
