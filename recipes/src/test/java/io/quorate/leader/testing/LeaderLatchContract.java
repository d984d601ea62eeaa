package io.quorate.leader.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.testing.Fault;
import io.quorate.leader.LeaderLatch;
import io.quorate.leader.LeaderLatchOptions;
import io.quorate.leader.LeaderLatchState;
import io.quorate.leader.Leadership;
import io.quorate.leader.LeadershipListener;
import io.quorate.leader.Participant;
import io.quorate.lease.LossCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every leader latch promises, on every backend.
 *
 * <p>A backend's test module extends this class and supplies a fixture. Tests with blocking calls are skipped on a backend in virtual
 * time, where nobody could let time pass meanwhile.
 */
public abstract class LeaderLatchContract extends LeadershipContract {

    private static final Key QUEUE = Key.of("/leaders").resolve(NAME);
    private static final Key DATA = Key.of("/data/report");

    private final List<TermRecorder> recorders = new ArrayList<>();

    @AfterEach
    void everyListenerWasToldOfWholeTermsThatRise() {
        assertThat(recorders)
                .allSatisfy(recorder -> assertThat(recorder.violations()).isEmpty());
    }

    @Test
    void onlyCandidateLeads() {
        LeaderLatch latch = open("a").leaderLatch(NAME);
        assertThat(latch.state()).isEqualTo(new LeaderLatchState.Idle());
        assertThat(latch.hasLeadership()).isFalse();

        latch.start();
        Leadership leadership = leads(latch);

        assertThat(leadership.isHeld()).isTrue();
        assertThat(leadership.shouldStop()).isFalse();
        assertThat(leadership.term()).isPositive().isEqualTo(leadership.token());
        assertThat(leadership.remaining())
                .isPositive()
                .isLessThanOrEqualTo(fixture().sessionTimeout());
        assertThat(latch.leadership()).contains(leadership);
        assertThat(latch.state()).isEqualTo(new LeaderLatchState.Leading(leadership));
    }

    @Test
    void candidatesLeadInTheOrderInWhichTheyQueuedUp() {
        List<LeaderLatch> latches = new ArrayList<>();
        for (String owner : List.of("a", "b", "c")) {
            LeaderLatch latch = open(owner).leaderLatch(NAME);
            latch.start();
            latches.add(latch);
            fixture().eventually(() -> participants(latch).size() == latches.size(), owner + " has queued up");
        }

        long term = 0;
        for (int i = 0; i < latches.size(); i++) {
            Leadership leadership = leads(latches.get(i));
            assertThat(leadership.term()).isGreaterThan(term);
            term = leadership.term();
            for (LeaderLatch later : latches.subList(i + 1, latches.size())) {
                assertThat(later.hasLeadership()).isFalse();
                fixture().eventually(() -> later.state() instanceof LeaderLatchState.Waiting, "it knows that it waits");
            }
            fixture().await(latches.get(i).closeAsync());
        }
    }

    @Test
    void participantsShowTheLeaderFirst() {
        LeaderLatch a = started("a");
        Leadership leadership = leads(a);
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");

        List<Participant> participants = participants(b);
        assertThat(participants).extracting(Participant::owner).containsExactly("a", "b");
        assertThat(participants.get(0).token()).isEqualTo(leadership.term());
    }

    @Test
    void nobodyParticipatesBeforeTheStart() {
        assertThat(participants(open("a").leaderLatch(NAME))).isEmpty();
    }

    @Test
    void secondStartTakesNoSecondPlace() {
        LeaderLatch latch = started("a");
        latch.start();
        leads(latch);

        latch.start();

        assertThat(participants(latch)).hasSize(1);
    }

