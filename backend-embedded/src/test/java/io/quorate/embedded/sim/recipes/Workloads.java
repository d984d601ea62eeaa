package io.quorate.embedded.sim.recipes;

import io.quorate.embedded.sim.SimulatedEngine;
import java.util.List;

/** Which workloads a run has. */
final class Workloads {

    private Workloads() {}

    /** Adds one to three workloads, drawn at random. */
    static void choose(SimulatedEngine engine, List<Workload> into) {
        LockWorkload.Kind[] kinds = LockWorkload.Kind.values();
        into.add(new LockWorkload(engine, kinds[engine.random().below(kinds.length)]));
    }
}
