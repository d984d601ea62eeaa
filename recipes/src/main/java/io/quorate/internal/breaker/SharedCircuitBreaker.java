package io.quorate.internal.breaker;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.breaker.BreakerChange;
import io.quorate.breaker.BreakerOverride;
import io.quorate.breaker.BreakerView;
import io.quorate.breaker.CircuitBreaker;
import io.quorate.breaker.CircuitBreakerConfig;
import io.quorate.breaker.CircuitBreakerOpenException;
import io.quorate.breaker.Permission;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.Failures;
import io.quorate.internal.SerialExecutor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls through a circuit breaker: they read the gate of the circuit and count where it says. */
final class SharedCircuitBreaker implements CircuitBreaker {

    private static final Logger log = LoggerFactory.getLogger(SharedCircuitBreaker.class);

    /** How often an override is tried again when the state changed in the meantime. */
    private static final int MAX_ATTEMPTS = 20;

    private final BreakerNames names;
    private final Client client;
    private final SerialExecutor callbacks;
    private final List<Registration> listeners = new CopyOnWriteArrayList<>();
    private final Circuit circuit;

    SharedCircuitBreaker(BreakerNames names, Client client, CircuitBreakerConfig config, Ticker ticker, Rules rules) {
        this.names = names;
        this.client = client;
        this.callbacks = new SerialExecutor(what(), client.callbackExecutor());
        this.circuit = new Circuit(names, client, config, ticker, rules, this::tell);
    }

    void start() {
        circuit.start();
    }

    boolean isClosed() {
        return circuit.isClosed();
    }

    @Override
    public String name() {
        return names.name();
    }

    @Override
    public CircuitBreakerConfig config() {
        return circuit.config();
    }

    @Override
    public void reconfigure(CircuitBreakerConfig config) {
        circuit.reconfigure(config);
    }

    @Override
    public BreakerView view() {
        return circuit.view();
    }

    // ---------------------------------------------------------------- calls

    @Override
    public <T extends @Nullable Object> T execute(Callable<T> call) throws Exception {
        Gate entered = circuit.gate();
        if (!entered.isPlain()) {
            return executeWithPermission(call, admit(entered));
        }
        boolean timed = circuit.isTimed(entered);
        long startNanos = timed ? circuit.awakeNanos() : 0;
        T result;
        try {
            result = call.call();
        } catch (Throwable failure) {
            count(entered, judged(failure), timed && isSlow(entered, startNanos));
            throw failure;
        }
        count(entered, judgedResult(result), timed && isSlow(entered, startNanos));
        return result;
    }

    private boolean isSlow(Gate entered, long startNanos) {
        return circuit.awakeNanos() - startNanos >= entered.slowNanos();
    }