    @Test
    void closeHandsOverAtOnce() {
        LeaderLatch a = started("a");
        Leadership stale = leads(a);
        LeaderLatch b = started("b");
        TermRecorder toldToA = record(a);
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");

        CompletableFuture<Void> closed = a.closeAsync();

        assertThat(a.hasLeadership()).isFalse();
        assertThat(stale.isHeld()).isFalse();
        assertThat(stale.shouldStop()).isTrue();
        assertThat(a.state()).isEqualTo(new LeaderLatchState.Closed());
        fixture().await(closed);
        assertThat(leads(b).term()).isGreaterThan(stale.term());
        fixture().eventually(() -> toldToA.losses().equals(List.of(LossCause.RELEASED)), "a's listener is told");
        assertThat(participants(b)).extracting(Participant::owner).containsExactly("b");
        fixture().await(a.closeAsync());
        a.close();
        assertThatThrownBy(a::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("create another");
    }

    @Test
    void closedWaiterLeavesTheQueue() {
        LeaderLatch a = started("a");
        Leadership leadership = leads(a);
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");

        fixture().await(b.closeAsync());

        fixture().eventually(() -> participants(a).size() == 1, "b has left");
        assertThat(leadership.isHeld()).isTrue();
    }

    @Test
    void latchThatIsClosedWhileItStartsLeavesNothing() {
        Quorate client = open("a");
        for (int i = 0; i < 10; i++) {
            LeaderLatch latch = client.leaderLatch(NAME);
            latch.start();
            latch.close();
        }

        LeaderLatch last = client.leaderLatch(NAME);
        last.start();
        leads(last);
        fixture().eventually(() -> participants(last).size() == 1, "only the last is left");
    }

    @Test
    void waitingEndsWithTheLeadershipAndFailsWithTheLatch() {
        LeaderLatch a = started("a");
        leads(a);
        LeaderLatch b = started("b");
        CompletableFuture<Leadership> waiting = b.awaitAsync();
        CompletableFuture<Leadership> given = b.awaitAsync();
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");
        assertThat(waiting).isNotDone();
        given.cancel(false);

        a.close();
        assertThat(fixture().await(waiting).isHeld()).isTrue();
        LeaderLatch c = started("c");
        CompletableFuture<Leadership> inVain = c.awaitAsync();
        fixture().eventually(() -> participants(b).size() == 2, "c has queued up");
        c.close();

        assertThatThrownBy(() -> fixture().await(inVain))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> fixture().await(a.awaitAsync())).hasMessageContaining("closed");
        assertThatThrownBy(() -> fixture().await(open("d").leaderLatch(NAME).awaitAsync()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not started");
    }

    @Test
    void lateListenerIsToldOfTheTermThatRunsAndAClosedOneOfNothing() {
        LeaderLatch latch = started("a");
        Leadership leadership = leads(latch);

        TermRecorder late = record(latch);
        TermRecorder forgotten = new TermRecorder();
        fixture().eventually(() -> late.terms().equals(List.of(leadership)), "the late listener is told");
        latch.addListener(forgotten).close();
        int before = forgotten.log().size();
        latch.close();

        fixture().eventually(() -> late.losses().size() == 1, "the late listener is told of the end");
        assertThat(forgotten.log()).hasSize(before);
    }

    @Test
    void listenerThatThrowsHurtsNobody() {
        LeaderLatch latch = open("a").leaderLatch(NAME);
        latch.addListener(new LeadershipListener() {
            @Override
            public void onAcquired(Leadership leadership) {
                throw new IllegalStateException("a user's listener fails");
            }
        });
        TermRecorder recorder = record(latch);

        latch.start();

        fixture().eventually(() -> recorder.terms().size() == 1, "the other listener is told");
        assertThat(latch.hasLeadership()).isTrue();
    }

    @Test
    void stateHasTurnedBeforeAListenerIsTold() {
        fixture().require(Fault.EXPIRE);
        Quorate client = open("a");
        LeaderLatch latch = client.leaderLatch(NAME);
        List<String> seen = new CopyOnWriteArrayList<>();
        latch.addListener(new LeadershipListener() {
            @Override
            public void onAcquired(Leadership leadership) {
                seen.add("acquired, leads: " + latch.leadership().equals(Optional.of(leadership)));
            }

            @Override
            public void onLost(Leadership leadership, LossCause cause) {
                seen.add("lost, leads: " + latch.leadership().equals(Optional.of(leadership)));
            }
        });
        latch.start();
        fixture().eventually(() -> seen.size() == 1, "it leads");

        fixture().expire(session(client));

        fixture().eventually(() -> seen.size() == 3, "it leads again");
        assertThat(seen).containsExactly("acquired, leads: true", "lost, leads: false", "acquired, leads: true");
    }

    @Test
    void latchQueuesUpAgainUnderANewSessionAfterItsOldOneExpired() {
        fixture().require(Fault.EXPIRE);
        Quorate client = open("a");
        LeaderLatch latch = client.leaderLatch(NAME);
        TermRecorder recorder = record(latch);
        latch.start();
        Leadership first = leads(latch);
        Session old = session(client);

        fixture().expire(old);
        fixture().eventually(() -> recorder.terms().size() == 2, "it leads again");

        Leadership second = recorder.terms().get(1);
        assertThat(first.isHeld()).isFalse();
        assertThat(second.isHeld()).isTrue();
        assertThat(second.term()).isGreaterThan(first.term());
        assertThat(session(client).id()).isNotEqualTo(old.id());
        assertThat(participants(latch))
                .singleElement()
                .satisfies(only ->
                        assertThat(only.session()).isEqualTo(session(client).id()));
    }

    @Test
    void expiredLeaderIsLostBeforeTheNextOneLeads() {
        fixture().require(Fault.CUT, Fault.EXPIRE);
        Quorate clientOfA = open("a");
        LeaderLatch a = latch(clientOfA, SuspensionPolicy.UNTIL_DEADLINE);
        a.start();
        Leadership stale = leads(a);
        LeaderLatch b = started("b");
        CompletableFuture<Boolean> heldAtGrant = b.awaitAsync().thenApply(leadership -> stale.isHeld());
        fixture().eventually(() -> participants(b).size() == 2, "b has queued up");
        Session sessionOfA = session(clientOfA);

        fixture().cut(sessionOfA);
        fixture().eventually(() -> !stale.isHeld(), "the proof of a's leadership ends while it is cut off");
        fixture().expire(sessionOfA);

        assertThat(fixture().await(heldAtGrant)).isFalse();
        assertThat(leads(b).term()).isGreaterThan(stale.term());
        fixture().restore(sessionOfA);
        fixture().eventually(() -> participants(b).size() == 2, "a stands again, behind b");
        assertThat(b.hasLeadership()).isTrue();
    }

    @Test
    void leadershipWithTimeLeftSurvivesAReconnection() {
        fixture().require(Fault.CUT);
        Quorate client = open("a");
        LeaderLatch latch = latch(client, SuspensionPolicy.UNTIL_DEADLINE);
        TermRecorder recorder = record(latch);
        latch.start();
        Leadership leadership = leads(latch);
        Session session = session(client);

        fixture().cut(session);
        fixture().eventually(() -> session.state() == SessionState.SUSPENDED, "the connection is lost");
        boolean heldWhileSuspended = leadership.isHeld();
        fixture().restore(session);
        fixture().eventually(() -> session.state() == SessionState.CONNECTED, "the connection is back");

        fixture().eventually(latch::hasLeadership, "it leads");
        // On a busy machine the proof may have ended before the client was back.
        if (heldWhileSuspended && leadership.isHeld()) {
            assertThat(recorder.losses()).isEmpty();
        }
    }

    @Test
    void latchThatFailsFastLosesWithTheConnectionAndComesBackWithIt() {
        fixture().require(Fault.CUT);
        Quorate client = open("a");
        LeaderLatch latch = latch(client, SuspensionPolicy.FAIL_FAST);
        TermRecorder recorder = record(latch);
        latch.start();
        Leadership first = leads(latch);
        Session session = session(client);

        fixture().cut(session);
        fixture().eventually(() -> recorder.losses().size() == 1, "the loss is told");
        assertThat(latch.hasLeadership()).isFalse();
        fixture().restore(session);

        fixture().eventually(() -> recorder.terms().size() == 2, "it leads again");
        assertThat(recorder.terms().get(1).term()).isGreaterThan(first.term());
        fixture().eventually(() -> participants(latch).size() == 1, "the entry of the first term is gone");
    }

    @Test
    void leaderWhoseEntryAnOperatorDeletedStandsAgainBehindTheNext() {
        fixture().require(Fault.DELETE_RAW);
        LeaderLatch a = started("a");
        Leadership first = leads(a);
        TermRecorder recorder = record(a);
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");

        fixture().deleteRaw(first.guard().key());

        Leadership next = leads(b);
        fixture().eventually(() -> recorder.losses().equals(List.of(LossCause.ENTRY_DELETED)), "the loss is told");
        fixture().eventually(() -> participants(a).size() == 2, "a stands again");
        assertThat(participants(b)).extracting(Participant::owner).containsExactly("b", "a");
        assertThat(next.isHeld()).isTrue();
        b.close();
        assertThat(leads(a).term()).isGreaterThan(next.term());
    }

    @Test
    void candidatesWhoseWholeQueueAnOperatorDeletedStandAgain() {
        fixture().require(Fault.DELETE_RAW);
        LeaderLatch a = started("a");
        Leadership first = leads(a);
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");

        List<Long> before = participants(a).stream().map(Participant::token).toList();
        try {
            fixture().deleteRaw(QUEUE);
        } catch (IllegalStateException e) {
            // A tool that deletes one by one finds the queue in use again; every place of before is gone by then.
        }

        fixture()
                .eventually(
                        () -> {
                            List<Participant> now = participants(a);
                            return now.size() == 2 && now.stream().noneMatch(one -> before.contains(one.token()));
                        },
                        "both stand again");
        fixture().eventually(() -> a.hasLeadership() || b.hasLeadership(), "one of them leads");
        assertThat(first.isHeld()).isFalse();
        assertThat(a.hasLeadership() && b.hasLeadership()).isFalse();
        assertThat(participants(a).get(0).token()).isGreaterThan(first.term());
    }

    @Test
    void waiterWhoseEntryAnOperatorDeletedStandsAgain() {
        fixture().require(Fault.DELETE_RAW);
        LeaderLatch a = started("a");
        Key ofA = leads(a).guard().key();
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");
        long place = participants(a).get(1).token();
        List<Key> keys = fixture()
                .await(session(open("reader")).list(QUEUE, Content.KEYS, Read.LATEST))
                .keys();

        keys.stream().filter(key -> !key.equals(ofA)).forEach(fixture()::deleteRaw);

        fixture()
                .eventually(
                        () -> {
                            List<Participant> now = participants(a);
                            return now.size() == 2 && now.get(1).token() > place;
                        },
                        "b stands again");
        a.close();
        assertThat(leads(b).isHeld()).isTrue();
    }

    @Test
    void startWhoseReplyWasLostTakesOnePlace() {
        fixture().require(Fault.LOSE_REPLY);
        Quorate client = open("a");
        fixture().loseNextReply(session(client));
        LeaderLatch latch = client.leaderLatch(NAME);

        latch.start();

        assertThat(leads(latch).isHeld()).isTrue();
        fixture().eventually(() -> participants(latch).size() == 1, "it has one place");
    }

    @Test
    void latchLeadsAgainOnceAServiceThatWasDownIsBack() {
        fixture().require(Fault.STOP_SERVICE);
        Quorate client = open("a");
        LeaderLatch latch = client.leaderLatch(NAME);
        latch.start();
        Leadership first = leads(latch);
        Session session = session(client);

        fixture().stopService();
        fixture().eventually(() -> session.state() != SessionState.CONNECTED, "the connection is lost");
        fixture().eventually(() -> !first.isHeld(), "the proof has ended");
        assertThat(latch.state()).isNotInstanceOfAny(LeaderLatchState.Failed.class, LeaderLatchState.Closed.class);
        fixture().startService();

        fixture().eventually(latch::hasLeadership, "it leads again");
        assertThat(leads(latch).term()).isGreaterThanOrEqualTo(first.term());
    }

    @Test
    void latchGoesOnThroughTheDeathOfTheServicesLeader() {
        fixture().require(Fault.KILL_LEADER);
        LeaderLatch a = started("a");
        leads(a);
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(a).size() == 2, "b has queued up");

        fixture().killLeader();
        a.close();

        assertThat(leads(b).isHeld()).isTrue();
    }

    @Test
    void writeUnderAStaleTermIsRefused() {
        Quorate client = open("a");
        LeaderLatch a = client.leaderLatch(NAME);
        a.start();
        Leadership stale = leads(a);
        fixture()
                .await(session(client)
                        .commit(Commit.builder()
                                .guard(stale.guard())
                                .create(DATA, Bytes.utf8("first"))
                                .build()));
        fixture().await(a.closeAsync());
        leads(started("b"));

        assertThatThrownBy(() -> fixture()
                        .await(session(client)
                                .commit(Commit.builder()
                                        .guard(stale.guard())
                                        .update(DATA, Bytes.utf8("stale"))
                                        .build())))
                .isInstanceOf(GuardFailedException.class);
    }

    @Test
    void closingTheClientClosesItsLatches() {
        Quorate client = open("a");
        LeaderLatch a = client.leaderLatch(NAME);
        TermRecorder recorder = record(a);
        a.start();
        Leadership leadership = leads(a);
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(b).size() == 2, "b has queued up");
        CompletableFuture<Boolean> heldAtGrant = b.awaitAsync().thenApply(next -> leadership.isHeld());

        fixture().await(client.closeAsync());

        assertThat(leadership.isHeld()).isFalse();
        assertThat(fixture().await(heldAtGrant)).isFalse();
        fixture().eventually(() -> a.state().equals(new LeaderLatchState.Closed()), "the latch is closed");
        fixture().eventually(() -> recorder.losses().size() == 1, "the loss is told");
        LeaderLatch late = client.leaderLatch(NAME);
        late.start();
        fixture().eventually(() -> late.state().equals(new LeaderLatchState.Closed()), "a closed client has none");
        assertThat(recorder.failures()).isEmpty();
    }

