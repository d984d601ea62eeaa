package io.quorate.embedded.sim.recipes;

import io.quorate.embedded.sim.SimulatedEngine;
import java.util.List;

/** Which workloads a run has. */
final class Workloads {

    private static final List<LockKind> KINDS = List.of(LockKind.values());

    private Workloads() {}

    /** Adds one workload, or two that share their clients, drawn at random. */
    static void choose(SimulatedEngine engine, List<Workload> into) {
        int count = engine.random().chance(0.25) ? 2 : 1;
        while (into.size() < count) {
            int what = engine.random().below(10);
            Workload chosen = what < 6
                    ? new LockWorkload(engine, KINDS.get(Math.min(what, 3)))
                    : what < 8
                            ? new LeaderWorkload(engine)
                            : what < 9 ? new ConfigWorkload(engine) : new BreakerWorkload(engine);
            if (into.stream().noneMatch(other -> other.getClass() == chosen.getClass())) {
                into.add(chosen);
            }
        }
    }
}
