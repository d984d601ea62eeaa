package io.quorate.embedded.sim;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendView;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Session;
import io.quorate.backend.Ticker;
import io.quorate.embedded.session.ClientSession;
import io.quorate.embedded.session.EmbeddedBackend;
import io.quorate.embedded.session.FrontEnd;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A simulated process of clients: the real session front end and its lanes, on a clock of their own. */
public final class ClientProcess {

    /** What the process is there for, as far as the world needs to know. */
    public interface Resident {

        /** The session that it has now, if it has one. */
        @Nullable
        Session session();

        /** What it looks like, in one line. */
        String describe();
    }

    private final EngineWorld world;
    private final int number;
    private final SimClock clock;
    private final long laneDelay;
    private final Resident resident;
    private final SimLanes lanes;
    private final FrontEnd frontEnd;
    private double preemption;
    private boolean paused;
    private boolean dead;
    private boolean runPlanned;
    private boolean lanesPlanned;
    private long nextTimer = Long.MAX_VALUE;

    ClientProcess(EngineWorld world, int number, SimClock clock, long laneDelay, Resident resident) {
        this.world = world;
        this.number = number;
        this.clock = clock;
        this.laneDelay = laneDelay;
        this.resident = resident;
        this.lanes = new SimLanes(world.flaw(), clock, this::planLanes, this::planTimer);
        RandomGenerator bits = world.random()::next;
        this.frontEnd = new FrontEnd(world::members, this::planRun, clock, lanes, bits, Duration.ofMillis(400));
    }

    /** Has its lanes run beside each other, and lets others see what is between two tasks with the given chance. */
    void interleaveLanes(double chance) {
        preemption = chance;
        lanes.interleave(world.random()::below);
    }

    /** Returns its number. */
    public int number() {
        return number;
    }

    /** Returns its clock. */
    public Ticker clock() {
        return clock;
    }

    Resident resident() {
        return resident;
    }

    /** Returns a new client of the ensemble that runs in this process. */
    public Backend newBackend() {
        return new EmbeddedBackend(frontEnd, () -> new BackendView("simulated", true, List.of()), () -> {});
    }

    /** Returns a new lane of this process, which is no session's. */
    public Scheduler newLane(String name) {
        return lanes.open(name);
    }

    /** Returns whether it stands still. */
    public boolean isPaused() {
        return paused;
    }

    /** Returns whether it is gone. */
    public boolean isDead() {
        return dead;
    }

    // ---- stepping

    /** Has the process do what there is to do, soon. */
    public void planRun() {
        if (!runPlanned && !dead) {
            runPlanned = true;
            world.timeline().after(20, () -> {
                runPlanned = false;
                run();
            });
        }
    }

    private void run() {
        if (paused || dead) {
            return;
        }
        boolean worked = lanes.runTimers();
        worked |= frontEnd.runOnce();
        if (worked) {
            world.happenedAt(this);
            for (EngineNode node : world.nodes()) {
                node.planRun();
            }
            planRun();
        }
        world.throwPending();
        planTimer();
    }

    private long nanosToTimer() {
        return Math.min(frontEnd.nanosToTimer(), lanes.nanosToTimer());
    }

    /** Whether nothing is to happen at any time any more. */
    boolean hasNoTimer() {
        return nanosToTimer() == Long.MAX_VALUE;
    }

    private void planTimer() {
        long nanos = nanosToTimer();
        if (nanos != Long.MAX_VALUE) {
            long due = world.timeline().now() + clock.micros(nanos);
            if (due < nextTimer || nextTimer <= world.timeline().now()) {
                nextTimer = due;
                world.timeline().at(due, () -> {
                    if (nextTimer == due) {
                        nextTimer = Long.MAX_VALUE;
                    }
                    run();
                });
            }
        }
    }

    private void planLanes() {
        if (!lanesPlanned && !dead) {
            lanesPlanned = true;
            world.timeline().after(world.random().between(1, laneDelay), () -> {
                lanesPlanned = false;
                runLanes();
            });
        }
    }

    private void runLanes() {
        if (paused || dead) {
            return;
        }
        boolean worked = false;
        while (lanes.runNext()) {
            worked = true;
            world.throwPending();
            if (preemption > 0 && world.random().chance(preemption)) {
                planLanes();
                break;
            }
        }
        if (worked) {
            world.happenedAt(this);
        }
    }

    /** A transaction that ends a session for its silence was committed just now. */
    void expired(long id, long index) {
        Session present = resident.session();
        if (present == null
                || dead
                || present.id().value() != id
                || present.state().isTerminal()) {
            return;
        }
        long beyond = clock.nanos() - present.provenUntilNanos();
        if (beyond < 0) {
            throw new PropertyViolated(
                    "SessionsLive",
                    "session " + id + " expires at index " + index + ", " + -beyond + " ns before its proof ends");
        }
        if (beyond > 300_000_000L) {
            world.count(Sometimes.EXPIRY_LONG_AFTER_PROOF);
        }
    }

    // ---- faults

    void pause() {
        trace("pauses");
        paused = true;
    }

    void resume() {
        if (paused) {
            trace("goes on");
            paused = false;
            planRun();
            planLanes();
        }
    }

    /** The process is gone: it does nothing any more, and nobody is told. */
    void die() {
        dead = true;
        trace("dies");
    }

    private void trace(String what) {
        world.trace("c" + number, what);
    }

    private void onSession(Consumer<ClientSession> action) {
        if (!dead && resident.session() instanceof ClientSession present) {
            action.accept(present);
        }
    }

    void cut() {
        trace("is cut off");
        onSession(ClientSession::cut);
    }

    void hang() {
        trace("hangs");
        onSession(ClientSession::hang);
    }

    /** Ends what cuts the session off from the members. */
    public void restore() {
        trace("is restored");
        onSession(ClientSession::restore);
    }

    void loseNextReply() {
        trace("loses the next reply");
        onSession(ClientSession::loseNextReply);
    }

    void loseNextRequest() {
        trace("loses the next request");
        onSession(ClientSession::loseNextRequest);
    }
}
