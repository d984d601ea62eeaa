package io.quorate.embedded.sim.recipes;

import io.quorate.backend.Key;
import io.quorate.backend.Subscription;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.embedded.sim.SimulatedEngine;
import io.quorate.leader.LeaderElection;
import io.quorate.leader.LeaderElectionOptions;
import io.quorate.leader.LeaderElectionState;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.LeaderLatchOptions;
import io.quorate.leader.LeaderLatchState;
import io.quorate.leader.Leadership;
import io.quorate.leader.testing.TermRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Candidates for one leadership, latches and elections with bodies, that step down and stand again, while an operator may remove entries.
 *
 * <p>N9: at most one leads, or works in a body under a proven term, at one true instant; whoever leads has its entry, unless the operator has
 * removed that, and came to lead in its turn; terms rise; each listener is told of whole terms, one after another.
 */
final class LeaderWorkload implements Workload {

    private static final String NAME = "billing";

    private final SimulatedEngine engine;
    private final List<Candidate> candidates = new ArrayList<>();
    private final QueueTruth truth;
    private final boolean hasOperator;
    private long highestTerm;
    private @Nullable Leadership last;
    private boolean faultsOver;
    private boolean ending;

    LeaderWorkload(SimulatedEngine engine) {
        this.engine = engine;
        this.truth = new QueueTruth(engine, Key.of("/leaders").child(NAME), (ticket, ahead) -> ahead.isEmpty());
        this.hasOperator = engine.random().chance(0.25);
    }

    /** One client's candidate: a latch, or an election with a body. */
    private final class Candidate {
        private final RecipeClient client;
        private final List<TermRecorder> recorders = new ArrayList<>();
        private @Nullable LeaderLatch latch;
        private @Nullable LeaderElection election;
        private @Nullable Body body;

        Candidate(RecipeClient client) {
            this.client = client;
        }

        void stand() {
            boolean failFast = client.random().chance(0.3);
            SuspensionPolicy policy = failFast ? SuspensionPolicy.FAIL_FAST : SuspensionPolicy.UNTIL_DEADLINE;
            Duration shortest = Duration.ofMillis(20);
            Duration longest = Duration.ofMillis(200);
            TermRecorder recorder = new TermRecorder();
            recorders.add(recorder);
            if (client.random().chance(0.5)) {
                LeaderLatch made = client.quorate()
                        .leaderLatch(
                                NAME,
                                LeaderLatchOptions.defaults()
                                        .withSuspensionPolicy(policy)
                                        .withRetryDelays(shortest, longest));
                var unused = made.addListener(recorder);
                latch = made;
                made.start();
            } else {
                Body working = new Body(client);
                LeaderElection made = client.quorate()
                        .leaderElectionAsync(
                                NAME,
                                working::lead,
                                LeaderElectionOptions.defaults()
                                        .withSuspensionPolicy(policy)
                                        .withCloseGrace(Duration.ofMillis(300))
                                        .withRetryDelays(shortest, longest));
                var unused = made.addListener(recorder);
                body = working;
                election = made;
                made.start();
            }
            client.later(700, this::standAgain);
        }

        private void standAgain() {
            if (ending || !client.random().chance(0.5)) {
                return;
            }
            client.trace(() -> "stands again");
            LeaderLatch ofLatch = latch;
            LeaderElection ofElection = election;
            latch = null;
            election = null;
            CompletableFuture<?> closed = ofLatch != null
                    ? ofLatch.closeAsync()
                    : ofElection != null ? ofElection.closeAsync() : CompletableFuture.completedFuture(null);
            // Its body may still work; the next one is another.
            closed.whenComplete((done, failure) -> {
                if (!ending) {
                    stand();
                }
            });
        }

        /** Returns the leadership that it believes in, without asking whether it is held, which would end it. */
        @Nullable
        Leadership believed() {
            if (latch != null && latch.state() instanceof LeaderLatchState.Leading leading) {
                return leading.leadership();
            }
            if (election != null && election.state() instanceof LeaderElectionState.Leading leading) {
                return leading.leadership();
            }
            return null;
        }
    }

