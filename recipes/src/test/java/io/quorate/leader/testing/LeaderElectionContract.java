package io.quorate.leader.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.testing.Fault;
import io.quorate.leader.LeaderElection;
import io.quorate.leader.LeaderElectionOptions;
import io.quorate.leader.LeaderElectionState;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.leader.Participant;
import io.quorate.leader.Requeue;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every leader election promises, on every backend.
 *
 * <p>A backend's test module extends this class and supplies a fixture. Tests with bodies that block are skipped on a backend in virtual
 * time, where nobody could let time pass meanwhile.
 */
public abstract class LeaderElectionContract extends LeadershipContract {

    private static final LeaderElectionOptions OPTIONS = LeaderElectionOptions.defaults();

    /** Longer than any test takes. */
    private static final Duration PATIENTLY = Duration.ofMinutes(5);

    private final List<TermRecorder> recorders = new ArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void everyListenerWasToldOfWholeTermsThatRise() {
        assertThat(recorders)
                .allSatisfy(recorder -> assertThat(recorder.violations()).isEmpty());
    }

    @Test
    void bodyRunsWhileItsCandidateLeads() {
        ManualBody body = new ManualBody(log, true);
        LeaderElection election = open("a").leaderElectionAsync(NAME, body, OPTIONS);
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Idle());

        election.start();
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");

