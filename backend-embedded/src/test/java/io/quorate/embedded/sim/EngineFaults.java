package io.quorate.embedded.sim;

import java.util.Arrays;
import java.util.List;

/**
 * What happens to the members and clients of a run: the beginning of the members, faults of processes, network and disks as the
 * seed has them, and in the end the healing of a majority.
 */
final class EngineFaults {

    /**
     * Chances per fault step that are not the swarm's.
     *
     * @param clientFaults something happens to a client
     * @param clientDeath a client dies
     * @param gracefulStop a member is stopped in good order
     * @param diskFull a disk runs full
     * @param spaceLow a member finds that it has little room left
     * @param rot the disk of a member that has crashed changes
     * @param beyondBudget whether any number of disks may lose what they held
     */
    record Odds(
            double clientFaults,
            double clientDeath,
            double gracefulStop,
            double diskFull,
            double rot,
            double spaceLow,
            boolean beyondBudget) {}

    private final EngineWorld world;
    private final Timeline timeline;
    private final EngineNode[] nodes;
    private final Swarm swarm;
    private final SimRandom random;
    private final Odds odds;
    private final Partitions partitions;

    /** How many starts are planned, by member. */
    private final int[] planned;

    private boolean over;

    /** Creates them; nothing happens before {@link #begin}. */
    EngineFaults(EngineWorld world, Swarm swarm, Odds odds) {
        this.world = world;
        this.timeline = world.timeline();
        this.nodes = world.nodes();
        this.swarm = swarm;
        this.random = swarm.random;
        this.odds = odds;
        this.planned = new int[nodes.length];
        this.partitions = new Partitions(random, world.network(), nodes.length);
        if (swarm.storageFailure > 0 || odds.diskFull() > 0 || odds.beyondBudget()) {
            world.letStorageFail();
        }
        world.onStopped(this::reviveWhenDown);
        world.onStruckDown(this::reviveUnlessPlanned);
        world.onRewriting(this::strikeRewriting);
    }

    Partitions partitions() {
        return partitions;
    }

    boolean areOver() {
        return over;
    }

    /** Starts the members, and lets the faults strike. */
    void begin() {
        for (EngineNode node : nodes) {
            node.start();
            tickLater(node, random.between(EngineWorld.TICK * 3 / 4, EngineWorld.TICK * 3 / 2));
        }
        timeline.after(swarm.faultInterval, this::strike);
    }

    private void tickLater(EngineNode node, long interval) {
        timeline.after(interval, () -> {
            tickLater(node, interval);
            node.tick();
        });
    }

    private void strike() {
        if (over) {
            return;
        }
        timeline.after(random.between(1, 2 * swarm.faultInterval), this::strike);
        EngineNode node = nodes[random.below(nodes.length)];
        strikeProcess(node);
        strikeNetwork();
        strikeDisk(node);
        strikeClient(world.processes().get(random.below(world.processes().size())));
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
        if (node.hasPeer() && !node.isPaused() && random.chance(odds.gracefulStop())) {
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
        if (!over && swarm.crash > 0 && random.chance(0.1)) {
            timeline.after(random.between(0, 2_000), () -> crash(node));
        }
    }

    private void crash(EngineNode node) {
        if (over || !node.isUp()) {
            // Some are planned a moment ahead. The majority that must get on was chosen among those that were not to be
            // struck any more.
            return;
        }
        node.die(random.chance(0.7), random.chance(0.5));
        if (random.chance(swarm.wipe) && mayForget()) {
            world.count(Sometimes.DISK_REPLACED);
            node.replaceDisk();
        } else if (random.chance(odds.rot()) && mayForget() && node.rot()) {
            world.count(Sometimes.DISK_ROTTED);
        }
        reviveWhenDown(node);
    }

    /** At most a minority may have lost what is on their disks at a time, unless more is wanted. */
    private boolean mayForget() {
        if (odds.beyondBudget()) {
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
        planned[node.position()]++;
        timeline.after(random.between(1_000, 400_000), () -> {
            planned[node.position()]--;
            if (!node.isUp()) {
                node.start();
            }
        });
    }

    /**
     * The same for a member that ends long after it was struck, as one does that was paused and finds out when it goes on: the
     * start that was planned then has found it up.
     */
    private void reviveUnlessPlanned(EngineNode node) {
        if (planned[node.position()] == 0) {
            reviveWhenDown(node);
        }
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
        if (random.chance(odds.diskFull())) {
            world.count(Sometimes.DISK_FULL);
            node.fillDisk(random.below(8_000));
            timeline.after(random.between(20_000, 600_000), node::makeRoom);
            reviveWhenDown(node);
        }
        if (random.chance(odds.spaceLow())) {
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

    private void strikeClient(ClientProcess client) {
        if (random.chance(odds.clientFaults())) {
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
        if (random.chance(odds.clientDeath()) && !client.isDead()) {
            world.count(Sometimes.CLIENT_DIED);
            client.die();
        }
    }

    /** No fault strikes any more: a random majority is healed for good, all else stays as broken as it is. */
    boolean[] end() {
        return end(chooseCore());
    }

    /** No fault strikes any more: all members are healed for good. */
    boolean[] endEverywhere() {
        boolean[] all = new boolean[nodes.length];
        Arrays.fill(all, true);
        return end(all);
    }

    private boolean[] end(boolean[] core) {
        over = true;
        swarm.calm();
        world.trace("*", "faults are over for " + healed(core));
        for (EngineNode node : nodes) {
            if (core[node.position()]) {
                heal(node, core);
            }
        }
        return core;
    }

    private List<Integer> healed(boolean[] core) {
        return Arrays.stream(nodes)
                .filter(node -> core[node.position()])
                .map(EngineNode::id)
                .toList();
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
        node.healDisk();
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
