package io.quorate.embedded.sim.recipes;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.embedded.sim.ClientProcess;
import io.quorate.embedded.sim.SimRandom;
import io.quorate.embedded.sim.SimulatedEngine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A client of the recipes in a simulated process of its own; its callbacks and its users' code run on one lane of that process. */
final class RecipeClient implements ClientProcess.Resident {

    private final SimulatedEngine engine;
    private final ClientProcess process;
    private final Scheduler lane;
    private final Quorate quorate;
    private @Nullable Session session;
    private boolean closed;

    RecipeClient(SimulatedEngine engine, int number) {
        this.engine = engine;
        this.process = engine.newProcess(number, this);
        this.lane = process.newLane("callbacks of " + name());
        QuorateOptions options = QuorateOptions.defaults()
                .withOwnerName(name())
                .withSessionTimeout(Duration.ofMillis(engine.random().between(150, 900)))
                .withCallbackExecutor(lane);
        this.quorate = Quorate.openLazily(new Remembering(process.newBackend()), options);
    }

    /** A backend that keeps the newest session within the reach of faults. */
    private final class Remembering implements Backend {
        private final Backend backend;

        Remembering(Backend backend) {
            this.backend = backend;
        }

        @Override
        public CompletableFuture<Session> open(SessionOptions options) {
            return backend.open(options).thenApply(opened -> {
                engine.trace(name(), "session " + opened.id());
                session = opened;
                return opened;
            });
        }

        @Override
        public Capabilities capabilities() {
            return backend.capabilities();
        }

        @Override
        public CompletableFuture<BackendView> describe() {
            return backend.describe();
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    String name() {
        return "c" + process.number();
    }

    SimulatedEngine engine() {
        return engine;
    }

    SimRandom random() {
        return engine.random();
    }

    Quorate quorate() {
        return quorate;
    }

    ClientProcess process() {
        return process;
    }

    @Override
    public @Nullable Session session() {
        return session;
    }

    /** Returns whether the process is there, be it paused. */
    boolean isAlive() {
        return !process.isDead();
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        CompletableFuture<?> unused = quorate.closeAsync().thenRun(() -> closed = true);
        process.planRun();
    }

    // ---- what users do

    /** Runs something of a user's on the client's lane after a random time on its clock, at most so many milliseconds. */
    void later(int maxMillis, Runnable action) {
        var unused = lane.schedule(action, Duration.ofNanos(random().between(100_000, maxMillis * 1_000_000L)));
        process.planRun();
    }

    /** Runs something of a user's on the client's lane as soon as it comes to it. */
    void soon(Runnable action) {
        lane.execute(action);
    }

    /** Tells what a user does. */
    void trace(Supplier<String> what) {
        if (engine.isTracing()) {
            engine.trace(name(), what.get());
        }
    }

    @Override
    public String describe() {
        Session present = session;
        return name()
                + (process.isDead() ? " dead" : process.isPaused() ? " paused" : "")
                + (closed ? " closed" : "")
                + (present == null ? " without session" : " " + present.id() + " " + present.state());
    }
}
