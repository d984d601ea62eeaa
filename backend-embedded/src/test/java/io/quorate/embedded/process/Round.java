package io.quorate.embedded.process;

import io.quorate.embedded.sim.Oracle;
import io.quorate.embedded.sim.PropertyViolated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One ensemble of processes from its beginning to its end, its clients, the faults it meets, and the judgement of what the clients saw. */
final class Round {

    private static final long ELECTION_MILLIS = 1_000;
    private static final long SETTLE_SECONDS = 60;
    private static final long POLL_MILLIS = 100;

    /**
     * What is done in a round.
     *
     * @param members how many members there are
     * @param nanos after which time no more fault is caused
     * @param kinds the faults to cause one after another, again and again; empty for a random choice
     * @param maxFaults how many to cause at most
     */
    record Plan(int members, long seed, long nanos, List<FaultInjection.Kind> kinds, int maxFaults) {}

    /**
     * What a round came to.
     *
     * @param gaps after how many milliseconds a survivor acknowledged a write that was sent behind the death of the leader
     * @param events how often something happened that checks depend on
     */
    record Result(
            long operations,
            Map<String, Integer> faults,
            List<Long> gaps,
            Map<String, Long> events,
            List<String> violations) {
        int faultCount() {
            return faults.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private final ProcessEnsemble ensemble;
    private final Plan plan;
    private final Random random;
    private final Workload workload;
    private final FaultInjection injection;
    private final CommittedSequence committed = new CommittedSequence();
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Long> events = new TreeMap<>();

    private Round(ProcessEnsemble ensemble, Plan plan, Optional<SmallDisk> disk) {
        this.ensemble = ensemble;
        this.plan = plan;
        this.random = new Random(plan.seed());
        this.workload = new Workload(ensemble);
        this.injection = new FaultInjection(ensemble, random, ELECTION_MILLIS, disk.orElse(null));
    }

    /** Runs a round whose files are in a directory of its own. */
    static Result run(Path directory, Plan plan) throws Exception {
        ProcessEnsemble ensemble = new ProcessEnsemble(directory, plan.members(), ELECTION_MILLIS / 1000.0 + "s");
        SmallDisk.Made made = SmallDisk.at(ensemble.data(plan.members()));
        if (made.disk().isEmpty()) {
            System.out.println("no disk is filled, since none can be mounted here: " + made.reason());
        }
        try {
            Round round = new Round(ensemble, plan, made.disk());
            round.run();
            if (!round.violations.isEmpty()) {
                round.writeEvidence(directory);
            }
            return new Result(
                    round.workload.answered(), round.injection.counts(), round.gaps(), round.events, round.violations);
        } finally {
            ensemble.close();
            if (made.disk().isPresent()) {
                made.disk().get().unmount();
            }
        }
    }

    /** Writes what the violations were found in: what each client asked and was told, in the order of the calls. */
    private void writeEvidence(Path directory) throws IOException {
        Files.write(directory.resolve("violations.txt"), violations);
        Files.write(directory.resolve("faults.txt"), injection.history());
        Files.write(
                directory.resolve("operations.txt"),
                workload.operations().stream()
                        .sorted(Comparator.comparingLong(ClientOperation::called))
                        .map(ClientOperation::toString)
                        .toList());
    }

    private void run() throws Exception {
        ensemble.startAll();
        try {
            injection.awaitAllServe();
            workload.start(plan.seed());
            try {
                causeFaults();
            } finally {
                workload.stop();
            }
            workload.readAll();
            awaitSame();
            awaitEndOfDeadSessions();
            judge();
        } catch (FaultInjection.NoProgressException e) {
            violations.add("liveness: " + e.getMessage());
        }
    }

    private void causeFaults() throws Exception {
        long end = System.nanoTime() + plan.nanos();
        FaultInjection.pause(1_000);
        for (int i = 0; System.nanoTime() - end < 0 && i < plan.maxFaults(); i++) {
            List<FaultInjection.Kind> kinds = plan.kinds();
            injection.cause(kinds.isEmpty() ? FaultInjection.Kind.any(random) : kinds.get(i % kinds.size()));
            committed.catchUp(ensemble);
            FaultInjection.pause(200 + random.nextInt(600));
        }
    }

    private List<Long> gaps() {
        List<Long> gaps = new ArrayList<>();
        List<ClientOperation> operations = workload.operations();
        for (long killed : injection.killedLeaders()) {
            // The victim's clients are told at once that it has died: whoever is answered is at a survivor.
            OptionalLong first = operations.stream()
                    .filter(each -> each.revision() > 0 && each.called() - killed > 0)
                    .mapToLong(each -> TimeUnit.NANOSECONDS.toMillis(each.returned() - killed))
                    .min();
            first.ifPresent(gaps::add);
        }
        return gaps;
    }

    // ---- the end

    /**
     * Waits until all members have applied all that is committed, which is read from their disks, and no less than clients were told of: what a
     * member says of itself is a moment old.
     */
    private void awaitSame() throws IOException, InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        long told = workload.lastTold();
        while (true) {
            committed.catchUp(ensemble);
            List<Long> applied = new ArrayList<>();
            for (int id : ensemble.ids()) {
                ensemble.status(id).ifPresent(status -> applied.add(status.applied()));
            }
            long last = Math.max(told, committed.oracle().lastIndex());
            // Renewals of leaderships and the like go on all the time.
            if (applied.size() == ensemble.size() && applied.stream().allMatch(each -> each >= last)) {
                return;
            }
            if (!committed.violations().isEmpty()) {
                return;
            }
            if (System.nanoTime() - limit > 0) {
                throw new FaultInjection.NoProgressException("members have applied " + applied + " and not come to "
                        + last + " in " + SETTLE_SECONDS + " s");
            }
            FaultInjection.pause(POLL_MILLIS);
        }
    }

    /** N6: sessions of processes that have died end. */
    private void awaitEndOfDeadSessions() throws IOException, InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        ExpiryChecks checks = new ExpiryChecks(committed.oracle());
        while (committed.violations().isEmpty()
                && !checks.leftByTheDead(alive()).isEmpty()) {
            if (System.nanoTime() - limit > 0) {
                addAll(checks.leftByTheDead(alive()));
                return;
            }
            FaultInjection.pause(POLL_MILLIS);
            committed.catchUp(ensemble);
        }
    }

