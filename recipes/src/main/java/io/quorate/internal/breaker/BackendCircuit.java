package io.quorate.internal.breaker;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.breaker.GuardedBackendConfig;
import io.quorate.breaker.GuardedBackendView;
import io.quorate.event.BreakerEvent;
import io.quorate.event.Family;
import io.quorate.internal.SerialExecutor;
import io.quorate.internal.breaker.BackendHealth.Sign;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit around one backend: judges its operations and its members, and probes it.
 *
 * <p>What an operation reads is one {@link Standing} in a volatile field. All else is guarded by a lock, under which the
 * backend is never called. One timer is pending at any time, on the lane of one of the open sessions; when that session
 * ends, another one takes it over. A refused operation also does what is overdue, so that a lane that is kept busy by its
 * user does not keep the circuit open.
 */
public final class BackendCircuit {

    private static final Logger log = LoggerFactory.getLogger(BackendCircuit.class);

    /** What a probe reads. It need not exist. */
    private static final Key PROBED = Key.of("/breakers");

    /** How many looks in a row must find too few members, so that an election alone opens nothing. */
    private static final int BAD_LOOKS_BEFORE_OPEN = 2;

    private static final int PROBES_NEEDED = 1;

    private final Backend backend;
    private final GuardedBackendConfig config;
    private final Ticker ticker;
    private final LongAdder refused = new LongAdder();
    private final List<Consumer<BreakerEvent.StateChanged>> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> afterUnlock = new ArrayList<>();
    private final Set<Session> sessions = new LinkedHashSet<>();

    private volatile Standing standing;
    private volatile @Nullable BackendView lastView;

    private Subscription timer = () -> {};
    private @Nullable Session timerOf;
    private long lookDueNanos;
    private boolean looking;
    private int badLooks;
    private CompletableFuture<?> probeRead = CompletableFuture.completedFuture(null);
    private boolean closed;

    /**
     * Where the circuit stands.
     *
     * @param phase the state
     * @param reason why, in words
     * @param dueNanos when the next probe begins, or the present step of the probe is over; nothing while it is closed
     * @param window the operations since the state was entered
     */
    private record Standing(Phase phase, String reason, long dueNanos, OperationWindow window) {

        boolean isClosed() {
            return phase instanceof Phase.Closed;
        }
    }

    /** Creates it closed. */
    public BackendCircuit(Backend backend, GuardedBackendConfig config, Ticker ticker) {
        this.backend = backend;
        this.config = config;
        this.ticker = ticker;
        long now = ticker.nanos();
        this.standing = new Standing(Phase.INITIAL, "nothing is wrong", now, newWindow(now));
        this.lookDueNanos = now + config.describeInterval().toNanos();
    }

    private OperationWindow newWindow(long now) {
        return new OperationWindow(
                config.slowThreshold().toNanos(), config.rollingWindow().toNanos(), now);
    }

    // ---------------------------------------------------------------- what operations see

    long nanos() {
        return ticker.nanos();
    }

    /** Returns where to count an operation that begins now, or null if the circuit is not closed. */
    OperationWindow.@Nullable Bucket enter() {
        Standing seen = standing;
        long now = nanos();
        if (!seen.isClosed()) {
            if (now >= seen.dueNanos()) {
                locked(() -> advance(now));
            }
            return null;
        }
        OperationWindow.Bucket bucket = seen.window().current(now);
        return bucket == null ? enterNextSecond(now) : bucket;
    }

