package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.PlantedBug;
import io.quorate.embedded.zab.PlantedPeers;
import io.quorate.embedded.zab.RoleName;
import io.quorate.embedded.zab.ZabConfig;
import io.quorate.embedded.zab.ZabPeer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One random schedule: faults and load from a seed, then a healed majority that must get to work again. */
final class RandomRun {

    /** A majority that can talk must have a leader, and commit, within this many election time-outs. */
    private static final int PATIENCE = 50;

    /** The share of runs that end with links broken for good, rather than with a healed majority. */
    private static final double TOPOLOGY_RUNS = 0.2;

    /** The share of crashes of a member that has had several disks behind which it has another one of them. */
    private static final double OLD_DISK = 0.3;

    private final long seed;
    private final PlantedBug bug;
    private final Swarm swarm;
    private final SimRandom random;
    private final SimulatedEnsemble ensemble;
    private final Timeline timeline;
    private final SimNode[] nodes;
    private final Partitions partitions;
    private boolean faultsEnded;
    private boolean quiet;

    /** What came of a run. */
    record Outcome(
            long seed,
            long events,
            long traceHash,
            @Nullable String failure) {}

    RandomRun(long seed, PlantedBug bug, DiskFlaw flaw) {
        this.seed = seed;
        this.bug = bug;
        this.swarm = new Swarm(seed);
        this.random = swarm.random;
        this.ensemble = new SimulatedEnsemble(swarm.members, swarm.times, swarm, flaw, this::newPeer);
        this.timeline = ensemble.timeline();
        this.nodes = ensemble.nodes();
        this.partitions = new Partitions(random, ensemble.network(), nodes.length);
        ensemble.onReplaced(this::putBack);
        if (swarm.storageFailure > 0) {
            ensemble.storageMayFail();
        }
    }

    private ZabPeer newPeer(ZabConfig config, long applied) {
        return PlantedPeers.create(config, applied, bug, this::consultOracle);
    }

    /** E1: in some runs, whom a member takes for the leader is now and then anybody's guess. */
    private int consultOracle(int elected) {
        boolean guess = swarm.oracle && !faultsEnded && random.chance(0.05);
        return guess ? 1 + random.below(nodes.length) : elected;
    }

    SimulatedEnsemble ensemble() {
        return ensemble;
    }

    RandomRun trace(Consumer<String> tracer) {
        ensemble.trace(tracer);
        return this;
    }

    /** Runs to the end, or to the first property that does not hold. */
    Outcome run(long eventLimit) {
        String failure = null;
        try {
            ensemble.start(() -> random.between(SimulatedEnsemble.TICK * 3 / 4, SimulatedEnsemble.TICK * 3 / 2));
            timeline.after(swarm.faultInterval, this::strike);
            timeline.after(swarm.proposalInterval, this::load);
            long timeLimit = eventLimit * SimulatedEnsemble.TICK;
            while (ensemble.events() < eventLimit && timeline.now() < timeLimit) {
                timeline.advance(timeLimit);
            }
            if (random.chance(TOPOLOGY_RUNS)) {
                checkTopology();
            } else {
                checkLiveness();
            }
            ensemble.clients().checkAll();
        } catch (PropertyViolated violation) {
            failure = violation.getMessage();
        } catch (RuntimeException unexpected) {
            StackTraceElement[] stack = unexpected.getStackTrace();
            failure = "Unexpected: " + unexpected + (stack.length > 0 ? " at " + stack[0] : "");
        }
        return new Outcome(seed, ensemble.events(), ensemble.traceHash(), failure);
    }

    // Load.

    private void load() {
        timeline.after(random.between(1, 2 * swarm.proposalInterval), this::load);
        if (quiet) {
            return;
        }
        SimNode node = nodes[random.below(nodes.length)];
        if (node.isUp() && !node.isPaused() && (node.peer().role() == RoleName.LEADING || random.chance(0.05))) {
            ensemble.clients().propose(node, 1 + random.below(swarm.proposalBatch));
        }
        SimNode reader = nodes[random.below(nodes.length)];
        if (random.chance(swarm.reads) && reader.isUp() && reader.peer().role() == RoleName.LEADING) {
            ensemble.clients().read(reader);
        }
    }

    // Faults.

    private void strike() {
        if (faultsEnded) {
            return;
        }
        timeline.after(random.between(1, 2 * swarm.faultInterval), this::strike);
        SimNode node = nodes[random.below(nodes.length)];
        strikeProcess(node);
        strikeNetwork();
        strikeDisk(node);
        if (node.isUp() && random.chance(swarm.handOver)) {
            node.deliver(new Event.HandOver());
        }
    }

