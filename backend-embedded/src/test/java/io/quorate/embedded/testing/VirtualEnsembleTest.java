package io.quorate.embedded.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.leader.LeaderLatch;
import io.quorate.lease.LossCause;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The members, sessions and recipes of production, driven by one thread in which time passes only while it waits. */
final class VirtualEnsembleTest {

    /** After how much silence members in virtual time give their leader up. */
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

    @Test
    void pausedHolderHasLostItsLockBeforeTheNextHasIt() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient first = ensemble.client("first");
            VirtualClient second = ensemble.client("second");
            LockLease lease = first.quorate().lock("report").acquire();
            first.pause();

            LockLease next = second.quorate().lock("report").acquire();

            assertThat(lease.isHeld()).isFalse();
            assertThat(next.token()).isGreaterThan(lease.token());
        }
    }

    @Test
    void pausedHolderIsToldOfItsLossOnceItGoesOn() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient first = ensemble.client("first");
            LockLease lease = first.quorate().lock("report").acquire();
            List<LossCause> losses = new ArrayList<>();
            lease.onLost(losses::add);
            first.pause();
            LockLease next = ensemble.client("second").quorate().lock("report").acquire();
            assertThat(next.isHeld()).isTrue();
            assertThat(losses).as("it stands still and has not been told").isEmpty();
            first.resume();
            ensemble.clock().advance(Duration.ofSeconds(1));
            assertThat(losses).containsExactly(LossCause.DEADLINE_PASSED);
        }
    }

    @Test
    void leadershipOutlivesTheDeathOfTheMemberThatLeads() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            LeaderLatch latch = ensemble.client("app").quorate().leaderLatch("billing");
            latch.start();
            long term = latch.await(Duration.ofSeconds(5)).term();

            int killed = ensemble.killLeader();
            ensemble.runUntil(() -> ensemble.leader().isPresent());

            assertThat(ensemble.leader()).isNotEqualTo(OptionalInt.of(killed));
            ensemble.clock().advance(Duration.ofMinutes(1));
            assertThat(latch.leadership().orElseThrow().term()).isEqualTo(term);
            ensemble.restart(killed);
            ensemble.clock().advance(Duration.ofSeconds(5));
            assertThat(ensemble.describe().members())
                    .allSatisfy(member -> assertThat(member.epoch()).isPresent());
        }
    }

    /** Nothing is committed without a quorum, and nobody could take the seat over: there is nothing to wait for. */
    @Test
    void leaderThatIsAloneStopsAtOnce() {
        Duration tick = ELECTION_TIMEOUT.dividedBy(10);
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            int leader = ensemble.leader().orElseThrow();
            for (int id = 1; id <= 3; id++) {
                if (id != leader) {
                    ensemble.kill(id);
                }
            }
            ensemble.clock().advance(tick.dividedBy(10));
            assertThat(ensemble.leader()).as("it has not given up").hasValue(leader);

            ensemble.stop(leader);

            assertThat(ensemble.runUntil(() -> ensemble.running().isEmpty(), tick))
                    .as("it has stopped within a tick")
                    .isTrue();
        }
    }

    /** A member that stands still cannot tell its sessions that it no longer serves them. */
    @Test
    void sessionsOfALeaderThatStandsStillGoOnWithinTwoElectionTimeOuts() {
        Duration limit = ELECTION_TIMEOUT.multipliedBy(2);
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            List<Session> sessions = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                sessions.add(ensemble.await(ensemble.backend().open(SessionOptions.of("client-" + i))));
            }
            ensemble.pause(ensemble.leader().orElseThrow());

            List<CompletableFuture<CommitResult>> commits = new ArrayList<>();
            for (int i = 0; i < sessions.size(); i++) {
                commits.add(sessions.get(i)
                        .commit(Commit.builder()
                                .create(Key.of("/written/" + i), null)
                                .build()));
            }

            assertThat(ensemble.runUntil(() -> commits.stream().allMatch(CompletableFuture::isDone), limit))
                    .as("all writes are acknowledged within %s", limit)
                    .isTrue();
            assertThat(commits).allSatisfy(commit -> assertThat(commit).isCompleted());
        }
    }

    @Test
    void leadershipIsLostWithoutAQuorumAndComesBackWithIt() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            LeaderLatch latch = ensemble.client("app").quorate().leaderLatch("billing");
            latch.start();
            long term = latch.await(Duration.ofSeconds(5)).term();

            ensemble.kill(1);
            ensemble.kill(2);
            ensemble.clock().advance(Duration.ofSeconds(30));
            assertThat(latch.hasLeadership()).isFalse();
            ensemble.restart(1);
            assertThat(latch.await(Duration.ofMinutes(1)).term()).isGreaterThan(term);
        }
    }

    @Test
    void minorityOfAPartitionStepsDownAndTheOtherSideGoesOn() {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            int before = ensemble.leader().orElseThrow();
            ensemble.partition(before);
            ensemble.runUntil(
                    () -> ensemble.leader().isPresent() && ensemble.leader().getAsInt() != before);
            ensemble.heal();
            ensemble.clock().advance(Duration.ofSeconds(10));
            assertThat(ensemble.describe().members())
                    .extracting(member -> member.epoch().orElseThrow())
                    .containsOnly(2L);
        }
    }

    @Test
    void blockingCallEndsWithItsTimeLimitOfVirtualTime() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            LockLease held = ensemble.client("first").quorate().lock("report").acquire();
            Duration before = ensemble.clock().elapsed();

            assertThatThrownBy(() ->
                            ensemble.client("second").quorate().lock("report").acquire(Duration.ofSeconds(40)))
                    .isInstanceOf(TimeoutExceededException.class)
                    .hasMessageContaining("PT40S");

            assertThat(ensemble.clock().elapsed().minus(before)).isEqualTo(Duration.ofSeconds(40));
            assertThat(held.isHeld()).isTrue();
        }
    }

    @Test
    void waitForWhatNeverHappensFailsWithTheSeed() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3, 42)) {
            LockLease held = ensemble.client("first").quorate().lock("report").acquire();
            assertThatThrownBy(() ->
                            ensemble.client("second").quorate().lock("report").acquire())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("seed 42");
            assertThat(held.isHeld()).isTrue();
        }
    }

    @Test
    void openingAndClosingAClientTakesVirtualTimeOnly() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(1)) {
            VirtualClient process = ensemble.client("app");
            try (Quorate quorate = Quorate.open(process.backend(), process.options())) {
                assertThat(quorate.get(Key.of("/a"))).isEmpty();
            }
        }
    }

    @Test
    void lostReplyIsAskedForAgain() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient app = ensemble.client("app");
            app.quorate()
                    .commit(Commit.builder()
                            .create(Key.of("/a"), Bytes.utf8("1"))
                            .build());
            app.loseNextReply();
            app.quorate()
                    .commit(Commit.builder()
                            .update(Key.of("/a"), Bytes.utf8("2"))
                            .build());
            assertThat(app.quorate().get(Key.of("/a")).orElseThrow().optionalValue())
                    .contains(Bytes.utf8("2"));
        }
    }

    @Test
    void expiredSessionTakesItsLocksAlong() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient app = ensemble.client("app");
            LockLease lease = app.quorate().lock("report").acquire();
            app.expire();
            ensemble.runUntil(() -> !lease.isHeld(), Duration.ofSeconds(1));
            assertThat(lease.isHeld()).isFalse();
            assertThat(app.quorate().lock("report").acquire().token()).isGreaterThan(lease.token());
        }
    }

    @Test
    void jumpOfAClockEndsWhatWasProvenForLess() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient app = ensemble.client("app");
            LockLease lease = app.quorate().lock("report").acquire();
            app.skewClock(Duration.ofMinutes(1));
            assertThat(lease.isHeld()).isFalse();
        }
    }

    @Test
    void releaseIsOverWhenTheTicketIsGoneThoughTheClientIsBeingClosed() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient app = ensemble.client("app");
            LockLease lease = app.quorate().lock("report").acquire();
            Session observer =
                    ensemble.await(ensemble.client("observer").quorate().session());
            CompletableFuture<Void> closed = app.quorate().closeAsync();

            ensemble.await(lease.release());

            assertThat(ensemble.await(observer.get(lease.guard().key(), Read.LATEST)))
                    .isEmpty();
            ensemble.await(closed);
        }
    }

    /** Whoever is ahead of a ticket is still ahead when it is gone: a session with two in one queue would take the other for gone as well. */
    @Test
    void ticketThatIsRemovedBeforeItsTakerHearsOfItHasThoseAheadThatAreThere() throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient app = ensemble.client("app");
            Session operator =
                    ensemble.await(ensemble.client("operator").quorate().session());
            Session session = ensemble.await(app.quorate().session());
            Key queue = Key.of("/queue");
            Ticket first = ensemble.await(session.enqueue(queue, "x", null));
            CompletableFuture<Ticket> second = session.enqueue(queue, "x", null);
            // It is sent, and cannot be committed yet.
            ensemble.clock().advance(Duration.ofNanos(100_000));
            app.cut();
            ensemble.clock().advance(Duration.ofSeconds(1));
            List<Key> there = ensemble.await(operator.list(queue, Content.KEYS, Read.LATEST))
                    .keys();
            assertThat(there).hasSize(2).startsWith(first.key());
            ensemble.await(operator.commit(Commit.builder().delete(there.get(1)).build()));

            assertThat(second).isNotDone();
            app.restore();

            assertThat(ensemble.await(second).key()).isEqualTo(there.get(1));
            assertThat(ensemble.await(second).ahead()).containsExactly(first.place());
        }
    }

    /** What a watch has waiting for its listener when the connection breaks must not take the batch along that closes the gap. */
    @Test
    void gapIsToldBehindTheStatesOfTheConnectionsThoughTheLaneIsBusy() {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(3)) {
            VirtualClient app = ensemble.client("app");
            VirtualClient other = ensemble.client("other");
            Session session = ensemble.await(app.quorate().session());
            List<String> told = new ArrayList<>();
            session.onState(state -> told.add(state.name()));
            session.watch(Key.of("/a"), Scope.ENTRY, batch -> told.add(batch.gap() ? "gap" : "batch"));
            ensemble.clock().advance(Duration.ofSeconds(1));
            told.clear();

            session.scheduler().execute(() -> {
                // The lane is in the middle of a task while all this happens.
                CompletableFuture<?> created = other.quorate()
                        .session()
                        .thenCompose(theirs -> theirs.commit(
                                Commit.builder().create(Key.of("/a"), null).build()));
                ensemble.runUntil(created::isDone);
                ensemble.clock().advance(Duration.ofMillis(100));
                app.cut();
                ensemble.clock().advance(Duration.ofMillis(100));
                app.restore();
                ensemble.clock().advance(Duration.ofSeconds(1));
            });
            ensemble.clock().advance(Duration.ofSeconds(5));

            assertThat(told)
                    .containsExactly("batch", SessionState.SUSPENDED.name(), SessionState.CONNECTED.name(), "gap");
        }
    }

    @Test
    void sameSeedGivesTheSameTrace() throws InterruptedException {
        assertThat(traceOf(7)).isEqualTo(traceOf(7)).isNotEqualTo(traceOf(8));
    }

    private static List<String> traceOf(long seed) throws InterruptedException {
        try (VirtualEnsemble ensemble = VirtualEnsemble.start(5, seed)) {
            for (int i = 0; i < 3; i++) {
                try (LockLease lease =
                        ensemble.client("app-" + i).quorate().lock("report").acquire()) {
                    ensemble.trace("token " + lease.token());
                }
                int killed = ensemble.killLeader();
                ensemble.clock().advance(Duration.ofSeconds(10));
                ensemble.restart(killed);
            }
            return ensemble.trace();
        }
    }
}
