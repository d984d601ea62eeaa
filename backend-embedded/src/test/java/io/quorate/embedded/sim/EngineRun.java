package io.quorate.embedded.sim;

import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.tree.PlantedMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

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
    private final Partitions partitions;
    private final long actInterval;
    private final double clientFaults;
    private final double clientDeath;
    private final double gracefulStop;
    private final double diskFull;
    private final double spaceLow;
    private final double rot;
    private final boolean beyondBudget;
    private final List<Long> deadSessions = new ArrayList<>();
    private boolean faultsEnded;
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
        this.partitions = new Partitions(random, world.network(), nodes.length);
        this.actInterval = random.between(3_000, 30_000);
        this.clientFaults = random.chance(0.6) ? 0.5 * random.below(100) / 100 : 0;
        this.clientDeath = random.chance(0.3) ? 0.05 : 0;
        this.gracefulStop = random.chance(0.4) ? 0.2 * random.below(100) / 100 : 0;
        this.diskFull = random.chance(0.15) ? 0.1 : 0;
        this.spaceLow = random.chance(0.2) ? 0.2 : 0;
        world.reserve(spaceLow > 0 || random.chance(0.3) ? EngineWorld.RESERVE : 0);
        this.beyondBudget = random.chance(BEYOND_BUDGET);
        this.rot = beyondBudget || random.chance(0.2) ? 0.4 : 0;
        if (swarm.storageFailure > 0 || diskFull > 0 || beyondBudget) {
            world.letStorageFail();
        }
        world.onStopped(this::reviveWhenDown);
        world.onRewriting(this::strikeRewriting);
        int clients = 2 + random.below(3);
        for (int i = 1; i <= clients; i++) {
            addClient(i, drift);
        }
    }

    private void addClient(int number, double drift) {
        Duration timeout = Duration.ofMillis(random.between(120, 900));
        long laneDelay = random.chance(0.2) ? 40_000 : 200;
        world.clients().add(new EngineClient(world, number, world.newClock(drift), timeout, laneDelay));
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
            world.clients().forEach(EngineClient::checkOutcomes);
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
        for (EngineNode node : nodes) {
            node.start();
            tickLater(node, random.between(EngineWorld.TICK * 3 / 4, EngineWorld.TICK * 3 / 2));
        }
        timeline.after(swarm.faultInterval, this::strike);
        world.clients().forEach(this::actLater);
    }

    private void tickLater(EngineNode node, long interval) {
        timeline.after(interval, () -> {
            tickLater(node, interval);
            node.tick();
        });
    }

    private void actLater(EngineClient client) {
        timeline.after(random.between(1, 2 * actInterval), () -> {
            if (!quiet) {
                client.act();
            }
            actLater(client);
        });
    }

    // Faults.

    private void strike() {
        if (faultsEnded) {
            return;
        }
        timeline.after(random.between(1, 2 * swarm.faultInterval), this::strike);
        EngineNode node = nodes[random.below(nodes.length)];
        strikeProcess(node);
        strikeNetwork();
        strikeDisk(node);
        strikeClient(world.clients().get(random.below(world.clients().size())));
    }

    private void strikeProcess(EngineNode node) {
        if (random.chance(swarm.ensembleRestart)) {
            world.count(Sometimes.ENSEMBLE_RESTART);
            for (EngineNode each : nodes) {
                crash(each);
            }
        }
        if (random.chance(swarm.crash)) {
            crash(node);
        }
        if (node.isUp() && random.chance(swarm.crashAtEffect)) {
            node.dieAfterEffects(random.below(12));
            reviveWhenDown(node);
        }
        if (node.hasPeer() && !node.isPaused() && random.chance(gracefulStop)) {
            world.count(Sometimes.GRACEFUL_STOP);
            if (node.isEstablishedLeader()) {
                world.count(Sometimes.GRACEFUL_STOP_OF_LEADER);
            }
            node.stop();
        }
        if (node.isUp() && !node.isPaused() && random.chance(swarm.pause)) {
            pause(node);
        }
    }

    /** What replaces files is the place where crashes find most. */
    private void strikeRewriting(EngineNode node) {
        if (!faultsEnded && swarm.crash > 0 && random.chance(0.1)) {
            timeline.after(random.between(0, 2_000), () -> crash(node));
        }
    }

    private void crash(EngineNode node) {
        if (!node.isUp()) {
            return;
        }
        node.die(random.chance(0.7), random.chance(0.5));
        if (random.chance(swarm.wipe) && mayForget()) {
            world.count(Sometimes.DISK_REPLACED);
            node.replaceDisk();
        } else if (random.chance(rot) && mayForget() && node.rot()) {
            world.count(Sometimes.DISK_ROTTED);
        }
        reviveWhenDown(node);
    }

    /** At most a minority may have lost what is on their disks at a time. */
    private boolean mayForget() {
        if (beyondBudget) {
            return true;
        }
        int forgetful = 0;
        for (EngineNode node : nodes) {
            forgetful += node.isForgetful() ? 1 : 0;
        }
        return forgetful < (nodes.length - 1) / 2;
    }

    /** Whatever ends a member, it is started again after a while. */
    private void reviveWhenDown(EngineNode node) {
        timeline.after(random.between(1_000, 400_000), () -> {
            if (!node.isUp()) {
                node.start();
            }
        });
    }

    private void pause(EngineNode node) {
        long time = random.between(1_000, random.chance(0.3) ? 900_000 : 250_000);
        world.count(Sometimes.PAUSE);
        if (node.isEstablishedLeader()) {
            world.count(Sometimes.PAUSE_OF_LEADER);
        }
        if (time > swarm.times.election() * EngineWorld.TICK) {
            world.count(Sometimes.PAUSE_LONGER_THAN_ELECTION);
        }
        node.pause();
        timeline.after(time, node::resume);
    }

    private void strikeNetwork() {
        if (random.chance(swarm.heal)) {
            partitions.healAll();
        }
        int a = random.below(nodes.length);
        int b = random.below(nodes.length);
        if (a != b && random.chance(swarm.cut)) {
            world.count(Sometimes.CONNECTION_CUT);
            world.network().cut(a, b);
        }
        if (a != b && random.chance(swarm.oneWay)) {
            world.count(Sometimes.ONE_WAY_PARTITION);
            world.network().block(a, b);
        }
        if (random.chance(swarm.partition)) {
            world.count(Sometimes.PARTITION);
            partitions.divide();
        }
        if (nodes.length >= 3 && random.chance(swarm.topology)) {
            boolean chain = random.chance(0.5);
            world.count(chain ? Sometimes.CHAIN : Sometimes.BRIDGE);
            partitions.leave(chain);
        }
    }

    private void strikeDisk(EngineNode node) {
        if (!node.isUp()) {
            return;
        }
        if (random.chance(swarm.storageFailure)) {
            world.count(node.isEstablishedLeader() ? Sometimes.FSYNC_FAILED_AT_LEADER : Sometimes.FSYNC_FAILED);
            node.failNextForce();
            reviveWhenDown(node);
        }
        if (random.chance(diskFull)) {
            world.count(Sometimes.DISK_FULL);
            node.fillDisk(random.below(8_000));
            timeline.after(random.between(20_000, 600_000), node::makeRoom);
            reviveWhenDown(node);
        }
        if (random.chance(spaceLow)) {
            world.count(node.isEstablishedLeader() ? Sometimes.SPACE_LOW_AT_LEADER : Sometimes.SPACE_LOW);
            node.spaceLow(true);
            timeline.after(random.between(20_000, 2_000_000), () -> node.spaceLow(false));
        }
        if (random.chance(swarm.stall)) {
            world.count(Sometimes.DISK_STALLED);
            node.holdDisk();
            timeline.after(random.between(1_000, 900_000), node::releaseDisk);
        }
    }

    private void strikeClient(EngineClient client) {
        if (random.chance(clientFaults)) {
            int what = random.below(5);
            if (what == 0) {
                world.count(Sometimes.CLIENT_CUT);
                client.cut();
                timeline.after(random.between(1_000, 600_000), client::restore);
            } else if (what == 1) {
                world.count(Sometimes.CLIENT_HUNG);
                client.hang();
                timeline.after(random.between(1_000, 600_000), client::restore);
            } else if (what == 2) {
                world.count(Sometimes.CLIENT_PAUSED);
                client.pause();
                timeline.after(random.between(1_000, 800_000), client::resume);
            } else if (what == 3) {
                world.count(Sometimes.REPLY_LOST);
                client.loseNextReply();
            } else {
                world.count(Sometimes.REQUEST_LOST);
                client.loseNextRequest();
            }
        }
        if (random.chance(clientDeath) && !client.isDead()) {
            world.count(Sometimes.CLIENT_DIED);
            client.die();
        }
    }

    // Liveness.

    /** Heals a majority for good, leaves all else as broken as it is, and expects progress and a clean end. */
    private void checkLiveness() {
        faultsEnded = true;
        swarm.calm();
        boolean[] core = chooseCore();
        for (EngineNode node : nodes) {
            if (core[node.position()]) {
                heal(node, core);
            }
        }
        for (EngineClient client : world.clients()) {
            if (client.isDead() && client.lastSession() != 0) {
                deadSessions.add(client.lastSession());
            }
            client.resume();
            client.restore();
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
        faultsEnded = true;
        swarm.calm();
        boolean[] all = new boolean[nodes.length];
        Arrays.fill(all, true);
        for (EngineNode node : nodes) {
            heal(node, all);
        }
        world.clients().forEach(EngineClient::resume);
        world.clients().forEach(EngineClient::restore);
        expectWork(all);
        quiet = true;
        world.clients().forEach(EngineClient::retire);
        timeline.runFor(3_000_000);
        for (EngineNode node : nodes) {
            // A member without its disk is admitted again with the next write, and makes no quorum before.
            if (node.isForgetful() || node.applied() != world.oracle().lastIndex()) {
                return;
            }
        }
        world.count(Sometimes.TOPOLOGY_CHECKED);
        partitions.leaveHub(random.below(nodes.length));
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
                new EngineClient(world, world.clients().size() + 1, world.newClock(0), Duration.ofSeconds(2), 200);
        world.clients().add(prober);
        actLater(prober);
        long deadline = deadline();
        boolean working = false;
        while (!working && timeline.now() < deadline) {
            working = timeline.advance(deadline) && isWorking(core, prober, before);
        }
        if (!working) {
            throw new PropertyViolated("Liveness", "no new session was opened and applied: " + world.describe());
        }
    }

    private boolean isWorking(boolean[] core, EngineClient prober, long before) {
        long opened = prober.lastSession();
        EngineNode leader = world.leader();
        if (opened <= before || leader == null) {
            return false;
        }
        for (EngineNode node : nodes) {
            if (core[node.position()]
                    && partitions.areLinked(node.position(), leader.position())
                    && (!node.isUp() || node.applied() < opened)) {
                return false;
            }
        }
        return true;
    }

    /** N6, N12: dead clients' sessions are ended; once all clients have closed, nothing of them is left. */
    private void expectCleanEnd() {
        quiet = true;
        expectCurrentWatches();
        world.clients().forEach(EngineClient::retire);
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
        partitions.healAll();
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
        return world.clients().stream().allMatch(EngineClient::isCurrent);
    }

    private boolean isClean() {
        for (EngineClient client : world.clients()) {
            if (!client.isDead() && !(client.isIdle() && client.hasNoTimer())) {
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

    /** A majority of members that count, at random; all members if there is no other. */
    private boolean[] chooseCore() {
        boolean[] core = new boolean[nodes.length];
        int quorum = nodes.length / 2 + 1;
        int voters = 0;
        int offset = random.below(nodes.length);
        for (int i = 0; i < nodes.length; i++) {
            EngineNode node = nodes[(i + offset) % nodes.length];
            if (voters < quorum || random.chance(0.3)) {
                core[node.position()] = true;
                voters += node.isForgetful() ? 0 : 1;
            }
        }
        return core;
    }

    private void heal(EngineNode node, boolean[] core) {
        node.releaseDisk();
        node.dieAfterEffects(-1);
        node.resume();
        if (!node.isUp()) {
            node.start();
        }
        for (int other = 0; other < nodes.length; other++) {
            if (core[other] && other != node.position()) {
                world.network().unblock(node.position(), other);
                world.network().unblock(other, node.position());
            }
        }
    }
}