        Leadership leadership = body.last().leadership;
        assertThat(leadership.isHeld()).isTrue();
        assertThat(election.leadership()).contains(leadership);
        assertThat(election.hasLeadership()).isTrue();
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Leading(leadership));
    }

    @Test
    void bodyThatReturnsHandsOverAndItsCandidateStandsAgain() {
        ManualBody bodyOfA = new ManualBody(log, true);
        LeaderElection a = started("a", bodyOfA, OPTIONS);
        TermRecorder recorder = record(a);
        fixture().eventually(() -> bodyOfA.runs().size() == 1, "a leads");
        ManualBody bodyOfB = new ManualBody(log, true);
        LeaderElection b = started("b", bodyOfB, OPTIONS);
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");
        fixture().eventually(() -> b.state() instanceof LeaderElectionState.Waiting, "b knows that it waits");
        assertThat(bodyOfB.runs()).isEmpty();

        bodyOfA.last().end.complete(null);

        fixture().eventually(() -> bodyOfB.runs().size() == 1, "b leads");
        assertThat(bodyOfB.last().leadership.term())
                .isGreaterThan(bodyOfA.last().leadership.term());
        fixture().eventually(() -> recorder.losses().equals(List.of(LossCause.RELEASED)), "a stepped down");
        fixture().eventually(() -> participants(a).size() == 2, "a stands again");
        assertThat(participants(b)).extracting(Participant::owner).containsExactly("b", "a");
    }

    @Test
    void latchAndElectionOfOneNameCompete() {
        LeaderLatch latch = open("a").leaderLatch(NAME);
        latch.start();
        fixture().await(latch.awaitAsync());
        ManualBody body = new ManualBody(log, true);
        LeaderElection election = started("b", body, OPTIONS);
        fixture().eventually(() -> participants(election).size() == 2, "both stand");
        assertThat(body.runs()).isEmpty();

        latch.close();

        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
    }

    @Test
    void entryOfAClosedElectionStaysUntilItsBodyHasEnded() {
        ManualBody body = new ManualBody(log, false);
        LeaderElection election = started("a", body, OPTIONS.withCloseGrace(PATIENTLY));
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
        LeaderLatch next = open("b").leaderLatch(NAME);
        next.start();
        fixture().eventually(() -> participants(election).size() == 2, "b waits");

        CompletableFuture<Void> closed = election.closeAsync();
        fixture().eventually(() -> body.last().stopped, "the body is told to stop");

        assertThat(body.last().heldWhenStopped).isTrue();
        assertThat(participants(election)).hasSize(2);
        assertThat(closed).isNotDone();
        assertThat(next.hasLeadership()).isFalse();
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Stopping(body.last().leadership));
        body.last().end.complete(null);
        fixture().await(closed);
        assertThat(fixture().await(next.awaitAsync()).isHeld()).isTrue();
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(true));
        assertThat(participants(election)).hasSize(1);
        fixture().await(election.closeAsync());
        assertThatThrownBy(election::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bodyThatDoesNotEndIsGivenUpAfterTheGraceAndTheEndIsNotClean() {
        ManualBody body = new ManualBody(log, false);
        LeaderElection election = started("a", body, OPTIONS.withCloseGrace(Duration.ofMillis(200)));
        TermRecorder recorder = record(election);
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
        LeaderLatch next = open("b").leaderLatch(NAME);
        next.start();
        fixture().eventually(() -> participants(election).size() == 2, "b waits");

        fixture().await(election.closeAsync());

        assertThat(fixture().await(next.awaitAsync()).isHeld()).isTrue();
        assertThat(body.last().leadership.isHeld()).isFalse();
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(false));
        fixture().eventually(() -> recorder.losses().equals(List.of(LossCause.RELEASED)), "the end is told");
        body.last().end.complete(null);
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(false));
    }

    @Test
    void closingTheClientWaitsForTheBody() {
        Quorate client = open("a");
        ManualBody body = new ManualBody(log, false);
        LeaderElection election = client.leaderElectionAsync(NAME, body, OPTIONS.withCloseGrace(PATIENTLY));
        election.start();
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");

        CompletableFuture<Void> closed = client.closeAsync();
        fixture().eventually(() -> body.last().stopped, "the body is told to stop");

        assertThat(body.last().leadership.isHeld()).isTrue();
        assertThat(closed).isNotDone();
        body.last().end.complete(null);
        fixture().await(closed);
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(true));
    }

    @Test
    void electionThatIsClosedWhileItWaitsLeavesTheQueue() {
        LeaderLatch leader = open("a").leaderLatch(NAME);
        leader.start();
        fixture().await(leader.awaitAsync());
        ManualBody body = new ManualBody(log, true);
        LeaderElection election = started("b", body, OPTIONS);
        fixture().eventually(() -> participants(election).size() == 2, "b waits");

        fixture().await(election.closeAsync());

        fixture().eventually(() -> participants(election).size() == 1, "b has left");
        assertThat(body.runs()).isEmpty();
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(true));
    }

    @Test
    void bodyIsToldToStopWhileItsTermIsStillProven() {
        fixture().require(Fault.HANG);
        Quorate client = open("a");
        ManualBody body = new ManualBody(log, true);
        LeaderElection election = client.leaderElectionAsync(
                NAME,
                body,
                OPTIONS.withSuspensionPolicy(SuspensionPolicy.UNTIL_DEADLINE)
                        .withStopGrace(fixture().sessionTimeout().dividedBy(5)));
        election.start();
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
        Session session = session(client);

        fixture().hang(session);
        fixture().eventually(() -> body.last().stopped, "the body is told to stop");

        // Real time may be late, virtual time is not.
        if (fixture().virtualTime().isPresent()) {
            assertThat(body.last().heldWhenStopped).isTrue();
        }
        fixture().restore(session);
        fixture().eventually(() -> body.runs().size() == 2, "it leads again");
    }

    @Test
    void nextTermBeginsOnlyAfterTheBodyOfTheOneBeforeHasEnded() {
        fixture().require(Fault.EXPIRE);
        Quorate client = open("a");
        ManualBody body = new ManualBody(log, false);
        LeaderElection election = client.leaderElectionAsync(NAME, body, OPTIONS);
        logTerms(election);
        election.start();
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
        Session session = session(client);

        fixture().expire(session);
        fixture().eventually(() -> log.contains("lost"), "the loss is told");
        // A whole exchange with the backend, in which the candidate would queue up if it were to.
        LeaderLatch other = open("b").leaderLatch(NAME);
        other.start();
        fixture().await(other.awaitAsync());
        assertThat(participants(election)).hasSize(1);
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Stopping(body.last().leadership));
        log.add("body ends");
        body.last().end.complete(null);
        other.close();
        fixture().eventually(() -> body.runs().size() == 2, "it leads again");

        assertThat(log)
                .containsExactly(
                        "acquired",
                        "body begins",
                        "body is told to stop",
                        "lost",
                        "body ends",
                        "acquired",
                        "body begins");
        // Otherwise closing would wait for the second body for as long as the grace allows.
        CompletableFuture<Void> closed = election.closeAsync();
        body.last().end.complete(null);
        fixture().await(closed);
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(true));
    }

    @Test
    void electionThatLostItsConnectionFailsFastAndLeadsAgain() {
        fixture().require(Fault.CUT);
        Quorate client = open("a");
        ManualBody body = new ManualBody(log, true);
        LeaderElection election =
                client.leaderElectionAsync(NAME, body, OPTIONS.withSuspensionPolicy(SuspensionPolicy.FAIL_FAST));
        TermRecorder recorder = record(election);
        election.start();
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
        Session session = session(client);

        fixture().cut(session);
        fixture().eventually(() -> session.state() != SessionState.CONNECTED, "the connection is lost");
        fixture().eventually(() -> body.last().stopped, "the body is told to stop");
        assertThat(body.last().leadership.isHeld()).isFalse();
        fixture().restore(session);

        fixture().eventually(() -> body.runs().size() == 2, "it leads again");
        fixture().eventually(() -> recorder.terms().size() == 2, "both terms are told");
    }

    @Test
    void electionGoesOnThroughTheDeathOfTheServicesLeader() {
        fixture().require(Fault.KILL_LEADER);
        ManualBody first = new ManualBody(log, true);
        LeaderElection a = started("a", first, OPTIONS);
        fixture().eventually(() -> first.runs().size() == 1, "the body runs");
        ManualBody next = new ManualBody(log, true);
        started("b", next, OPTIONS);
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");

        fixture().killLeader();
        CompletableFuture<Void> closed = a.closeAsync();

        fixture().eventually(() -> !next.runs().isEmpty(), "the next one leads");
        assertThat(next.runs().get(0).leadership.term())
                .isGreaterThan(first.runs().get(0).leadership.term());
        fixture().await(closed);
    }

    @Test
    void leaderWhoseEntryAnOperatorDeletedStopsItsBodyAndStandsAgain() {
        fixture().require(Fault.DELETE_RAW);
        ManualBody body = new ManualBody(log, true);
        LeaderElection election = started("a", body, OPTIONS);
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");

        fixture().deleteRaw(body.last().leadership.guard().key());

        fixture().eventually(() -> body.runs().size() == 2, "it leads again");
        assertThat(body.runs().get(0).stopped).isTrue();
        assertThat(participants(election)).hasSize(1);
    }

    @Test
    void electionForOneTermEndsWithIt() {
        ManualBody body = new ManualBody(log, true);
        LeaderElection election = started("a", body, OPTIONS.withRequeue(Requeue.NEVER));
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");

        body.last().end.complete(null);

        fixture()
                .eventually(
                        () -> election.state().equals(new LeaderElectionState.Ended(Optional.empty())), "it is over");
        fixture().eventually(() -> participants(election).isEmpty(), "nothing is left");
        fixture().await(election.closeAsync());
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(true));
    }

    @Test
    void electionUntilAFailureEndsWithTheFirstThatTheBodyHasByItself() {
        fixture().require(Fault.EXPIRE);
        Quorate client = open("a");
        ManualBody body = new ManualBody(log, true);
        LeaderElection election = client.leaderElectionAsync(NAME, body, OPTIONS.withRequeue(Requeue.UNTIL_FAILURE));
        election.start();
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
        fixture().expire(session(client));
        fixture().eventually(() -> body.runs().size() == 2, "a loss is no failure");
        IllegalStateException failure = new IllegalStateException("a body fails");

        body.last().end.completeExceptionally(failure);

        fixture()
                .eventually(
                        () -> election.state().equals(new LeaderElectionState.Ended(Optional.of(failure))),
                        "it is over");
        fixture().eventually(() -> participants(election).isEmpty(), "nothing is left");
    }

    @Test
    void bodyThatFailsHandsOverShowsItsFailureAndStandsAgain() {
        ManualBody body = new ManualBody(log, true);
        LeaderElection election =
                started("a", body, OPTIONS.withRetryDelays(Duration.ofMillis(300), Duration.ofSeconds(1)));
        fixture().eventually(() -> body.runs().size() == 1, "the body runs");
        IllegalStateException failure = new IllegalStateException("a body fails");

        body.last().end.completeExceptionally(failure);

        fixture()
                .eventually(
                        () -> election.state().equals(new LeaderElectionState.Joining(Optional.of(failure))),
                        "the failure shows while it pauses");
        fixture().eventually(() -> body.runs().size() == 2, "it leads again");
    }

    @Test
    void bodyThatThrowsInsteadOfBeginningCountsAsFailed() {
        List<Leadership> terms = new CopyOnWriteArrayList<>();
        LeaderElection election = open("a")
                .leaderElectionAsync(
                        NAME,
                        leadership -> {
                            terms.add(leadership);
                            throw new IllegalStateException("a body fails to begin");
                        },
                        OPTIONS.withRequeue(Requeue.UNTIL_FAILURE));

        election.start();

        fixture().eventually(() -> election.state() instanceof LeaderElectionState.Ended, "it is over");
        assertThat(terms).hasSize(1);
        fixture().eventually(() -> participants(election).isEmpty(), "nothing is left");
    }

    @Test
    void requestThatCanNeverSucceedEndsInAFailureWithItsCause() {
        String segment = "x".repeat(250) + "/";
        LeaderElection election =
                open("a").leaderElectionAsync(segment.repeat(3) + "x".repeat(240), new ManualBody(log, true), OPTIONS);
        TermRecorder recorder = record(election);

        election.start();

        fixture().eventually(() -> election.state() instanceof LeaderElectionState.Failed, "it has given up");
        assertThat(((LeaderElectionState.Failed) election.state()).cause()).isInstanceOf(InvalidKeyException.class);
        fixture().eventually(() -> recorder.failures().size() == 1, "the failure is told");
    }

    @Test
    void stopGraceThatLeavesNoTimeToLeadIsRefused() {
        Quorate client = open("a");

        assertThatThrownBy(() -> client.leaderElectionAsync(
                        NAME,
                        new ManualBody(log, true),
                        OPTIONS.withStopGrace(fixture().sessionTimeout().dividedBy(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a quarter of the session time-out");
    }

    @Test
    void blockingBodyIsInterruptedByCloseWhichWaitsForIt() {
        assumeRealTime();
        CountDownLatch begun = new CountDownLatch(1);
        LeaderElection election = open("a").leaderElection(NAME, leadership -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                log.add("held in the end: " + leadership.isHeld());
            }
        });
        election.start();
        fixture().eventually(() -> begun.getCount() == 0, "the body runs");

        election.close();

        assertThat(log).containsExactly("held in the end: true");
        assertThat(election.state()).isEqualTo(new LeaderElectionState.Closed(true));
    }

    @Test
    void threadOfABodyThatIgnoredItsInterruptIsCleanForTheNextOne() {
        assumeRealTime();
        fixture().require(Fault.EXPIRE);
        Quorate client = open("a");
        CountDownLatch never = new CountDownLatch(1);
        LeaderElection election = client.leaderElection(NAME, leadership -> {
            log.add("begins interrupted: " + Thread.currentThread().isInterrupted());
            while (!leadership.shouldStop()) {
                try {
                    never.await(5, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    log.add("ignores an interrupt");
                }
            }
            Thread.currentThread().interrupt();
        });
        election.start();
        fixture().eventually(() -> log.size() == 1, "the body runs");

        fixture().expire(session(client));
        fixture().eventually(() -> Collections.frequency(log, "begins interrupted: false") == 2, "the body runs again");

        assertThat(log).doesNotContain("begins interrupted: true");
        election.close();
    }

    @Test
    void bodyMayCloseItsOwnElection() {
        assumeRealTime();
        List<LeaderElection> own = new CopyOnWriteArrayList<>();
        LeaderElection election =
                open("a").leaderElection(NAME, leadership -> own.get(0).close());
        own.add(election);

        election.start();

        fixture()
                .eventually(
                        () -> election.state().equals(new LeaderElectionState.Closed(true)), "it has closed itself");
    }

    @Test
    void bodyMayCloseItsClient() {
        assumeRealTime();
        Quorate client = open("a");
        LeaderElection election = client.leaderElection(NAME, leadership -> client.close());

        election.start();

        fixture()
                .eventually(
                        () -> election.state().equals(new LeaderElectionState.Closed(true)), "it has closed itself");
    }

    private void logTerms(LeaderElection election) {
        election.addListener(new LeadershipListener() {
            @Override
            public void onAcquired(Leadership leadership) {
                log.add("acquired");
            }

            @Override
            public void onLost(Leadership leadership, LossCause cause) {
                log.add("lost");
            }
        });
    }

    private LeaderElection started(String owner, ManualBody body, LeaderElectionOptions options) {
        LeaderElection election = open(owner).leaderElectionAsync(NAME, body, options);
        record(election);
        election.start();
        return election;
    }

    private TermRecorder record(LeaderElection election) {
        TermRecorder recorder = new TermRecorder();
        recorders.add(recorder);
        election.addListener(recorder);
        return recorder;
    }

    private List<Participant> participants(LeaderElection election) {
        return read(election::participantsAsync);
    }
}