    @Test
    void latchMayBeClosedInItsListener() {
        LeaderLatch latch = open("a").leaderLatch(NAME);
        TermRecorder recorder = record(latch);
        latch.addListener(new LeadershipListener() {
            @Override
            public void onAcquired(Leadership leadership) {
                latch.close();
            }
        });

        latch.start();

        fixture().eventually(() -> recorder.losses().equals(List.of(LossCause.RELEASED)), "it led and was closed");
        fixture().eventually(() -> participants(latch).isEmpty(), "nothing is left");
    }

    @Test
    void badNameIsRefusedBeforeAnythingHappens() {
        Quorate client = open("a");

        assertThatThrownBy(() -> client.leaderLatch("")).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> client.leaderLatch("a//b")).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void requestThatCanNeverSucceedEndsInAFailureWithItsCause() {
        Quorate client = open("a");
        String segment = "x".repeat(250) + "/";
        // Leaves no room for the name of a ticket.
        LeaderLatch latch = client.leaderLatch(segment.repeat(3) + "x".repeat(240));
        TermRecorder recorder = record(latch);
        latch.start();

        fixture().eventually(() -> latch.state() instanceof LeaderLatchState.Failed, "it has given up");

        assertThat(((LeaderLatchState.Failed) latch.state()).cause()).isInstanceOf(InvalidKeyException.class);
        fixture().eventually(() -> recorder.failures().size() == 1, "the failure is told");
        assertThatThrownBy(() -> fixture().await(latch.awaitAsync()))
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(InvalidKeyException.class);
        latch.close();
        assertThat(latch.state()).isEqualTo(new LeaderLatchState.Closed());
    }

