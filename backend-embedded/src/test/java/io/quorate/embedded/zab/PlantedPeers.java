package io.quorate.embedded.zab;

/** Makes peers whose rules a test has changed. */
public final class PlantedPeers {

    private PlantedPeers() {}

    /** A peer that follows the protocol but for a planted bug. */
    public static ZabPeer create(ZabConfig config, long applied, PlantedBug bug) {
        return new ZabPeer(config, applied, bug.rules());
    }

    /** A peer that takes whoever the oracle names for the leader; the oracle is asked with the election's result. */
    public static ZabPeer withOracle(ZabConfig config, long applied, java.util.function.IntUnaryOperator oracle) {
        return new ZabPeer(config, applied, new Rules() {
            @Override
            int nominee(int elected) {
                return oracle.applyAsInt(elected);
            }
        });
    }
}
