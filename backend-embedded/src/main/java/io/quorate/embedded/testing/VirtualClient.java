package io.quorate.embedded.testing;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Ticker;
import io.quorate.embedded.session.ClientSession;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.session.FrontEnd;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A process of an application under virtual time, as far as Quorate knows it: a client of the ensemble that can be paused, cut off
 * and killed.
 *
 * <p>What the test does with the client's recipes happens in the test's thread, as if it were in this process: that is why a test can
 * look at the leases of a process that is paused. Confined to the thread of the test.
 */
public final class VirtualClient {

    /** How long a client takes from what wakes it to what it does. */
    private static final long RUN_NANOS = 5_000;

    private final VirtualEnsemble ensemble;
    private final VirtualClock clock;
    private final String name;
    private final VirtualLanes lanes;
    private final FrontEnd frontEnd;
    private final Remembering backend;
    private final QuorateOptions options;
    private @Nullable Quorate quorate;
    private @Nullable ClientSession session;
    private long skippedNanos;
    private long nextTimer = Long.MAX_VALUE;
    private boolean runPlanned;
    private boolean paused;
    private boolean dead;
    private boolean stepping;

    VirtualClient(VirtualEnsemble ensemble, VirtualClock clock, String name, RandomGenerator random) {
        this.ensemble = ensemble;
        this.clock = clock;
        this.name = name;
        Ticker ticker = () -> clock.nanos() + skippedNanos;
        this.lanes = new VirtualLanes(ensemble, ticker, this::planRun);
        this.frontEnd = new FrontEnd(
                ensemble::running, this::planRun, ticker, lanes, random, VirtualEnsemble.CONNECTION_TIMEOUT);
        this.backend = new Remembering(
                new EmbeddedBackend(frontEnd, () -> new BackendView("virtual", true, List.of()), () -> {}));
        this.options =
                QuorateOptions.defaults().withOwnerName(name).withCallbackExecutor(lanes.open("callbacks of " + name));
    }

    /** Returns the name that it was given, which is its owner name in the queues of locks too. */
    public String name() {
        return name;
    }

    /** Returns the client of the recipes that lives in this process, with {@link #options()}; it is opened by the first call. */
    public Quorate quorate() {
        Quorate present = quorate;
        if (present == null) {
            present = Quorate.openLazily(backend, options);
            quorate = present;
        }
        return present;
    }

    /**
     * Returns the options for a client in this process, to be changed in all but the callback executor: that one makes callbacks and
     * blocking calls take part in virtual time.
     */
    public QuorateOptions options() {
        return options;
    }

    /** Returns the backend of this process, for {@link Quorate#open(Backend, QuorateOptions)} with {@link #options()}. */
    public Backend backend() {
        return backend;
    }

    /** The real backend, which keeps the newest session within the reach of faults. */
    private final class Remembering implements Backend {
        private final EmbeddedBackend real;

        Remembering(EmbeddedBackend real) {
            this.real = real;
        }

        @Override
        public CompletableFuture<Session> open(SessionOptions sessionOptions) {
            return real.open(sessionOptions).thenApply(opened -> {
                ensemble.note(name + " opens session " + opened.id());
                opened.onState(state -> ensemble.note(name + " session " + opened.id() + " " + state));
                session = (ClientSession) opened;
                return opened;
            });
        }

        @Override
        public Capabilities capabilities() {
            return real.capabilities();
        }

        @Override
        public CompletableFuture<BackendView> describe() {
            return CompletableFuture.completedFuture(ensemble.describe());
        }

        @Override
        public void close() {
            ClientSession present = session;
            if (present != null) {
                ensemble.await(present.closeAsync(), VirtualEnsemble.CONNECTION_TIMEOUT.plusSeconds(1));
            }
            real.close();
        }
    }

    // ---- faults

    /** Lets the process stand still, as in a long garbage collection: it does nothing, and its clocks go on. */
    public void pause() {
        ensemble.note(name + " pauses");
        paused = true;
    }

    /** Lets the process stand still for a time. */
    public void pause(Duration time) {
        pause();
        clock.after(time, this::resume);
    }

    /** Lets the process go on with what it has missed. */
    public void resume() {
        ensemble.note(name + " goes on");
        paused = false;
        planRun();
    }

    /** Breaks its connection to the members until {@link #restore}; the process is told. */
    public void cut() {
        onSession("is cut off", ClientSession::cut);
    }

    /** Loses all that goes between it and the members until {@link #restore}; the process has to find out. */
    public void hang() {
        onSession("hangs", ClientSession::hang);
    }

    /** Ends what {@link #cut} or {@link #hang} began. */
    public void restore() {
        onSession("is restored", ClientSession::restore);
    }

    /** Breaks its connection when its next write is answered, before the answer arrives. */
    public void loseNextReply() {
        onSession("loses its next reply", ClientSession::loseNextReply);
    }

    /** Breaks its connection when its next write is sent, before that arrives. */
    public void loseNextRequest() {
        onSession("loses its next request", ClientSession::loseNextRequest);
    }

    /** Ends its session as if the leader had heard nothing of it for its time-out; does nothing while nobody leads. */
    public void expire() {
        onSession("is to expire", expiring -> ensemble.expire(expiring.id().value()));
    }

    /** Lets its clock jump ahead, as after a suspended virtual machine. */
    public void skewClock(Duration ahead) {
        if (ahead.isNegative()) {
            throw new IllegalArgumentException("a clock that measures time does not jump back, but was to by " + ahead);
        }
        ensemble.note(name + "'s clock jumps by " + ahead);
        skippedNanos += ahead.toNanos();
        planRun();
    }

    /** Ends the process without a farewell: it does nothing any more, and its session lasts until it expires. */
    public void kill() {
        ensemble.note(name + " dies");
        dead = true;
    }

    private void onSession(String what, Consumer<ClientSession> action) {
        ensemble.note(name + " " + what);
        ClientSession present = session;
        if (present == null) {
            throw new IllegalStateException(
                    name + " has no session yet: use it first, or call await(quorate().session())");
        }
        action.accept(present);
        planRun();
    }

    // ---- stepping

    void planRun() {
        if (!runPlanned && !dead) {
            runPlanned = true;
            clock.in(RUN_NANOS, () -> {
                runPlanned = false;
                run();
            });
        }
    }

    private void run() {
        if (paused || dead) {
            return;
        }
        lanes.runTimers();
        if (!stepping) {
            stepping = true;
            try {
                while (frontEnd.runOnce()) {
                    // There may be more to do.
                }
            } finally {
                stepping = false;
            }
        }
        while (lanes.runNext() && !paused && !dead) {
            // And the tasks may make more.
        }
        planTimer();
    }

    private void planTimer() {
        long nanos = Math.min(frontEnd.nanosToTimer(), lanes.nanosToTimer());
        if (nanos != Long.MAX_VALUE) {
            long due = clock.nanos() + nanos;
            if (due < nextTimer || nextTimer <= clock.nanos()) {
                nextTimer = due;
                clock.in(nanos, () -> {
                    if (nextTimer == due) {
                        nextTimer = Long.MAX_VALUE;
                    }
                    run();
                });
            }
        }
    }

    void close() {
        Quorate present = quorate;
        if (present != null && !dead) {
            paused = false;
            present.close();
        }
    }

    /** Returns its name and what has become of it. */
    @Override
    public String toString() {
        return name + (dead ? " (dead)" : paused ? " (paused)" : "");
    }
}
