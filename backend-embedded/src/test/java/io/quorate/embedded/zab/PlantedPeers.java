package io.quorate.embedded.zab;

import java.util.function.IntUnaryOperator;

/** Makes peers whose rules a test has changed. */
public final class PlantedPeers {

    private PlantedPeers() {}

    /**
     * A peer that follows the protocol but for a planted bug.
     *
     * @param oracle given the member the election names, or 0, returns the one to take for the leader, or 0
     */
    public static ZabPeer create(ZabConfig config, long applied, PlantedBug bug, IntUnaryOperator oracle) {
        return new ZabPeer(config, applied, bug.rules(oracle));
    }
}