    /** A body that works for a while, and mostly stops when it is told to. */
    private final class Body {
        private final RecipeClient client;
        private @Nullable Leadership working;

        Body(RecipeClient client) {
            this.client = client;
        }

        CompletableFuture<?> lead(Leadership leadership) {
            if (working != null) {
                engine.violated("OneBody", client.name() + " begins " + leadership + " before the end of " + working);
            }
            client.trace(() -> "works under term " + leadership.term());
            working = leadership;
            CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
            client.later(900, () -> end(end));
            Subscription unused =
                    leadership.onStop(() -> client.later(client.random().chance(0.3) ? 1_500 : 30, () -> end(end)));
            return end;
        }

        private void end(CompletableFuture<@Nullable Void> end) {
            if (!end.isDone()) {
                working = null;
                if (client.random().chance(0.2)) {
                    end.completeExceptionally(new IllegalStateException("a body fails"));
                } else {
                    end.complete(null);
                }
            }
        }
    }

    @Override
    public void join(RecipeClient client) {
        Candidate candidate = new Candidate(client);
        candidates.add(candidate);
        client.soon(candidate::stand);
        if (hasOperator) {
            client.later(2_000, () -> operate(client));
        }
    }

    private void operate(RecipeClient operator) {
        if (!faultsOver) {
            truth.removeSome(operator);
            operator.later(2_000, () -> operate(operator));
        }
    }

    @Override
    public void check() {
        Set<Leadership> believed = new LinkedHashSet<>();
        for (Candidate candidate : candidates) {
            if (candidate.client.isAlive()) {
                Leadership leads = candidate.believed();
                if (leads != null) {
                    believed.add(leads);
                }
                Body body = candidate.body;
                if (body != null && body.working != null) {
                    believed.add(body.working);
                }
            }
        }
        // Whoever is asked turns lost at once if its time is over: nobody is asked without need.
        if (believed.size() > 1 || (believed.size() == 1 && !believed.contains(last))) {
            believed.removeIf(each -> !each.isHeld());
            checkHeld(believed);
        }
    }

    private void checkHeld(Set<Leadership> held) {
        // Whose entry was removed is told soon, and knows nothing until then; others need not wait for that.
        held.removeIf(each -> truth.isTakenAway(each.token()));
        if (held.size() > 1) {
            engine.violated("OneLeader", "at one instant lead " + held);
        }
        for (Leadership each : held) {
            if (!truth.isThere(each.token())) {
                engine.violated("LeaderHasEntry", each + " is held without its entry");
            }
            if (each != last) {
                last = each;
                truth.checkGranted(each.token(), each);
                if (each.term() <= highestTerm) {
                    engine.violated("TermsRise", each + " follows term " + highestTerm);
                }
                highestTerm = each.term();
            }
        }
    }

    @Override
    public void faultsEnded() {
        faultsOver = true;
    }

    @Override
    public boolean hasProgressed() {
        boolean somebodyLeads = false;
        for (Candidate candidate : candidates) {
            Leadership leads = candidate.client.isAlive() ? candidate.believed() : null;
            if (leads != null && leads.isHeld()) {
                if (truth.isTakenAway(leads.token())) {
                    return false;
                }
                somebodyLeads = true;
            }
        }
        return somebodyLeads;
    }

    @Override
    public String describe() {
        return "nobody leads, or whose entry was removed does";
    }

    @Override
    public void end() {
        ending = true;
    }

    @Override
    public void checkEnd() {
        for (Candidate candidate : candidates) {
            for (TermRecorder recorder : candidate.recorders) {
                if (candidate.client.isAlive()
                        && (!recorder.violations().isEmpty()
                                || recorder.terms().size() != recorder.losses().size())) {
                    engine.violated("WholeTerms", candidate.client.name() + " was told " + recorder.log());
                }
            }
        }
    }
}
