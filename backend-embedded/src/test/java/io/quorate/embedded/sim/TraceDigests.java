package io.quorate.embedded.sim;

import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.sim.recipes.RecipeRun;
import io.quorate.embedded.zab.PlantedBug;
import java.util.function.LongFunction;

/**
 * Prints what the schedules of the first seeds come to, one line for each: N13 asks that they are the same on every JDK, and
 * that is seen by comparing what two of them print. The argument is how many seeds of each kind, 50 by default.
 */
final class TraceDigests {

    private TraceDigests() {}

    public static void main(String[] args) {
        int seeds = args.length > 0 ? Integer.parseInt(args[0]) : 50;
        print("core", seeds, seed -> new RandomRun(seed, PlantedBug.NONE, DiskFlaw.NONE).run(Simulation.EVENTS));
        print("engine", seeds, seed -> new EngineRun(seed, RuntimeFlaw.NONE).run(Simulation.EVENTS));
        print("recipes", seeds, seed -> Simulation.outcome(new RecipeRun(seed).run(RecipeRun.EVENTS)));
    }

    private static void print(String kind, int seeds, LongFunction<RandomRun.Outcome> schedule) {
        for (long seed = 1; seed <= seeds; seed++) {
            RandomRun.Outcome outcome = schedule.apply(seed);
            System.out.printf(
                    "%s %d events=%d trace=%016x%s%n",
                    kind,
                    seed,
                    outcome.events(),
                    outcome.traceHash(),
                    outcome.failure() == null ? "" : " " + outcome.failure());
        }
    }
}