    private OperationWindow.@Nullable Bucket enterNextSecond(long now) {
        locked(() -> judgeOperations(now));
        lock.lock();
        try {
            return standing.isClosed() ? standing.window().advance(now) : null;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a refused operation and returns what it fails with. */
    BackendUnavailableException refusal() {
        refused.increment();
        Standing seen = standing;
        Duration retryAfter = retryAfter(seen);
        return new BackendUnavailableException(
                "the guard of backend '" + config.name() + "' is "
                        + seen.phase().state() + ", because " + seen.reason()
                        + "; the operation was not sent, try again in " + retryAfter.toMillis() + " ms",
                retryAfter,
                null);
    }

    private Duration retryAfter(Standing seen) {
        return Duration.ofNanos(Math.max(1_000_000, seen.dueNanos() - nanos()));
    }

    /** Counts the end of an operation. */
    void ended(OperationWindow.Bucket bucket, long begunNanos, @Nullable Throwable failure) {
        long now = nanos();
        boolean tookLong = now - begunNanos >= config.slowThreshold().toNanos();
        boolean bad = bucket.end(BackendHealth.sign(failure), tookLong);
        if (bad && standing.window() == bucket.window()) {
            locked(() -> judgeOperations(now));
        }
    }

    /** Returns what the circuit looks like. */
    public GuardedBackendView view() {
        lock.lock();
        try {
            Standing seen = standing;
            return new GuardedBackendView(
                    config.name(),
                    seen.phase().state(),
                    seen.phase().epoch(),
                    seen.reason(),
                    seen.window().counts(nanos()),
                    refused.sum(),
                    seen.isClosed() ? Optional.empty() : Optional.of(retryAfter(seen)),
                    Optional.ofNullable(lastView));
        } finally {
            lock.unlock();
        }
    }

    /** Registers a listener; see {@link io.quorate.breaker.GuardedBackend#onChange}. */
    public Subscription onChange(Consumer<? super BreakerEvent.StateChanged> listener, Executor executor) {
        SerialExecutor serial = new SerialExecutor(toString(), executor);
        Consumer<BreakerEvent.StateChanged> told = event -> serial.execute(() -> listener.accept(event));
        listeners.add(told);
        return () -> listeners.remove(told);
    }

    // ---------------------------------------------------------------- sessions

    /** Returns a session that is guarded, once the given one is open. Cancelling the one cancels the other. */
    public CompletableFuture<Session> guard(CompletableFuture<Session> opening) {
        CompletableFuture<Session> result = new CompletableFuture<>();
        opening.whenComplete((session, failure) -> {
            if (session == null) {
                result.completeExceptionally(failure);
                return;
            }
            adopt(session);
            if (!result.complete(new GuardedSession(session, this))) {
                session.closeAsync();
            }
        });
        result.whenComplete((session, failure) -> {
            if (failure != null) {
                opening.cancel(false);
            }
        });
        return result;
    }

    private void adopt(Session session) {
        session.onState(state -> forgetIfEnded(session, state));
        locked(() -> {
            sessions.add(session);
            advance(nanos());
        });
        // It may have ended before the registration.
        forgetIfEnded(session, session.state());
    }

    private void forgetIfEnded(Session session, SessionState state) {
        if (state.isTerminal()) {
            locked(() -> {
                sessions.remove(session);
                if (session == timerOf) {
                    rearm(nanos());
                }
            });
        }
    }

    // ---------------------------------------------------------------- time

    private void timerFired() {
        locked(() -> advance(nanos()));
    }

    /** Does what time has brought about. Under the lock. */
    private void advance(long now) {
        if (closed) {
            return;
        }
        Standing seen = standing;
        boolean due = now >= seen.dueNanos();
        if (seen.isClosed()) {
            lookIfDue(now);
            judgeOperations(now);
        } else if (due && seen.phase() instanceof Phase.Open) {
            move(new Phase.WaitOver(), "a probe is under way after " + seen.reason(), now);
            long epoch = standing.phase().epoch();
            afterUnlock.add(() -> probe(epoch));
        } else if (due) {
            move(new Phase.ProbeFailed(), "the probe was not answered in time", now);
        }
        rearm(now);
    }

    /** Has a lane of an open session fire the timer when something is due. Under the lock. */
    private void rearm(long now) {
        timer.close();
        timer = () -> {};
        timerOf = null;
        long due = standing.isClosed() ? lookDueNanos : standing.dueNanos();
        for (Session session : sessions) {
            if (closed || timerOf != null) {
                return;
            }
            try {
                timer = session.scheduler().schedule(this::timerFired, Duration.ofNanos(Math.max(0, due - now)));
                timerOf = session;
            } catch (RejectedExecutionException e) {
                // Its end is told in a moment.
            }
        }
    }

    // ---------------------------------------------------------------- looks at the members

    private void lookIfDue(long now) {
        if (now < lookDueNanos) {
            return;
        }
        lookDueNanos = now + config.describeInterval().toNanos();
        if (looking) {
            looked(Optional.of("the backend did not describe itself in time"), now);
        } else {
            looking = true;
            afterUnlock.add(() -> describe(complaint -> locked(() -> {
                looking = false;
                looked(complaint, nanos());
            })));
        }
    }

    private void looked(Optional<String> complaint, long now) {
        badLooks = complaint.isPresent() ? badLooks + 1 : 0;
        if (badLooks >= BAD_LOOKS_BEFORE_OPEN && standing.isClosed()) {
            move(new Phase.ThresholdCrossed(), complaint.orElse(""), now);
        }
    }

    /** Asks for a description, and tells what is wrong with it. Not under the lock. */
    private void describe(Consumer<Optional<String>> then) {
        CompletableFuture<BackendView> description;
        try {
            description = backend.describe();
        } catch (RuntimeException e) {
            description = CompletableFuture.failedFuture(e);
        }
        description.whenComplete((view, failure) -> {
            if (view == null) {
                then.accept(Optional.of("the backend does not describe itself: " + failure));
            } else {
                lastView = view;
                then.accept(BackendHealth.complaint(view, config));
            }
        });
    }

    // ---------------------------------------------------------------- operations

    /** Opens the circuit if too many operations fail. Under the lock. */
    private void judgeOperations(long now) {
        if (standing.isClosed() && !closed) {
            BackendHealth.complaint(standing.window().counts(now), config)
                    .ifPresent(complaint -> move(new Phase.ThresholdCrossed(), complaint, now));
        }
    }

    // ---------------------------------------------------------------- probes

    private void probe(long epoch) {
        describe(
                complaint -> complaint.ifPresentOrElse(why -> probed(epoch, Optional.of(why)), () -> probeRead(epoch)));
    }

    /** Lets an open session read what only a quorum can answer. */
    private void probeRead(long epoch) {
        locked(() -> {
            if (standing.phase().epoch() != epoch || closed) {
                return;
            }
            Standing seen = standing;
            long now = nanos();
            standing = new Standing(
                    seen.phase(), seen.reason(), now + config.slowThreshold().toNanos(), seen.window());
            rearm(now);
            Session reader = reader();
            afterUnlock.add(() -> {
                if (reader == null) {
                    // Nobody is there whom a wrong answer could harm.
                    probed(epoch, Optional.empty());
                } else {
                    read(epoch, reader);
                }
            });
        });
    }

    private @Nullable Session reader() {
        Session any = null;
        for (Session session : sessions) {
            if (session.state() == SessionState.CONNECTED) {
                return session;
            }
            any = any == null ? session : any;
        }
        return any;
    }

    private void read(long epoch, Session reader) {
        CompletableFuture<Optional<Entry>> read = reader.get(PROBED, Read.LATEST);
        locked(() -> probeRead = read);
        read.whenComplete((entry, failure) -> {
            Sign sign = BackendHealth.sign(failure);
            if (sign == Sign.ANSWERED) {
                probed(epoch, Optional.empty());
            } else if (sign == Sign.FAILED) {
                probed(epoch, Optional.of("a read failed: " + failure));
            } else if (reader.state().isTerminal()) {
                forgetIfEnded(reader, reader.state());
                probeRead(epoch);
            }
        });
    }

    private void probed(long epoch, Optional<String> complaint) {
        locked(() -> {
            if (standing.phase().epoch() == epoch && !closed) {
                long now = nanos();
                move(
                        complaint.isEmpty() ? new Phase.ProbePassed(0) : new Phase.ProbeFailed(),
                        complaint.orElse("a probe succeeded"),
                        now);
            }
        });
    }

    // ---------------------------------------------------------------- the state

    /** Changes the state. Under the lock. */
    private void move(Phase.Trigger trigger, String reason, long now) {
        Phase before = standing.phase();
        Phase after = Phase.next(before, trigger, PROBES_NEEDED);
        standing = new Standing(after, reason, now + stepNanos(after), newWindow(now));
        badLooks = 0;
        lookDueNanos = now + config.describeInterval().toNanos();
        CompletableFuture<?> abandoned = probeRead;
        probeRead = CompletableFuture.completedFuture(null);
        BreakerEvent.StateChanged event = new BreakerEvent.StateChanged(
                Family.of(config.name()), before.state().name(), after.state().name(), after.epoch(), reason);
        afterUnlock.add(() -> {
            abandoned.cancel(false);
            log.info("The guard of backend '{}' is {} now: {}", config.name(), after.state(), reason);
        });
        listeners.forEach(listener -> afterUnlock.add(() -> listener.accept(event)));
        rearm(now);
    }

    /** Returns how long a state lasts, or its first step, if nothing else ends it. */
    private long stepNanos(Phase phase) {
        if (phase instanceof Phase.Open open) {
            long most = config.maximumOpenDuration().toNanos();
            long wait = config.openDuration().toNanos();
            for (int round = 0; round < open.round() && wait < most; round++) {
                wait *= 2;
            }
            return Math.min(wait, most);
        }
        return config.describeInterval().toNanos();
    }

    /** Stops judging and probing. */
    public void close() {
        locked(() -> {
            closed = true;
            rearm(nanos());
            CompletableFuture<?> abandoned = probeRead;
            afterUnlock.add(() -> abandoned.cancel(false));
        });
    }

    private void locked(Runnable action) {
        List<Runnable> after = List.of();
        lock.lock();
        try {
            action.run();
        } finally {
            if (lock.getHoldCount() == 1 && !afterUnlock.isEmpty()) {
                after = List.copyOf(afterUnlock);
                afterUnlock.clear();
            }
            lock.unlock();
            after.forEach(Runnable::run);
        }
    }

    @Override
    public String toString() {
        return "guard of backend '" + config.name() + "'";
    }
}