    private void strikeProcess(SimNode node) {
        if (random.chance(swarm.ensembleRestart)) {
            ensemble.count(Rare.ENSEMBLE_RESTART);
            for (SimNode each : nodes) {
                crash(each);
            }
        }
        if (random.chance(swarm.crash)) {
            crash(node);
        }
        if (node.isUp() && random.chance(swarm.crashAtEffect)) {
            node.crashAfterEffects(random.below(12));
            reviveWhenDown(node);
        }
        if (node.isUp() && !node.isPaused() && random.chance(swarm.pause)) {
            pause(node);
        }
    }

    private void crash(SimNode node) {
        if (node.isUp()) {
            node.crash(random.chance(0.5));
            if (random.chance(swarm.wipe) && mayForget()) {
                ensemble.wipe(node);
            } else if (node.disk().shelved() > 0 && random.chance(OLD_DISK) && (isForgetful(node) || mayForget())) {
                ensemble.exchange(node, random.below(node.disk().shelved()));
            }
            reviveWhenDown(node);
        }
    }

    /** Somebody put the wrong disk into a machine, and was told so. */
    private void putBack(SimNode node) {
        int newer = node.disk().newerDisk();
        if (newer >= 0) {
            ensemble.exchange(node, newer);
        } else {
            ensemble.wipe(node);
        }
        reviveWhenDown(node);
    }

    private boolean isForgetful(SimNode node) {
        // What a newer disk has said to others may overrule the present one.
        return !node.disk().promise().voter()
                || ensemble.isInDoubt(node)
                || node.disk().newerDisk() >= 0;
    }

    /** At most a minority may have lost their disks at a time. */
    private boolean mayForget() {
        int forgetful = 0;
        for (SimNode node : nodes) {
            forgetful += isForgetful(node) ? 1 : 0;
        }
        return forgetful < (nodes.length - 1) / 2;
    }

    /** Whatever kills a member, it is started again after a while. */
    private void reviveWhenDown(SimNode node) {
        timeline.after(random.between(1_000, 400_000), () -> {
            if (!node.isUp()) {
                node.start();
            }
        });
    }

    /** A paused member's clock stands still; what else happens to it waits. */
    private void pause(SimNode node) {
        long time = random.between(1_000, random.chance(0.3) ? 900_000 : 250_000);
        ensemble.count(Rare.PAUSE);
        if (node.isEstablishedLeader()) {
            ensemble.count(Rare.PAUSE_OF_LEADER);
            if (swarm.reads > 0) {
                // A read that arrives while the leader sleeps is what it finds first when it wakes.
                timeline.after(time - 1, () -> readWhereItLed(node));
            }
        }
        if (time > swarm.times.election() * SimulatedEnsemble.TICK) {
            ensemble.count(Rare.PAUSE_LONGER_THAN_ELECTION);
        }
        node.pause();
        timeline.after(time, node::resume);
    }

    private void readWhereItLed(SimNode node) {
        if (node.isPaused() && node.isUp()) {
            ensemble.clients().read(node);
        }
    }

    private void strikeNetwork() {
        if (random.chance(swarm.heal)) {
            partitions.healAll();
        }
        int a = random.below(nodes.length);
        int b = random.below(nodes.length);
        if (a != b && random.chance(swarm.cut)) {
            ensemble.count(Rare.CONNECTION_CUT);
            ensemble.network().cut(a, b);
        }
        if (a != b && random.chance(swarm.oneWay)) {
            ensemble.count(Rare.ONE_WAY_PARTITION);
            ensemble.network().block(a, b);
        }
        if (random.chance(swarm.partition)) {
            ensemble.count(Rare.PARTITION);
            partitions.divide();
        }
        if (nodes.length >= 3 && random.chance(swarm.topology)) {
            boolean chain = random.chance(0.5);
            ensemble.count(chain ? Rare.CHAIN : Rare.BRIDGE);
            partitions.leave(chain);
        }
    }

