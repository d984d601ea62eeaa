package io.quorate.embedded.sim;

import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.tree.PlantedMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One random schedule of the full engine: faults and load from a seed, then, in some runs, a healed majority that must get
 * back to work and clear up.
 */
final class EngineRun {

    /** A majority that can talk must have a leader, and commit, within this many election time-outs. */
    private static final int PATIENCE = 50;

    private static final double LIVENESS_RUNS = 0.2;

    /** The share of those in which the links are broken for good, rather than a majority healed. */
    private static final double TOPOLOGY_RUNS = 0.3;

    /** The share of runs in which any number of disks may lose what they held. */
    private static final double BEYOND_BUDGET = 0.05;

    /** Real clocks are a hundred times better. */
    private static final double DRIFT = 0.0005;

    private final long seed;
    private final Swarm swarm;
    private final SimRandom random;
    private final EngineWorld world;
    private final Timeline timeline;
    private final EngineNode[] nodes;
    private final EngineFaults faults;
    private final List<EngineClient> clients = new ArrayList<>();
    private final long actInterval;
    private final boolean beyondBudget;
    private final List<Long> deadSessions = new ArrayList<>();
    private boolean quiet;

    EngineRun(long seed, RuntimeFlaw flaw) {
        this.seed = seed;
        this.swarm = new Swarm(seed);
        this.random = swarm.random;
        int snapshotRecords = random.chance(0.5) ? 10 + random.below(60) : 100_000;
        double drift = random.chance(0.5) ? DRIFT : 0;
        this.world = new EngineWorld(swarm.members, swarm.times, snapshotRecords, swarm, random, drift, flaw);
        this.timeline = world.timeline();
        this.nodes = world.nodes();
        this.actInterval = random.between(3_000, 30_000);
        double clientFaults = random.chance(0.6) ? 0.5 * random.below(100) / 100 : 0;
        double clientDeath = random.chance(0.3) ? 0.05 : 0;
        double gracefulStop = random.chance(0.4) ? 0.2 * random.below(100) / 100 : 0;
        double diskFull = random.chance(0.15) ? 0.1 : 0;
        double spaceLow = random.chance(0.2) ? 0.2 : 0;
        world.reserve(spaceLow > 0 || random.chance(0.3) ? EngineWorld.RESERVE : 0);
        this.beyondBudget = random.chance(BEYOND_BUDGET);
        double rot = beyondBudget || random.chance(0.2) ? 0.4 : 0;
        this.faults = new EngineFaults(
                world,
                swarm,
                new EngineFaults.Odds(clientFaults, clientDeath, gracefulStop, diskFull, rot, spaceLow, beyondBudget));
        int count = 2 + random.below(3);
        for (int i = 1; i <= count; i++) {
            addClient(i, drift);
        }
    }

    private void addClient(int number, double drift) {
        Duration timeout = Duration.ofMillis(random.between(120, 900));
        long laneDelay = random.chance(0.2) ? 40_000 : 200;
        clients.add(new EngineClient(world, number, world.newClock(drift), timeout, laneDelay));
    }

    EngineWorld world() {
        return world;
    }

    /** Plants a mistake into the state of all members. */
    EngineRun plant(PlantedMachine machine) {
        world.plant(machine);
        return this;
    }

    EngineRun trace(Consumer<String> tracer) {
        world.trace(tracer);
        return this;
    }

    /** Runs to the end, or to the first property that does not hold. */
    RandomRun.Outcome run(long eventLimit) {
        String failure = null;
        try {
            begin();
            long timeLimit = eventLimit * EngineWorld.TICK;
            while (world.events() < eventLimit && timeline.now() < timeLimit) {
                timeline.advance(timeLimit);
            }
            if (beyondBudget) {
                // Halting, or waiting for ever for a quorum, is right now; a wrong answer is not.
                world.count(Sometimes.BEYOND_BUDGET);
            } else if (random.chance(LIVENESS_RUNS)) {
                if (random.chance(TOPOLOGY_RUNS)) {
                    checkTopology();
                } else {
                    checkLiveness();
                }
            }
            clients.forEach(EngineClient::checkOutcomes);
            world.oracle().state().checkInvariants();
            world.oracle().checkOwners();
            world.throwPending();
        } catch (PropertyViolated violation) {
            failure = violation.getMessage();
        } catch (RuntimeException unexpected) {
            StackTraceElement[] stack = unexpected.getStackTrace();
            failure = "Unexpected: " + unexpected + (stack.length > 0 ? " at " + stack[0] : "");
        }
        return new RandomRun.Outcome(seed, world.events(), world.traceHash(), failure);
    }

    private void begin() {
        faults.begin();
        clients.forEach(this::actLater);
    }

    private void actLater(EngineClient client) {
        timeline.after(random.between(1, 2 * actInterval), () -> {
            if (!quiet) {
                client.act();
            }
            actLater(client);
        });
    }

    // Liveness.

    /** Heals a majority for good, leaves all else as broken as it is, and expects progress and a clean end. */
    private void checkLiveness() {
        boolean[] core = faults.end();
        for (EngineClient client : clients) {
            if (client.isDead() && client.lastSession() != 0) {
                deadSessions.add(client.lastSession());
            }
            client.process().resume();
            client.process().restore();
        }
        expectWork(core);
        world.count(Sometimes.LIVENESS_CHECKED);
        expectCleanEnd();
    }

