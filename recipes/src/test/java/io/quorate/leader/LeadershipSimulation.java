package io.quorate.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.backend.Key;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.testing.ModelSimulation;
import io.quorate.backend.testing.ModelSimulation.SessionFault;
import io.quorate.backend.testing.VirtualTime;
import io.quorate.leader.testing.TermRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A world of candidates for one leadership to whom everything happens that can: connections break, hang and come back, sessions expire,
 * processes pause, replies are lost, the service restarts, an operator deletes entries and the whole queue, candidates are closed and
 * stand again. The seed decides what happens when.
 *
 * <p>What must hold is looked at after every single event: at most one candidate holds the leadership at any true instant, whoever holds
 * it has its entry, terms rise, at most one body works under a proven term, and every listener is told of whole terms. A leader whose entry
 * or live session an operator ended is left out until it hears of that: no library can keep what an operator gives away. In the end all faults are over, and then somebody
 * must lead again, everybody must be in the queue once, and closing them must leave nothing.
 */
final class LeadershipSimulation {

    private static final String NAME = "billing";
    private static final Key QUEUE = Key.of("/leaders/billing");
    private static final int CANDIDATES = 3;
    private static final Duration FAULTS_LAST = Duration.ofSeconds(60);

    private final ModelSimulation simulation;
    private final VirtualTime world;
    private final RandomGenerator random;
    private final boolean queueIsDeleted;
    private final List<Participating> all = new ArrayList<>();
    private final List<TermRecorder> recorders = new ArrayList<>();
    private long highestTerm;
    private @Nullable Leadership last;
    private int terms;

    /** One client with a candidate: a latch, or an election with a body. */
    private final class Participating {
        private final Quorate client;
        private @Nullable LeaderLatch latch;
        private @Nullable LeaderElection election;
        private @Nullable WorkingBody body;

        Participating(Quorate client) {
            this.client = client;
        }

        void stand() {
            SuspensionPolicy policy =
                    random.nextBoolean() ? SuspensionPolicy.FAIL_FAST : SuspensionPolicy.UNTIL_DEADLINE;
            TermRecorder recorder = new TermRecorder();
            recorders.add(recorder);
            if (random.nextBoolean()) {
                LeaderLatch made =
                        client.leaderLatch(NAME, LeaderLatchOptions.defaults().withSuspensionPolicy(policy));
                made.addListener(recorder);
                made.start();
                latch = made;
            } else {
                WorkingBody working = new WorkingBody();
                LeaderElection made = client.leaderElectionAsync(
                        NAME,
                        working,
                        LeaderElectionOptions.defaults()
                                .withSuspensionPolicy(policy)
                                .withCloseGrace(Duration.ofSeconds(2)));
                made.addListener(recorder);
                body = working;
                election = made;
                made.start();
            }
        }

        CompletableFuture<Void> close() {
            LeaderLatch ofLatch = latch;
            LeaderElection ofElection = election;
            latch = null;
            election = null;
            if (ofLatch != null) {
                return ofLatch.closeAsync();
            }
            return ofElection == null ? CompletableFuture.completedFuture(null) : ofElection.closeAsync();
        }

        Optional<Leadership> leadership() {
            LeaderLatch ofLatch = latch;
            LeaderElection ofElection = election;
            if (ofLatch != null) {
                return ofLatch.leadership();
            }
            return ofElection == null ? Optional.empty() : ofElection.leadership();
        }
    }

    /** A body that works for a while, mostly stops when it is told to, takes some time for that, and fails now and then. */
    private final class WorkingBody implements AsyncLeaderBody {
        private @Nullable Leadership working;

        @Override
        public CompletableFuture<?> lead(Leadership leadership) {
            assertThat(working).as("the body of the term before has ended").isNull();
            working = leadership;
            CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
            Subscription own = world.after(simulation.randomTime(30_000), () -> {
                if (random.nextInt(4) == 0) {
                    fail(end);
                } else {
                    end(end);
                }
            });
            leadership.onStop(() -> {
                own.close();
                world.after(simulation.randomTime(random.nextInt(8) == 0 ? 6_000 : 300), () -> end(end));
            });
            return end;
        }

        private void end(CompletableFuture<@Nullable Void> end) {
            working = null;
            end.complete(null);
        }

        private void fail(CompletableFuture<@Nullable Void> end) {
            working = null;
            end.completeExceptionally(new IllegalStateException("a body fails"));
        }
    }

