package io.quorate.embedded.sim;

import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.tree.PlantedMachine;
import io.quorate.embedded.zab.PlantedBug;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Plants one mistake after another into the protocol, or into the storage beneath it, and runs schedules until a check
 * notices. Prints one line for each mistake and {@code planted=N caught=N}.
 */
final class PlantedBugs {

    /** Mistakes of the state that random schedules of the whole engine must find. */
    private static final List<PlantedMachine> STATES =
            List.of(PlantedMachine.CLOSE_LEAVES_A_NODE, PlantedMachine.RETRY_REPEATED, PlantedMachine.HALF_A_COMMIT);

    private final int schedulesPerBug;
    private final @Nullable String only;
    private final List<String> survivors = new ArrayList<>();
    private int planted;

    /** Creates a run of all mistakes, or of only one of them. */
    PlantedBugs(int schedulesPerBug, @Nullable String only) {
        this.only = only;
        this.schedulesPerBug = schedulesPerBug;
    }

    public static void main(String[] args) {
        PlantedBugs bugs =
                new PlantedBugs(args.length > 0 ? Integer.parseInt(args[0]) : 3_000, args.length > 1 ? args[1] : null);
        bugs.run();
        if (!bugs.survivors.isEmpty()) {
            System.exit(1);
        }
    }

    /** Runs all; returns the names of those that nothing noticed. */
    List<String> run() {
        for (PlantedBug bug : PlantedBug.values()) {
            if (bug != PlantedBug.NONE && (only == null || bug.name().equals(only))) {
                plant(bug.name(), bug, DiskFlaw.NONE);
            }
        }
        for (DiskFlaw flaw : DiskFlaw.values()) {
            if (flaw != DiskFlaw.NONE && (only == null || flaw.name().equals(only))) {
                plant(flaw.name(), PlantedBug.NONE, flaw);
            }
        }
        for (RuntimeFlaw flaw : RuntimeFlaw.values()) {
            if (flaw != RuntimeFlaw.NONE && (only == null || flaw.name().equals(only))) {
                note("RUNTIME_" + flaw, firstFailure(seed -> twice(seed, flaw)));
            }
        }
        for (PlantedMachine machine : STATES) {
            if (only == null || machine.name().equals(only)) {
                note(
                        "STATE_" + machine,
                        firstFailure(seed -> new EngineRun(seed, RuntimeFlaw.NONE)
                                .plant(machine)
                                .run(Simulation.EVENTS)));
            }
        }
        System.out.printf("planted=%d caught=%d%n", planted, planted - survivors.size());
        return survivors;
    }

    /** Runs a seed, and once more if a difference between the two is what should be noticed. */
    private static RandomRun.Outcome twice(long seed, RuntimeFlaw flaw) {
        RandomRun.Outcome outcome = new EngineRun(seed, flaw).run(Simulation.EVENTS);
        if (outcome.failure() == null && flaw == RuntimeFlaw.CHOICE_WITHOUT_SEED) {
            RandomRun.Outcome again = new EngineRun(seed, flaw).run(Simulation.EVENTS);
            return again.equals(outcome)
                    ? outcome
                    : new RandomRun.Outcome(seed, again.events(), again.traceHash(), "Determinism: not the same twice");
        }
        return outcome;
    }

    private void plant(String name, PlantedBug bug, DiskFlaw flaw) {
        note(name, firstFailure(seed -> new RandomRun(seed, bug, flaw).run(Simulation.EVENTS)));
    }

    private void note(String name, @Nullable String failure) {
        planted++;
        System.out.printf("%-40s %s%n", name, failure == null ? "NOT CAUGHT" : failure);
        if (failure == null) {
            survivors.add(name);
        }
    }

    private @Nullable String firstFailure(LongFunction<RandomRun.Outcome> schedule) {
        for (int i = 1; i <= schedulesPerBug; i++) {
            String failure = schedule.apply(i).failure();
            if (failure != null) {
                return "after " + i + " schedules: " + failure.substring(0, Math.min(failure.length(), 130));
            }
        }
        return null;
    }
}
