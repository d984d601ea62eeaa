package io.quorate.embedded.sim;

/** The faults of one run and how often they strike: a random subset, with random intensities, drawn from the seed. */
final class Swarm implements Pace {

    final SimRandom random;
    final int members;
    final SimulatedEnsemble.Times times;
    final boolean oracle;

    /** Chances per fault step; 0 if the fault takes no part in this run. */
    final double crash;

    final double crashAtEffect;
    final double ensembleRestart;
    final double pause;
    final double cut;
    final double oneWay;
    final double partition;
    final double topology;
    final double storageFailure;
    final double stall;
    final double wipe;
    final double snapshot;
    final double handOver;
    final double heal;

    final long faultInterval;
    final long proposalInterval;
    final int proposalBatch;
    final double reads;

    private final long slowestMessage;
    private final double lateMessages;
    private final long slowestFsync;
    private final double dropStale;
    private boolean calm;

    Swarm(long seed) {
        random = new SimRandom(seed);
        int size = random.below(20);
        members = size < 13 ? 3 : size < 18 ? 5 : size < 19 ? 7 : 1 + random.below(2);
        times = new SimulatedEnsemble.Times(
                1 + random.below(2),
                5 + random.below(4),
                12 + random.below(15),
                random.below(3),
                10 + random.below(40));
        oracle = random.chance(0.06);
        crash = some(0.6, 0.3);
        crashAtEffect = some(0.6, 0.4);
        ensembleRestart = some(0.2, 0.05);
        pause = some(0.4, 0.2);
        cut = some(0.5, 0.4);
        oneWay = some(0.35, 0.2);
        partition = some(0.35, 0.2);
        topology = some(0.15, 0.1);
        storageFailure = some(0.25, 0.15);
        stall = some(0.25, 0.2);
        wipe = some(0.2, 0.3);
        snapshot = some(0.4, 0.4);
        handOver = some(0.3, 0.2);
        heal = 0.2 + 0.3 * random.below(100) / 100;
        faultInterval = random.between(10_000, 120_000);
        proposalInterval = random.between(4_000, 40_000);
        proposalBatch = 1 + random.below(5);
        reads = random.chance(0.6) ? 0.3 : 0;
        slowestMessage = random.between(500, 15_000);
        lateMessages = random.chance(0.4) ? 0.05 : 0;
        slowestFsync = random.chance(0.3) ? random.between(5_000, 60_000) : random.between(200, 5_000);
        dropStale = random.chance(0.5) ? 0.5 : 0;
    }

    private double some(double presence, double intensity) {
        return random.chance(presence) ? intensity * random.below(100) / 100 : 0;
    }

    /** No fault strikes any more. */
    void calm() {
        calm = true;
    }

    @Override
    public long messageDelay() {
        if (!calm && random.chance(lateMessages)) {
            return random.between(slowestMessage, 20 * slowestMessage);
        }
        return random.between(100, slowestMessage);
    }

    @Override
    public long fsyncTime() {
        return random.between(100, calm ? Math.min(5_000, slowestFsync) : slowestFsync);
    }

    @Override
    public long dialDelay() {
        return random.between(2_000, 20_000);
    }

    @Override
    public long noticeDelay() {
        return random.between(100, 60_000);
    }

    @Override
    public int survivors(int records) {
        return random.below(records + 1);
    }

    @Override
    public boolean finishedInTime() {
        return random.chance(0.5);
    }

    @Override
    public boolean dropsStaleWrites() {
        return random.chance(dropStale);
    }
}