    /**
     * Scenario 39: links are broken for good, in one direction or both, such that at least one member keeps two-way contact
     * with a quorum. Without any healing, a leader must be found and a session be opened.
     *
     * <p>All logs are equal until there is a new leader. Were the only such member behind one of its quorum, nobody could
     * lead: a leader gives up rather than take over a more recent history.
     */
    private void checkTopology() {
        boolean[] all = faults.endEverywhere();
        for (EngineClient client : clients) {
            client.process().resume();
            client.process().restore();
        }
        expectWork(all);
        quiet = true;
        clients.forEach(EngineClient::retire);
        timeline.runFor(3_000_000);
        for (EngineNode node : nodes) {
            // A member without its disk is admitted again with the next write, and makes no quorum before.
            if (node.isForgetful() || node.applied() != world.oracle().lastIndex()) {
                return;
            }
        }
        world.count(Sometimes.TOPOLOGY_CHECKED);
        faults.partitions().leaveHub(random.below(nodes.length));
        timeline.runFor(20L * swarm.times.election() * EngineWorld.TICK);
        quiet = false;
        expectWork(new boolean[nodes.length]);
    }

    private long deadline() {
        return timeline.now() + (long) PATIENCE * swarm.times.election() * EngineWorld.TICK;
    }

    private void expectWork(boolean[] core) {
        long before = world.oracle().lastIndex();
        EngineClient prober =
                new EngineClient(world, clients.size() + 1, world.newClock(0), Duration.ofSeconds(2), 200);
        clients.add(prober);
        actLater(prober);
        long deadline = deadline();
        String missing = missing(core, prober, before);
        while (missing != null && timeline.now() < deadline) {
            timeline.advance(deadline);
            missing = missing(core, prober, before);
        }
        if (missing != null) {
            throw new PropertyViolated("Liveness", missing + ": " + world.describe());
        }
    }

    /** What there is not yet of a session that was opened behind an index, a leader, and a core that has applied it. */
    private @Nullable String missing(boolean[] core, EngineClient prober, long before) {
        long opened = prober.lastSession();
        if (opened <= before) {
            return "no new session was opened";
        }
        EngineNode leader = world.leader();
        if (leader == null) {
            return "nobody leads";
        }
        for (EngineNode node : nodes) {
            if (core[node.position()] && faults.partitions().areLinked(node.position(), leader.position())) {
                if (!node.isUp()) {
                    return "a healed member is down";
                }
                if (node.applied() < opened) {
                    return "a healed member has not applied that a new session was opened";
                }
            }
        }
        return null;
    }

    /** N6, N12: dead clients' sessions are ended; once all clients have closed, nothing of them is left. */
    private void expectCleanEnd() {
        quiet = true;
        expectCurrentWatches();
        clients.forEach(EngineClient::retire);
        long deadline = timeline.now() + 6_000_000;
        while (timeline.now() < deadline && !isClean()) {
            timeline.advance(deadline);
        }
        if (!isClean()) {
            throw new PropertyViolated(
                    "CleanEnd", "sessions are left: " + world.oracle().state().sessions() + " of " + world.describe());
        }
        for (long session : deadSessions) {
            if (world.oracle().endOf(session) != 0) {
                world.count(Sometimes.DEAD_SESSION_EXPIRED);
            }
        }
        for (EngineNode node : nodes) {
            if (node.hasPeer() && node.isSettled()) {
                world.checkBounded(node);
            }
        }
        world.count(Sometimes.CLEAN_END_CHECKED);
        expectRestart();
    }

    /** N14: after a power cut of all members they have the state that they had. */
    private void expectRestart() {
        for (EngineNode node : nodes) {
            node.die(true, true);
        }
        for (EngineNode node : nodes) {
            node.releaseDisk();
            node.start();
        }
        faults.partitions().healAll();
        long before = world.oracle().lastIndex();
        long deadline = deadline();
        while (timeline.now() < deadline && !haveAllApplied(before)) {
            timeline.advance(deadline);
        }
        if (!haveAllApplied(before)) {
            throw new PropertyViolated("Restart", "not all members came back to " + before + ": " + world.describe());
        }
        world.count(Sometimes.RESTART_CHECKED);
    }

    private boolean haveAllApplied(long index) {
        for (EngineNode node : nodes) {
            if (!node.hasPeer() || node.applied() < index) {
                return false;
            }
        }
        return world.leader() != null;
    }

    /** N7: once nothing changes any more, each watch comes to show what there is. */
    private void expectCurrentWatches() {
        long deadline = timeline.now() + 6_000_000;
        while (timeline.now() < deadline && !areWatchesCurrent()) {
            timeline.advance(deadline);
        }
        world.throwPending();
        if (!areWatchesCurrent()) {
            throw new PropertyViolated("Watches", "some never came to show what there is: " + world.describe());
        }
    }

    private boolean areWatchesCurrent() {
        return clients.stream().allMatch(EngineClient::isCurrent);
    }

    private boolean isClean() {
        for (EngineClient client : clients) {
            if (!client.isDead() && !(client.isIdle() && client.process().hasNoTimer())) {
                return false;
            }
        }
        for (EngineNode node : nodes) {
            if (!node.servesNobody()) {
                return false;
            }
        }
        return world.oracle().state().sessions().isEmpty();
    }
}