    @Test
    void blockingCallOnTheLaneIsRefusedRatherThanDeadlocked() {
        Quorate client = open("a");
        LeaderLatch latch = client.leaderLatch(NAME);
        latch.start();
        CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
        session(client).scheduler().execute(() -> {
            try {
                latch.await(Duration.ofSeconds(1));
                thrown.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                thrown.complete(e);
            }
        });

        assertThat(fixture().await(thrown))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("asynchronous");
    }

    @Test
    void awaitReturnsWithinItsLimitAndKeepsThePlace() throws Exception {
        assumeRealTime();
        LeaderLatch a = started("a");
        assertThat(a.await(Duration.ofSeconds(20)).isHeld()).isTrue();
        LeaderLatch b = started("b");

        assertThatThrownBy(() -> b.await(Duration.ofMillis(100)))
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessageContaining(NAME);
        fixture().eventually(() -> participants(a).size() == 2, "b stands");
        assertThat(b.leader()).get().extracting(Participant::owner).isEqualTo("a");
        a.close();
        assertThat(b.await().isHeld()).isTrue();
    }

    @Test
    void interruptedWaiterKeepsThePlace() throws Exception {
        assumeRealTime();
        LeaderLatch a = started("a");
        leads(a);
        LeaderLatch b = started("b");
        fixture().eventually(() -> participants(a).size() == 2, "b stands");
        CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                b.await();
                thrown.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                thrown.complete(e);
            }
        });
        waiter.start();

        waiter.interrupt();

        assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(participants(a)).hasSize(2);
    }

    private LeaderLatch started(String owner) {
        LeaderLatch latch = open(owner).leaderLatch(NAME);
        record(latch);
        latch.start();
        return latch;
    }

    private static LeaderLatch latch(Quorate client, SuspensionPolicy policy) {
        return client.leaderLatch(NAME, LeaderLatchOptions.defaults().withSuspensionPolicy(policy));
    }

    private TermRecorder record(LeaderLatch latch) {
        TermRecorder recorder = new TermRecorder();
        recorders.add(recorder);
        latch.addListener(recorder);
        return recorder;
    }

    private Leadership leads(LeaderLatch latch) {
        return fixture().await(latch.awaitAsync());
    }

    private List<Participant> participants(LeaderLatch latch) {
        return read(latch::participantsAsync);
    }
}