    /**
     * Creates a world.
     *
     * @param queueIsDeleted whether the operator also deletes the whole queue, and not only entries
     */
    LeadershipSimulation(long seed, boolean queueIsDeleted) {
        this.queueIsDeleted = queueIsDeleted;
        this.simulation = new ModelSimulation(seed, Duration.ofMillis(seed % 4 * 4));
        this.world = simulation.world();
        this.random = simulation.random();
    }

    /** Runs the world and returns how many terms there were. */
    int run() {
        for (int i = 0; i < CANDIDATES; i++) {
            Participating one = new Participating(simulation.open("candidate-" + i));
            one.stand();
            all.add(one);
        }
        Subscription faults = world.after(simulation.randomTime(1_000), this::fault);
        long end = world.ticker().nanos() + FAULTS_LAST.toNanos();
        simulation.watch(this::check, () -> world.ticker().nanos() >= end, FAULTS_LAST.multipliedBy(2));
        faultsAreOver = true;
        faults.close();
        simulation.heal();
        simulation.watch(this::check, this::somebodyLeadsAndEverybodyStandsOnce, Duration.ofMinutes(3));
        assertThat(somebodyLeadsAndEverybodyStandsOnce())
                .as("somebody leads once all faults are over; trace %s", simulation.tail())
                .isTrue();
        closeAll();
        return terms;
    }

    private boolean faultsAreOver;

    private void closeAll() {
        all.forEach(one -> simulation.fixture().await(one.close()));
        simulation.closeAll();
        assertThat(recorders).allSatisfy(recorder -> {
            assertThat(recorder.violations()).isEmpty();
            assertThat(recorder.terms()).hasSameSizeAs(recorder.losses());
            assertThat(recorder.failures()).isEmpty();
        });
        simulation.fixture().close();
    }

    private void check() {
        List<Leadership> held = new ArrayList<>();
        for (Participating one : all) {
            one.leadership().filter(this::hasEntry).ifPresent(held::add);
            WorkingBody body = one.body;
            Leadership working = body == null ? null : body.working;
            if (working != null && working.isHeld() && !held.contains(working) && hasEntry(working)) {
                held.add(working);
            }
        }
        assertThat(held)
                .as("leaderships that are held at one instant; trace %s", simulation.tail())
                .hasSizeLessThanOrEqualTo(1);
        if (!held.isEmpty() && held.get(0) != last) {
            last = held.get(0);
            terms++;
            assertThat(last.term())
                    .as("terms rise; trace %s", simulation.tail())
                    .isGreaterThan(highestTerm);
            highestTerm = last.term();
        }
    }

    private boolean somebodyLeadsAndEverybodyStandsOnce() {
        List<Participating> standing = all.stream()
                .filter(one -> one.latch != null || one.election != null)
                .toList();
        return standing.stream().anyMatch(one -> one.leadership().isPresent())
                && simulation.fixture().audit().sessionEntries() == standing.size()
                && simulation.fixture().audit().sessions() == all.size();
    }

    private void fault() {
        if (faultsAreOver) {
            return;
        }
        Participating one = all.get(random.nextInt(all.size()));
        switch (random.nextInt(12)) {
            case 0, 1 -> simulation.strike(one.client, SessionFault.CUT);
            case 2 -> simulation.strike(one.client, SessionFault.HANG);
            case 3, 4, 5 -> simulation.strike(one.client, SessionFault.RESTORE);
            case 6 -> simulation.strike(one.client, SessionFault.EXPIRE);
            case 7 -> simulation.strike(one.client, SessionFault.PAUSE);
            case 8 -> deleteAsAnOperator(one);
            case 9 -> {
                CompletableFuture<Void> closed = one.close();
                one.stand();
                assertThat(closed).isNotNull();
            }
            case 10 -> simulation.fixture().killLeader();
            default -> simulation.strike(one.client, SessionFault.LOSE_REPLY);
        }
        world.after(simulation.randomTime(2_000), this::fault);
    }

    private void deleteAsAnOperator(Participating one) {
        if (random.nextInt(3) == 0 && queueIsDeleted) {
            simulation.delete(QUEUE);
        } else {
            one.leadership()
                    .ifPresent(
                            leadership -> simulation.delete(leadership.guard().key()));
        }
    }

    private boolean hasEntry(Leadership leadership) {
        return simulation.hasEntry(leadership, leadership.guard().key());
    }
}