    private void strikeDisk(SimNode node) {
        if (!node.isUp()) {
            return;
        }
        if (random.chance(swarm.storageFailure)) {
            if (node.isEstablishedLeader()) {
                ensemble.count(Rare.STORAGE_FAILED_AT_LEADER);
            }
            node.disk().failNext();
            reviveWhenDown(node);
        }
        if (random.chance(swarm.stall)) {
            ensemble.count(Rare.STORAGE_STALLED);
            node.disk().hold();
            timeline.after(random.between(1_000, 900_000), node.disk()::release);
        }
        if (!node.isPaused() && random.chance(swarm.snapshot)) {
            ensemble.count(Rare.SNAPSHOT_TAKEN);
            node.takeSnapshot(random.chance(0.5) ? node.applied() : Math.max(0, node.applied() - random.below(20)));
        }
    }

    // Liveness.

    /** Heals a majority for good, leaves all else as broken as it is, and expects progress. */
    private void checkLiveness() {
        faultsEnded = true;
        swarm.calm();
        boolean[] core = chooseCore();
        for (SimNode node : nodes) {
            if (core[node.position()]) {
                heal(node, core);
            }
        }
        ensemble.count(Rare.LIVENESS_CHECKED);
        expectProgress(core);
    }

    private void expectProgress(boolean[] core) {
        long deadline = timeline.now() + (long) PATIENCE * swarm.times.election() * SimulatedEnsemble.TICK;
        long firstOperation = ensemble.clients().lastOperation() + 1;
        boolean working = false;
        while (!working && timeline.now() < deadline) {
            working = timeline.advance(deadline) && isWorking(core, firstOperation);
        }
        if (!working) {
            throw new PropertyViolated("Liveness", "no new write was committed and applied: " + ensemble.describe());
        }
    }

    /**
     * Lets all members catch up, then breaks links for good, in one direction or both, such that at least one member keeps
     * two-way contact with a quorum. Without any healing, a leader must be found and commit.
     *
     * <p>With more than three members all logs are equal until there is a new leader. Were the only such member behind one of
     * its quorum, nobody could lead: a leader begins with nobody who is more recent than itself, rather than take over their
     * history as in the paper. That takes a third broken link beside two members that are out of reach. Of three members, one
     * that another hears is itself in contact with a quorum, so that the more recent of the two can lead, whatever the logs.
     */
    private void checkTopology() {
        faultsEnded = true;
        swarm.calm();
        boolean[] all = new boolean[nodes.length];
        Arrays.fill(all, true);
        partitions.healAll();
        for (SimNode node : nodes) {
            heal(node, all);
        }
        expectProgress(all);
        if (nodes.length > 3) {
            quiet = true;
            timeline.runFor(20 * SimulatedEnsemble.TICK * swarm.times.election());
        }
        for (SimNode node : nodes) {
            // A member without its disk is admitted again with the next write, and makes no quorum before.
            if (isForgetful(node)) {
                return;
            }
        }
        ensemble.count(Rare.TOPOLOGY_CHECKED);
        partitions.leaveHub(random.below(nodes.length));
        timeline.runFor(20 * SimulatedEnsemble.TICK * swarm.times.election());
        quiet = false;
        expectProgress(new boolean[nodes.length]);
    }

    /** A majority of members that count, at random; all members if there is no other. */
    private boolean[] chooseCore() {
        boolean[] core = new boolean[nodes.length];
        int quorum = nodes.length / 2 + 1;
        int voters = 0;
        int offset = random.below(nodes.length);
        for (int i = 0; i < nodes.length; i++) {
            SimNode node = nodes[(i + offset) % nodes.length];
            if (voters < quorum || random.chance(0.3)) {
                core[node.position()] = true;
                voters += isForgetful(node) ? 0 : 1;
            }
        }
        return core;
    }

    private void heal(SimNode node, boolean[] core) {
        node.disk().release();
        node.disk().recover();
        node.crashAfterEffects(-1);
        node.resume();
        if (!node.isUp()) {
            node.start();
        }
        for (int other = 0; other < nodes.length; other++) {
            if (core[other] && other != node.position()) {
                ensemble.network().unblock(node.position(), other);
                ensemble.network().unblock(other, node.position());
            }
        }
    }

    /**
     * Whether a leader has committed a new write that all members of the majority have applied; but for those that the
     * leader, if it is not one of them, can't reach.
     */
    private boolean isWorking(boolean[] core, long firstOperation) {
        long last = ensemble.clients().lastSucceededFrom(firstOperation);
        SimNode leader = ensemble.leader();
        if (last == 0 || leader == null) {
            return false;
        }
        for (SimNode node : nodes) {
            if (core[node.position()]
                    && partitions.areLinked(node.position(), leader.position())
                    && (!node.isUp() || node.applied() < last)) {
                return false;
            }
        }
        return true;
    }
}
