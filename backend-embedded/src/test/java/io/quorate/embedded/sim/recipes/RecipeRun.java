package io.quorate.embedded.sim.recipes;

import io.quorate.embedded.sim.SimulatedEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One random schedule of recipes on the full engine: some clients, some workloads, and all faults, from a seed. In some runs the
 * faults end: then everybody must get on, and closing all clients must leave nothing.
 */
public final class RecipeRun {

    /** The length of a schedule. */
    public static final long EVENTS = 2_000;

    private static final double LIVENESS_RUNS = 0.5;
    private static final long CLEAN_END_MICROS = 8_000_000;

    /**
     * What became of a schedule.
     *
     * @param seed where it came from
     * @param events how many events there were
     * @param traceHash two runs share it if they are the same run
     * @param failure what did not hold; null if everything did
     */
    public record Outcome(
            long seed,
            long events,
            long traceHash,
            @Nullable String failure) {}

    private final long seed;
    private final SimulatedEngine engine;
    private final List<Workload> workloads = new ArrayList<>();
    private final List<RecipeClient> clients = new ArrayList<>();
    private long checked;
    private int started;
    private boolean quiet;

    /** Creates the schedule of a seed. */
    public RecipeRun(long seed) {
        this.seed = seed;
        this.engine = new SimulatedEngine(seed);
        Workloads.choose(engine, workloads);
    }

    /** Has each event told, one line at a time. */
    public RecipeRun trace(Consumer<String> tracer) {
        engine.trace(tracer);
        return this;
    }

    /** Runs to the end, or to the first thing that does not hold. */
    public Outcome run(long eventLimit) {
        String failure = null;
        try {
            engine.begin();
            int count = 2 + engine.random().below(2);
            for (int i = 0; i < count; i++) {
                startClient();
            }
            while (engine.events() < eventLimit) {
                step();
            }
            if (engine.random().chance(LIVENESS_RUNS)) {
                checkLiveness();
            }
            engine.checkEnd();
        } catch (RuntimeException e) {
            failure = describe(e);
        }
        return new Outcome(seed, engine.events(), engine.traceHash(), failure);
    }

    private static String describe(RuntimeException e) {
        if (e.getClass().getSimpleName().equals("PropertyViolated")) {
            return String.valueOf(e.getMessage());
        }
        StackTraceElement[] stack = e.getStackTrace();
        return "Unexpected: " + e + (stack.length > 0 ? " at " + stack[0] : "");
    }

    private void startClient() {
        RecipeClient client = new RecipeClient(engine, ++started);
        clients.add(client);
        workloads.forEach(workload -> workload.join(client));
    }

    private void step() {
        engine.step(Long.MAX_VALUE);
        replaceTheDead();
        if (engine.clientEvents() != checked) {
            checked = engine.clientEvents();
            workloads.forEach(Workload::check);
        }
    }

    /** For each process that has died another one begins, with a session of its own. */
    private void replaceTheDead() {
        for (RecipeClient client : List.copyOf(clients)) {
            if (!client.isAlive()) {
                clients.remove(client);
                engine.remove(client.process());
                if (!quiet) {
                    startClient();
                }
            }
        }
    }

    // ---- once the faults are over

    private void checkLiveness() {
        engine.heal();
        workloads.forEach(Workload::faultsEnded);
        restoreLater();
        expect(
                () -> workloads.stream().allMatch(Workload::hasProgressed),
                engine.patience() + CLEAN_END_MICROS,
                "Progress",
                () -> workloads.stream()
                        .filter(workload -> !workload.hasProgressed())
                        .map(Workload::describe)
                        .toList());
        quiet = true;
        workloads.forEach(Workload::end);
        clients.forEach(RecipeClient::close);
        expect(
                () -> clients.stream().allMatch(RecipeClient::isClosed)
                        && engine.sessions().isEmpty(),
                CLEAN_END_MICROS,
                "CleanEnd",
                engine::sessions);
        workloads.forEach(Workload::checkEnd);
    }

    /** A session that opened while the faults ended may still carry one of the last moment. */
    private void restoreLater() {
        engine.after(1_000_000, () -> clients.forEach(client -> client.process().restore()));
    }

    private void expect(
            BooleanSupplier condition, long micros, String property, java.util.function.Supplier<Object> missing) {
        long deadline = engine.now() + micros;
        while (!condition.getAsBoolean()) {
            if (engine.now() >= deadline) {
                engine.violated(property, missing.get() + ": " + engine.describe());
            }
            step();
        }
    }
}
