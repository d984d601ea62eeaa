package io.quorate.embedded.sim;

import io.quorate.embedded.zab.PlantedBug;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs random schedules for some time on some threads and prints one line of figures.
 *
 * <p>Arguments: seconds, the first seed, threads; or {@code replay} and a seed to see one run line by line.
 */
final class Simulation {

    static final long EVENTS = 2_000;

    private final AtomicLong nextSeed;
    private final AtomicLong schedules = new AtomicLong();
    private final AtomicLong events = new AtomicLong();
    private final Sightings<Rare> rare = new Sightings<>(Rare.class);
    private final List<RandomRun.Outcome> failures = new ArrayList<>();

    Simulation(long firstSeed) {
        nextSeed = new AtomicLong(firstSeed);
    }

    public static void main(String[] args) throws InterruptedException {
        if (args.length == 2 && args[0].equals("replay")) {
            RandomRun run = new RandomRun(Long.parseLong(args[1]), PlantedBug.NONE, DiskFlaw.NONE);
            System.out.println(run.trace(System.out::println).run(EVENTS));
            return;
        }
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 60;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int threads = args.length > 2
                ? Integer.parseInt(args[2])
                : Runtime.getRuntime().availableProcessors();
        Simulation simulation = new Simulation(seed);
        simulation.runFor(seconds, threads);
        simulation.report(seconds);
        if (!simulation.failures.isEmpty()) {
            System.exit(1);
        }
    }

    private void runFor(long seconds, int threads) throws InterruptedException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(
                    () -> {
                        while (System.nanoTime() < deadline) {
                            runOne(nextSeed.getAndIncrement());
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

    /** Runs some schedules on this thread. */
    void runSchedules(int count) {
        for (int i = 0; i < count; i++) {
            runOne(nextSeed.getAndIncrement());
        }
    }

    private void runOne(long seed) {
        RandomRun run = new RandomRun(seed, PlantedBug.NONE, DiskFlaw.NONE);
        RandomRun.Outcome outcome = run.run(EVENTS);
        schedules.incrementAndGet();
        events.addAndGet(outcome.events());
        synchronized (this) {
            rare.addAll(run.ensemble().rare());
            if (outcome.failure() != null) {
                failures.add(outcome);
            }
        }
    }

    List<RandomRun.Outcome> failures() {
        return failures;
    }

    long events() {
        return events.get();
    }

    long rare(Rare event) {
        return rare.of(event);
    }

    private void report(long seconds) {
        for (Rare event : Rare.values()) {
            System.out.printf("%10d %s%n", rare(event), event);
        }
        failures.stream().limit(30).forEach(System.out::println);
        System.out.printf(
                "schedules=%d events=%d failures=%d perMinute=%d%n",
                schedules.get(), events.get(), failures.size(), schedules.get() * 60 / Math.max(1, seconds));
    }
}