    private List<String> alive() {
        return ensemble.ids().stream()
                .flatMap(id -> ensemble.member(id).stream())
                .map(RunningMember::name)
                .toList();
    }

    // ---- judging

    private void judge() throws IOException, InterruptedException {
        violations.addAll(committed.violations());
        if (!violations.isEmpty()) {
            // Without the sequence nothing else can be judged.
            return;
        }
        Oracle oracle = committed.oracle();
        try {
            oracle.checkOwners();
        } catch (PropertyViolated violation) {
            violations.add("N5: " + violation.getMessage());
        }
        List<ClientOperation> operations = workload.operations();
        addAll(new OperationChecks(operations, oracle).violations());
        judgeWatches(oracle);
        judgeHeld();
        judgeConfiguration();
        events.put("committed records", oracle.lastIndex());
        events.put(
                "acknowledged writes",
                operations.stream().filter(each -> each.revision() > 0).count());
        events.put(
                "writes of unknown outcome",
                operations.stream()
                        .filter(each -> !each.isRead() && each.outcome() == ClientOperation.Outcome.UNKNOWN)
                        .count());
        events.put(
                "plain reads",
                operations.stream().filter(each -> !each.latest()).count());
        events.put("processes", (long) ensemble.lives().size());
    }

    private void addAll(Collection<String> found) {
        violations.addAll(found);
    }

    private void judgeWatches(Oracle oracle) {
        WatchChecks checks = new WatchChecks(oracle);
        ensemble.lives().forEach(life -> checks.check(life.name(), life.lines()));
        addAll(checks.violations());
        events.put("batches of watches", checks.batches());
    }

    private void judgeHeld() {
        HeldChecks checks = new HeldChecks();
        List<GuardedWrite> guarded = workload.guarded();
        checks.checkGuarded(guarded);
        checks.checkAlone("N8", guarded.stream().map(GuardedWrite::held).toList());
        List<Held> terms = new ArrayList<>();
        ensemble.lives().forEach(life -> terms.addAll(checks.checkTerms(life.name(), life.lines())));
        checks.checkAlone("N9", terms);
        addAll(checks.violations());
        events.put("guarded writes under the lock", (long) guarded.size());
        events.put("terms of leaders", (long) terms.size());
    }

    /** In the end every watcher shows the last configuration. */
    private void judgeConfiguration() throws IOException, InterruptedException {
        ConfigChecks checks = new ConfigChecks(committed.oracle());
        long published =
                workload.published().stream().mapToLong(Long::longValue).max().orElse(0);
        ensemble.lives().forEach(life -> {
            long last = checks.check(life.name(), life.lines());
            boolean alive = ensemble.member(life.id()).filter(life::equals).isPresent();
            if (alive) {
                checks.checkLast(life.name(), last, published);
            }
        });
        addAll(checks.violations());
        events.put("configurations seen", checks.sightings());
    }
}
