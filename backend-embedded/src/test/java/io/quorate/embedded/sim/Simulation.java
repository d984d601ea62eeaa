package io.quorate.embedded.sim;

import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.sim.recipes.RecipeRun;
import io.quorate.embedded.zab.PlantedBug;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs random schedules for some time, one thread for each core, and prints lines of figures: first the protocol core alone,
 * then the whole engine, then the recipes on it, then all.
 *
 * <p>Arguments: seconds and the first seed; or {@code replay} and a seed to see a schedule of the whole engine line by line,
 * {@code replay-core} for one of the core, or {@code replay-recipes} for one of the recipes.
 */
final class Simulation {

    static final long EVENTS = 2_000;

    private static final int FAILURES_SHOWN = 20;

    /** N13: one seed in so many is run twice. */
    private static final int REPEATED = 10;

    /** How many seconds each kind of schedules gets: the whole engine most of them, for it is where most can go wrong. */
    private record Shares(long core, long engine, long recipes) {

        Shares(long seconds) {
            this(Math.max(1, seconds / 8), Math.max(1, seconds - seconds / 8 - seconds / 4), Math.max(1, seconds / 4));
        }
    }

    /** What the schedules of one kind came to. */
    private static final class Sum<E extends Enum<E>> {
        final Sightings<E> sightings;
        final AtomicLong schedules = new AtomicLong();
        final AtomicLong events = new AtomicLong();
        final List<RandomRun.Outcome> failures = new ArrayList<>();

        Sum(Class<E> kind) {
            sightings = new Sightings<>(kind);
        }

        synchronized void fail(RandomRun.Outcome outcome) {
            failures.add(outcome);
        }

        void add(RandomRun.Outcome outcome, Sightings<E> seen) {
            schedules.incrementAndGet();
            events.addAndGet(outcome.events());
            synchronized (this) {
                sightings.addAll(seen);
                if (outcome.failure() != null) {
                    failures.add(outcome);
                }
            }
        }

        void print(String what, long seconds, int threads) {
            Simulation.print(what, schedules.get(), events.get(), failures.size(), seconds, threads);
        }
    }

    /** Runs the schedule of a seed and adds it to a sum. */
    private interface Runner {
        void run(long seed);
    }

    private final AtomicLong nextSeed;
    private final AtomicLong repeated = new AtomicLong();
    private final Sum<Rare> core = new Sum<>(Rare.class);
    private final Sum<Sometimes> engine = new Sum<>(Sometimes.class);
    private final Sum<Sometimes> recipes = new Sum<>(Sometimes.class);

    Simulation(long firstSeed) {
        nextSeed = new AtomicLong(firstSeed);
    }

    public static void main(String[] args) throws InterruptedException {
        if (args.length == 2 && args[0].startsWith("replay")) {
            long seed = Long.parseLong(args[1]);
            System.out.println(
                    switch (args[0]) {
                        case "replay" -> replayEngine(seed);
                        case "replay-recipes" -> replayRecipes(seed);
                        default -> replayCore(seed);
                    });
            return;
        }
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 60;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        Simulation simulation = new Simulation(seed);
        int threads = Runtime.getRuntime().availableProcessors();
        Shares shares = new Shares(seconds);
        simulation.runFor(shares.core(), threads, simulation::runCore);
        simulation.nextSeed.set(seed);
        simulation.runFor(shares.engine(), threads, simulation::runEngine);
        simulation.nextSeed.set(seed);
        simulation.runFor(shares.recipes(), threads, simulation::runRecipes);
        simulation.report(shares, threads);
        System.exit(simulation.failures().isEmpty() ? 0 : 1);
    }

    private static RandomRun.Outcome replayCore(long seed) {
        return new RandomRun(seed, PlantedBug.NONE, DiskFlaw.NONE)
                .trace(System.out::println)
                .run(EVENTS);
    }

    private static RandomRun.Outcome replayEngine(long seed) {
        return new EngineRun(seed, RuntimeFlaw.NONE).trace(System.out::println).run(EVENTS);
    }

    private static RandomRun.Outcome replayRecipes(long seed) {
        return outcome(new RecipeRun(seed).trace(System.out::println).run(EVENTS));
    }

    static RandomRun.Outcome outcome(RecipeRun.Outcome of) {
        return new RandomRun.Outcome(of.seed(), of.events(), of.traceHash(), of.failure());
    }