    private static <T extends @Nullable Object> T executeWithPermission(Callable<T> call, Call permission)
            throws Exception {
        T result;
        try {
            result = call.call();
        } catch (Throwable failure) {
            permission.onError(failure);
            throw failure;
        }
        permission.onResult(result);
        return result;
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> executeAsync(Supplier<? extends CompletionStage<T>> call) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        Call permission;
        try {
            permission = admit(circuit.gate());
        } catch (CircuitBreakerOpenException e) {
            outcome.completeExceptionally(e);
            return outcome;
        }
        try {
            call.get().whenComplete((result, failure) -> {
                if (failure == null) {
                    permission.onResult(result);
                    outcome.complete(result);
                } else {
                    permission.onError(unwrapped(failure));
                    outcome.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException | Error failure) {
            permission.onError(failure);
            outcome.completeExceptionally(failure);
        }
        return outcome;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    @Override
    public <T extends @Nullable Object> Supplier<T> decorateSupplier(Supplier<T> call) {
        return () -> {
            Call permission = admit(circuit.gate());
            T result;
            try {
                result = call.get();
            } catch (RuntimeException | Error failure) {
                permission.onError(failure);
                throw failure;
            }
            permission.onResult(result);
            return result;
        };
    }

    @Override
    public Runnable decorateRunnable(Runnable call) {
        return () -> {
            Call permission = admit(circuit.gate());
            try {
                call.run();
            } catch (RuntimeException | Error failure) {
                permission.onError(failure);
                throw failure;
            }
            permission.onSuccess();
        };
    }

    @Override
    public Optional<Permission> tryAcquirePermission() {
        try {
            return Optional.of(admit(circuit.gate()));
        } catch (CircuitBreakerOpenException e) {
            return Optional.empty();
        }
    }

    @Override
    public Permission acquirePermission() {
        return admit(circuit.gate());
    }

    /**
     * Lets a call in.
     *
     * @throws CircuitBreakerOpenException if it is rejected
     */
    private Call admit(Gate seen) {
        Gate entered = seen;
        if (entered.callDriven()) {
            circuit.poke(circuit.nanos());
            entered = circuit.gate();
        }
        Probe probe = null;
        if (entered.way() == Gate.Way.PROBE) {
            probe = circuit.takeProbe();
        }
        if (entered.way() == Gate.Way.REJECT || (entered.way() == Gate.Way.PROBE && probe == null)) {
            throw circuit.rejection(entered);
        }
        boolean timed = probe == null ? circuit.isTimed(entered) : entered.times();
        return new Call(this, entered, probe, timed, timed ? circuit.awakeNanos() : 0);
    }

    private enum Judgement {
        SUCCESS,
        FAILURE,
        NOTHING
    }

    private Judgement judged(Throwable failure) {
        CircuitBreakerConfig config = circuit.config();
        try {
            if (config.ignoredException().test(failure)) {
                return Judgement.NOTHING;
            }
            return config.failureException().test(failure) ? Judgement.FAILURE : Judgement.SUCCESS;
        } catch (RuntimeException e) {
            return thrown(e);
        }
    }

    @SuppressWarnings("NullAway") // A predicate of results is asked about any result, null included.
    private Judgement judgedResult(@Nullable Object result) {
        try {
            return circuit.config().failureResult().test(result) ? Judgement.FAILURE : Judgement.SUCCESS;
        } catch (RuntimeException e) {
            return thrown(e);
        }
    }

    private Judgement thrown(RuntimeException failure) {
        log.error("A predicate of {} threw; the call counts as a failure", what(), failure);
        return Judgement.FAILURE;
    }

    /** Counts a call, unless the state has changed since it was let in. */
    private void count(Gate entered, Judgement judgement, boolean slow) {
        Gate now = circuit.gate();
        if (now.way() == Gate.Way.PASS && entered.countsIn(now)) {
            int slowCalls = slow ? entered.timedOneIn() : 0;
            if (judgement == Judgement.SUCCESS) {
                now.bucket().succeeded(slowCalls);
            } else if (judgement == Judgement.FAILURE) {
                now.bucket().failed(slowCalls);
            }
        }
    }

    /** A call that was let in, with all that there may be to it. */
    private static final class Call implements Permission {

        private static final AtomicIntegerFieldUpdater<Call> SETTLED =
                AtomicIntegerFieldUpdater.newUpdater(Call.class, "settled");

        private final SharedCircuitBreaker breaker;
        private final Gate entered;
        private final @Nullable Probe probe;
        private final boolean timed;
        private final long startNanos;

        @SuppressWarnings("UnusedVariable") // Through the updater.
        private volatile int settled;

        Call(SharedCircuitBreaker breaker, Gate entered, @Nullable Probe probe, boolean timed, long startNanos) {
            this.breaker = breaker;
            this.entered = entered;
            this.probe = probe;
            this.timed = timed;
            this.startNanos = startNanos;
        }

        void onResult(@Nullable Object result) {
            settle(breaker.judgedResult(result));
        }

        @Override
        public void onSuccess() {
            settle(Judgement.SUCCESS);
        }

        @Override
        public void onError(Throwable failure) {
            settle(breaker.judged(failure));
        }

        @Override
        public void release() {
            settle(Judgement.NOTHING);
        }

        private void settle(Judgement judgement) {
            if (!SETTLED.compareAndSet(this, 0, 1) || entered.way() == Gate.Way.BYPASS) {
                return;
            }
            boolean slow = timed && breaker.isSlow(entered, startNanos);
            if (probe == null) {
                breaker.count(entered, judgement, slow);
            } else if (judgement == Judgement.NOTHING) {
                probe.release();
            } else if (judgement == Judgement.FAILURE || slow) {
                probe.failed();
            } else {
                probe.passed();
            }
        }
    }

    // ---------------------------------------------------------------- overrides

    @Override
    public CompletableFuture<Void> overrideAsync(BreakerOverride override) {
        return change(seen -> seen.overriddenBy(override));
    }

    @Override
    public CompletableFuture<Void> clearOverrideAsync() {
        return change(seen -> seen.override() == null ? seen : seen.withoutOverride());
    }

    @Override
    public void override(BreakerOverride override) throws InterruptedException {
        await(overrideAsync(override), "overriding " + what());
    }

    @Override
    public void clearOverride() throws InterruptedException {
        await(clearOverrideAsync(), "ending the override of " + what());
    }

    private void await(CompletableFuture<Void> change, String doing) throws InterruptedException {
        client.refuseToWaitOnLane();
        Await.within(client.operationTimeout(), client.sessions(), change, doing, () -> "the backend did not answer");
    }

    private CompletableFuture<Void> change(UnaryOperator<Agreement> change) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<?> attempts = client.sessions().call(session -> changed(session, change, 1));
        attempts.whenCompleteAsync(
                (result, failure) -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(Failures.of(failure));
                    }
                },
                client.callbackExecutor());
        return done;
    }

    private CompletableFuture<Optional<CommitResult>> changed(
            Session session, UnaryOperator<Agreement> change, int attempt) {
        CompletableFuture<Optional<CommitResult>> committed =
                session.get(stateKey(), Read.LATEST).thenCompose(entry -> commit(session, entry.orElse(null), change));
        CompletableFuture<CompletableFuture<Optional<CommitResult>>> next = committed.handle((result, failure) -> {
            boolean changedMeanwhile = failure != null && Failures.of(failure) instanceof CommitFailedException;
            return changedMeanwhile && attempt < MAX_ATTEMPTS ? changed(session, change, attempt + 1) : committed;
        });
        return next.thenCompose(last -> last);
    }

    private CompletableFuture<Optional<CommitResult>> commit(
            Session session, @Nullable Entry entry, UnaryOperator<Agreement> change) {
        Agreement seen = entry == null ? Agreement.INITIAL : readable(entry);
        Agreement next = change.apply(seen);
        if (next.equals(seen)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Commit commit = entry == null
                ? Commit.builder().create(stateKey(), next.encode()).build()
                : Commit.builder().update(entry, next.encode()).build();
        return session.commit(commit).thenApply(Optional::of);
    }

    private Agreement readable(Entry entry) {
        try {
            return Agreement.decode(entry.value());
        } catch (IllegalArgumentException e) {
            QuorateException refusal = new BackendUnavailableException(
                    "the state of " + what() + " is written in a form that this version does not understand; nothing"
                            + " was changed",
                    e);
            throw refusal;
        }
    }

    private Key stateKey() {
        return new Board(names.root()).stateKey();
    }

    // ---------------------------------------------------------------- events, end

    @Override
    public Subscription onChange(Consumer<BreakerChange> listener) {
        Registration registered = new Registration(listener);
        listeners.add(registered);
        return () -> listeners.remove(registered);
    }

    private void tell(BreakerChange event) {
        for (Registration registered : listeners) {
            callbacks.execute(() -> registered.listener.accept(event));
        }
    }

    /** One registration; the same listener may be registered twice, and each is closed by itself. */
    private static final class Registration {

        private final Consumer<BreakerChange> listener;

        Registration(Consumer<BreakerChange> listener) {
            this.listener = listener;
        }
    }

    @Override
    public void close() {
        circuit.close();
    }

    @Override
    public String toString() {
        return what();
    }

    private String what() {
        return "circuit breaker '" + names.name() + "'";
    }
}