    private void runFor(long seconds, int threads, Runner runner) throws InterruptedException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(
                    () -> {
                        while (System.nanoTime() < deadline) {
                            runner.run(nextSeed.getAndIncrement());
                        }
                    },
                    "simulation-" + i);
            workers.add(worker);
            worker.start();
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }

    /** Runs some schedules of the core on this thread. */
    void runSchedules(int count) {
        for (int i = 0; i < count; i++) {
            runCore(nextSeed.getAndIncrement());
        }
    }

    /** Runs some schedules of the whole engine on this thread. */
    void runEngineSchedules(int count) {
        for (int i = 0; i < count; i++) {
            runEngine(nextSeed.getAndIncrement());
        }
    }

    private void runCore(long seed) {
        RandomRun run = new RandomRun(seed, PlantedBug.NONE, DiskFlaw.NONE);
        core.add(run.run(EVENTS), run.ensemble().rare());
    }

    private void runEngine(long seed) {
        EngineRun run = new EngineRun(seed, RuntimeFlaw.NONE);
        RandomRun.Outcome outcome = run.run(EVENTS);
        engine.add(outcome, run.world().sometimes());
        if (seed % REPEATED == 0) {
            RandomRun.Outcome again = new EngineRun(seed, RuntimeFlaw.NONE).run(EVENTS);
            repeated.incrementAndGet();
            if (!again.equals(outcome)) {
                String failure = "Determinism: " + outcome + " and then " + again;
                engine.fail(new RandomRun.Outcome(seed, again.events(), again.traceHash(), failure));
            }
        }
    }

    private void runRecipes(long seed) {
        recipes.add(outcome(new RecipeRun(seed).run(EVENTS)), new Sightings<>(Sometimes.class));
    }

    List<RandomRun.Outcome> failures() {
        List<RandomRun.Outcome> all = new ArrayList<>(core.failures);
        all.addAll(engine.failures);
        all.addAll(recipes.failures);
        return all;
    }

    long rare(Rare event) {
        return core.sightings.of(event);
    }

    long sometimes(Sometimes event) {
        return engine.sightings.of(event);
    }

    private void report(Shares shares, int threads) {
        for (Rare event : Rare.values()) {
            System.out.printf("core   %10d %s%n", rare(event), event);
        }
        for (Sometimes event : Sometimes.values()) {
            System.out.printf("engine %10d %s%n", sometimes(event), event);
        }
        showNeverSeen();
        core.failures.stream().limit(FAILURES_SHOWN).forEach(failure -> System.out.println("core " + failure));
        engine.failures.stream().limit(FAILURES_SHOWN).forEach(failure -> System.out.println("engine " + failure));
        recipes.failures.stream().limit(FAILURES_SHOWN).forEach(failure -> System.out.println("recipes " + failure));
        if (!core.failures.isEmpty()) {
            System.out.println(replayCore(core.failures.get(0).seed()));
        } else if (!engine.failures.isEmpty()) {
            System.out.println(replayEngine(engine.failures.get(0).seed()));
        } else if (!recipes.failures.isEmpty()) {
            System.out.println(replayRecipes(recipes.failures.get(0).seed()));
        }
        System.out.printf(
                "engine: hash of seed 1 is %016x%n",
                new EngineRun(1, RuntimeFlaw.NONE).run(EVENTS).traceHash());
        core.print("core: ", shares.core(), threads);
        engine.print("engine: ", shares.engine(), threads);
        recipes.print("recipes: ", shares.recipes(), threads);
        print(
                "",
                core.schedules.get() + engine.schedules.get() + recipes.schedules.get(),
                core.events.get() + engine.events.get() + recipes.events.get(),
                failures().size(),
                shares.core() + shares.engine() + shares.recipes(),
                threads);
        System.out.printf(" eventsPerSchedule=%d repeated=%d%n", eventsPerSchedule(), repeated.get());
    }

    private long eventsPerSchedule() {
        return engine.events.get() / Math.max(1, engine.schedules.get());
    }

    private void showNeverSeen() {
        List<String> never = new ArrayList<>();
        for (Rare event : Rare.values()) {
            if (rare(event) == 0) {
                never.add("core " + event);
            }
        }
        for (Sometimes event : Sometimes.values()) {
            if (sometimes(event) == 0) {
                never.add("engine " + event);
            }
        }
        System.out.println("never met: " + (never.isEmpty() ? "none" : String.join(", ", never)));
    }

    private static void print(String what, long schedules, long events, int failures, long seconds, int threads) {
        long perMinute = schedules * 60 / Math.max(1, seconds);
        System.out.printf(
                "%sschedules=%d events=%d failures=%d perMinute=%d", what, schedules, events, failures, perMinute);
        System.out.print(what.isEmpty() ? "" : " perMinuteAndCore=" + perMinute / threads + "\n");
    }
}
