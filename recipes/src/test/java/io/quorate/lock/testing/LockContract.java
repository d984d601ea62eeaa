package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.testing.Fault;
import io.quorate.lease.FencingGate;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lease.StaleTokenException;
import io.quorate.lock.Contender;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every distributed lock promises, on every backend.
 *
 * <p>A backend's test module extends this class and supplies a fixture(). Tests with blocking calls are skipped on a backend in virtual
 * time, where nobody could let time pass meanwhile.
 */
public abstract class LockContract extends LockWorld {

    private static final String NAME = "orders/42";
    private static final Key DATA = Key.of("/data/balance");

    @Test
    void freeLockIsGranted() {
        LockLease lease = acquire(open("a"));

        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.state()).isEqualTo(LeaseState.HELD);
        assertThat(lease.token()).isPositive();
        assertThat(lease.remaining()).isPositive().isLessThanOrEqualTo(fixture().sessionTimeout());
        lease.ensureHeld();
    }

    @Test
    void waitersAreServedInTheOrderInWhichTheyQueuedUp() {
        List<Quorate> owners = List.of(open("a"), open("b"), open("c"));
        LockLease first = acquire(owners.get(0));
        List<CompletableFuture<LockLease>> waiters = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            waiters.add(owners.get(i % 3).lock(NAME).acquireAsync());
            int expected = i + 1;
            fixture().eventually(() -> contenders(owners.get(0)).size() == expected + 1, "the next one has queued up");
        }

        long token = first.token();
        LockLease holder = first;
        for (CompletableFuture<LockLease> waiter : waiters) {
            assertThat(waiter).as("nobody is served out of turn").isNotDone();
            fixture().await(holder.release());
            holder = fixture().await(waiter);
            assertThat(holder.token()).isGreaterThan(token);
            token = holder.token();
        }
    }

    @Test
    void holderAndQueueShowWhoAndInWhichOrder() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease lease = acquire(a);
        CompletableFuture<LockLease> waiting = b.lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(a).size() == 2, "b waits");

        List<Contender> contenders = contenders(a);
        assertThat(contenders).extracting(Contender::owner).containsExactly("a", "b");
        assertThat(contenders.get(0).token()).isEqualTo(lease.token());
        assertThat(contenders.get(0).session()).isEqualTo(session(a).id());
        waiting.cancel(false);
        fixture().eventually(() -> contenders(a).size() == 1, "b has left");
    }

    @Test
    void lockThatNobodyUsesHasNoContenders() {
        assertThat(contenders(open("a"))).isEmpty();
    }

    @Test
    void tryAcquireGivesNothingWhileSomebodyHoldsIt() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease lease = acquire(a);

        assertThat(fixture().await(b.lock(NAME).tryAcquireAsync())).isEmpty();
        assertThat(fixture().await(a.lock(NAME).tryAcquireAsync())).isEmpty();
        assertThat(contenders(a)).hasSize(1);

        fixture().await(lease.release());
        Optional<LockLease> second = fixture().await(b.lock(NAME).tryAcquireAsync());
        assertThat(second).isPresent();
        assertThat(second.orElseThrow().token()).isGreaterThan(lease.token());
    }

    @Test
    void ofManyWhoTryAtOnceAtMostOneGetsIt() {
        List<Quorate> owners = List.of(open("a"), open("b"), open("c"));
        List<CompletableFuture<Optional<LockLease>>> tries = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            tries.add(owners.get(i % 3).lock(NAME).tryAcquireAsync());
        }
        long granted = tries.stream()
                .filter(attempt -> fixture().await(attempt).isPresent())
                .count();

        assertThat(granted).isLessThanOrEqualTo(1);
        fixture().eventually(() -> contenders(owners.get(0)).size() == granted, "those who lost have left no entry");
    }

    @Test
    void locksOfDifferentNamesAreIndependentEvenIfOneIsAPrefix() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease outer = fixture().await(a.lock("orders").acquireAsync());
        LockLease inner = fixture().await(b.lock("orders/42").acquireAsync());

        assertThat(outer.isHeld()).isTrue();
        assertThat(inner.isHeld()).isTrue();
        fixture().await(outer.release());
        assertThat(fixture().await(b.lock("orders").tryAcquireAsync())).isPresent();
    }

    @Test
    void badNameIsRefusedBeforeAnythingHappens() {
        Quorate a = open("a");

        assertThatThrownBy(() -> a.lock("")).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> a.lock("a//b"))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> a.lock("../b")).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void releaseIsIdempotentAndNeverTouchesALaterHolder() {
        Quorate a = open("a");
        LockLease first = acquire(a);
        fixture().await(first.release());
        LockLease second = acquire(a);

        fixture().await(first.release());
        first.close();

        assertThat(first.isHeld()).isFalse();
        assertThat(first.state()).isEqualTo(LeaseState.LOST);
        assertThat(first.remaining()).isZero();
        assertThat(second.isHeld()).isTrue();
        assertThat(contenders(a)).hasSize(1);
    }

    @Test
    void cancelledWaiterLeavesNothingAndTheNextIsServed() {
        Quorate a = open("a");
        LockLease holder = acquire(a);
        CompletableFuture<LockLease> given = open("b").lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(a).size() == 2, "b waits");
        CompletableFuture<LockLease> next = open("c").lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(a).size() == 3, "c waits");

        given.cancel(false);
        fixture().eventually(() -> contenders(a).size() == 2, "b has left");
        fixture().await(holder.release());

        assertThat(fixture().await(next).isHeld()).isTrue();
        assertThat(contenders(a)).hasSize(1);
    }

    @Test
    void attemptCancelledBeforeItsTicketArrivedLeavesNothing() {
        Quorate a = open("a");
        for (int i = 0; i < 20; i++) {
            CompletableFuture<LockLease> attempt = a.lock(NAME).acquireAsync();
            if (!attempt.cancel(false)) {
                // A fast backend has granted it already.
                fixture().await(attempt).close();
            }
        }

        LockLease lease = acquire(a);
        fixture().eventually(() -> contenders(a).size() == 1, "only the holder is left");
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void futureThatTimesOutLeavesNothing() {
        Quorate a = open("a");
        LockLease holder = acquire(a);
        CompletableFuture<LockLease> waiting = open("b").lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(a).size() == 2, "b waits");

        waiting.completeExceptionally(new TimeoutException());

        fixture().eventually(() -> contenders(a).size() == 1, "b has left");
        assertThat(holder.isHeld()).isTrue();
    }

    @Test
    void counterUnderTheLockIsExactAndTokensRiseStrictly() {
        int clientCount = 4;
        int rounds = 10;
        Session setUp = session(open("setup"));
        fixture()
                .await(setUp.commit(
                        Commit.builder().create(DATA, Bytes.utf8("0")).build()));
        List<Long> tokens = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < clientCount; i++) {
            Quorate client = open("client-" + i);
            for (int thread = 0; thread < 2; thread++) {
                all.add(incrementRepeatedly(client, rounds, tokens));
            }
        }
        all.forEach(fixture()::await);

        Entry counter = fixture().await(setUp.get(DATA, Read.LATEST)).orElseThrow();
        assertThat(counter.optionalValue().map(Bytes::utf8)).contains(String.valueOf(clientCount * 2 * rounds));
        assertThat(tokens).hasSize(clientCount * 2 * rounds).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void guardedWriteSucceedsWhileHeldAndFailsForAStaleHolder() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease stale = acquire(a);
        fixture()
                .await(session(a)
                        .commit(Commit.builder()
                                .guard(stale.guard())
                                .create(DATA, Bytes.utf8("first"))
                                .build()));
        fixture().await(stale.release());
        LockLease current = acquire(b);

        assertThatThrownBy(() -> fixture()
                        .await(session(a)
                                .commit(Commit.builder()
                                        .guard(stale.guard())
                                        .update(DATA, Bytes.utf8("stale"))
                                        .build())))
                .isInstanceOf(GuardFailedException.class)
                .hasMessageContaining("token " + stale.token());
        fixture()
                .await(session(b)
                        .commit(Commit.builder()
                                .guard(current.guard())
                                .update(DATA, Bytes.utf8("second"))
                                .build()));
        assertThat(fixture()
                        .await(session(a).get(DATA, Read.LATEST))
                        .orElseThrow()
                        .optionalValue())
                .contains(Bytes.utf8("second"));
    }

    @Test
    void expiredHolderIsLostBeforeTheNextOneHoldsIt() {
        fixture().require(Fault.CUT, Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease stale = acquire(a);
        List<LossCause> losses = new CopyOnWriteArrayList<>();
        stale.onLost(losses::add);
        CompletableFuture<Boolean> staleHeldAtGrant = new CompletableFuture<>();
        CompletableFuture<LockLease> next = b.lock(NAME).acquireAsync();
        next.thenAccept(lease -> staleHeldAtGrant.complete(stale.isHeld()));
        Session sessionOfA = session(a);

        fixture().cut(sessionOfA);
        fixture().eventually(() -> !stale.isHeld(), "the proof of a's ownership ends while it is cut off");
        fixture().expire(sessionOfA);
        LockLease current = fixture().await(next);

        assertThat(fixture().await(staleHeldAtGrant)).isFalse();
        assertThat(current.token()).isGreaterThan(stale.token());
        assertThatThrownBy(stale::ensureHeld)
                .isInstanceOf(OwnershipLostException.class)
                .hasMessageContaining("token " + stale.token());
        fixture().eventually(() -> losses.size() == 1, "the loss was told once");
        FencingGate gate = FencingGate.create();
        gate.run(current.token(), () -> {});
        assertThatThrownBy(() -> gate.run(stale.token(), () -> {})).isInstanceOf(StaleTokenException.class);
        fixture().restore(sessionOfA);
        fixture().eventually(() -> sessionOfA.state() == SessionState.EXPIRED, "a learns that its session expired");
        assertThat(stale.isHeld()).isFalse();
    }

    @Test
    void clientGoesOnWithANewSessionAfterItsOldOneExpired() {
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        LockLease lost = acquire(a);
        Session old = session(a);

        fixture().expire(old);
        fixture().eventually(() -> old.state() == SessionState.EXPIRED, "the session expired");
        LockLease again = acquire(a);

        assertThat(lost.isHeld()).isFalse();
        assertThat(again.isHeld()).isTrue();
        assertThat(again.token()).isGreaterThan(lost.token());
        assertThat(session(a).id()).isNotEqualTo(old.id());
    }

    @Test
    void waiterWhoseSessionExpiredQueuesUpAnewOnTheNext() {
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease holder = acquire(a);
        CompletableFuture<LockLease> waiting = b.lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(a).size() == 2, "b waits");

        fixture().expire(session(b));
        fixture()
                .eventually(
                        () -> {
                            List<Contender> now = contenders(a);
                            return now.size() == 2
                                    && now.get(1).session().equals(session(b).id());
                        },
                        "b waits again, under a new session");
        fixture().await(holder.release());

        assertThat(fixture().await(waiting).isHeld()).isTrue();
    }

    @Test
    void failFastLeaseIsLostWithTheConnectionAndFreesTheLock() {
        fixture().require(Fault.CUT);
        Quorate a = open("a");
        LockLease lease = acquire(a, SuspensionPolicy.FAIL_FAST);
        AtomicReference<@Nullable LossCause> loss = new AtomicReference<>();
        lease.onLost(loss::set);
        Session session = session(a);

        fixture().cut(session);
        fixture().eventually(() -> session.state() != SessionState.CONNECTED, "the connection is lost");
        assertThat(lease.isHeld()).isFalse();
        fixture().eventually(() -> loss.get() == LossCause.CONNECTION_LOST, "the loss is told with its cause");
        fixture().restore(session);

        Quorate b = open("b");
        assertThat(fixture().await(b.lock(NAME).acquireAsync()).isHeld()).isTrue();
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void leaseUntilDeadlineSurvivesAShortLossOfTheConnection() {
        fixture().require(Fault.CUT);
        // Long enough for the pause that a client may make before it connects again.
        Quorate a = open("a", fixture().sessionTimeout().multipliedBy(3));
        LockLease lease = acquire(a, SuspensionPolicy.UNTIL_DEADLINE);
        Session session = session(a);

        fixture().cut(session);
        fixture().eventually(() -> session.state() == SessionState.SUSPENDED, "the connection is lost");
        fixture().eventually(() -> lease.state() != LeaseState.HELD, "the lease is in doubt");
        assertThat(lease.state()).isEqualTo(LeaseState.DOUBT);
        assertThat(lease.isHeld()).isTrue();
        fixture().restore(session);

        fixture().eventually(() -> lease.state() == LeaseState.HELD, "the lease is held again");
        assertThat(contenders(a)).hasSize(1);
    }

    @Test
    void leaseIsLostWhenItsProofEndsAndItsEntryIsRemovedOnceTheConnectionIsBack() {
        fixture().require(Fault.CUT);
        Quorate a = open("a");
        LockLease lease = acquire(a, SuspensionPolicy.UNTIL_DEADLINE);
        AtomicInteger losses = new AtomicInteger();
        lease.onLost(cause -> losses.incrementAndGet());
        Session session = session(a);

        fixture().cut(session);
        fixture().eventually(() -> losses.get() == 1, "the deadline passes and is told, though nobody asks");
        assertThat(lease.isHeld()).isFalse();
        fixture().restore(session);

        LockLease next = fixture().await(open("b").lock(NAME).acquireAsync());
        assertThat(next.token()).isGreaterThan(lease.token());
        assertThat(lease.isHeld()).isFalse();
        assertThat(losses).hasValue(1);
    }

    @Test
    void holderWhoseEntryAnOperatorDeletedLosesTheLock() {
        fixture().require(Fault.DELETE_RAW);
        Quorate a = open("a");
        LockLease lease = acquire(a);
        AtomicReference<@Nullable LossCause> loss = new AtomicReference<>();
        lease.onLost(loss::set);

        fixture().deleteRaw(lease.guard().key());

        fixture().eventually(() -> !lease.isHeld(), "the lease is lost");
        fixture().eventually(() -> loss.get() == LossCause.ENTRY_DELETED, "the loss is told with its cause");
        assertThat(acquire(open("b")).token()).isGreaterThan(lease.token());
    }

    @Test
    void nextHolderKeepsTheLockThatAnOperatorTookFromTheOneBefore() {
        fixture().require(Fault.DELETE_RAW);
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease deleted = acquire(a);
        CompletableFuture<LockLease> waiting = b.lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(b).size() == 2, "b waits");

        fixture().deleteRaw(deleted.guard().key());
        LockLease next = fixture().await(waiting);
        fixture().eventually(() -> !deleted.isHeld(), "a's lease is lost");
        fixture().await(deleted.release());

        assertThat(contenders(a)).extracting(Contender::token).containsExactly(next.token());
        assertThat(next.isHeld()).isTrue();
    }

    @Test
    void waiterWhoseEntryAnOperatorDeletedQueuesUpAnew() {
        fixture().require(Fault.DELETE_RAW);
        Quorate a = open("a");
        LockLease holder = acquire(a);
        CompletableFuture<LockLease> waiting = open("b").lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(a).size() == 2, "b waits");
        long token = contenders(a).get(1).token();

        fixture().deleteRaw(lastTicket(a));
        fixture()
                .eventually(
                        () -> {
                            List<Contender> now = contenders(a);
                            return now.size() == 2 && now.get(1).token() > token;
                        },
                        "b waits again");
        fixture().await(holder.release());

        assertThat(fixture().await(waiting).isHeld()).isTrue();
    }

    @Test
    void acquisitionWhoseReplyWasLostIsGrantedOnce() {
        fixture().require(Fault.LOSE_REPLY);
        Quorate a = open("a");
        fixture().loseNextReply(session(a));

        LockLease lease = acquire(a);

        assertThat(lease.isHeld()).isTrue();
        assertThat(contenders(a)).extracting(Contender::token).containsExactly(lease.token());
    }

    @Test
    void releaseWhoseReplyWasLostFreesTheLock() {
        fixture().require(Fault.LOSE_REPLY);
        Quorate a = open("a");
        LockLease lease = acquire(a);
        fixture().loseNextReply(session(a));
        fixture().await(lease.release());

        assertThat(acquire(open("b")).token()).isGreaterThan(lease.token());
    }

    @Test
    void releaseWhileCutOffHappensOnceTheConnectionIsBack() {
        fixture().require(Fault.CUT);
        Quorate a = open("a");
        LockLease lease = acquire(a);
        CompletableFuture<LockLease> next = open("b").lock(NAME).acquireAsync();
        Session session = session(a);
        fixture().cut(session);
        fixture().eventually(() -> session.state() != SessionState.CONNECTED, "the connection is lost");

        CompletableFuture<Void> released = lease.release();
        assertThat(lease.isHeld()).isFalse();
        fixture().restore(session);

        fixture().await(released);
        assertThat(fixture().await(next).token()).isGreaterThan(lease.token());
    }

    @Test
    void lossIsNotToldAfterAReleaseAndAtOnceIfItHappenedBefore() {
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        List<String> told = new CopyOnWriteArrayList<>();
        LockLease released = acquire(a);
        released.onLost(cause -> told.add("released " + cause));
        fixture().await(released.release());
        LockLease lost = acquire(a);
        // Closed before the loss: a callback that is registered after it may run before it can be closed.
        lost.onLost(cause -> told.add("forgotten")).close();
        Session session = session(a);
        fixture().expire(session);
        fixture().eventually(() -> !lost.isHeld(), "the lease is lost");

        lost.onLost(cause -> {
            throw new IllegalStateException("a user's callback fails");
        });
        lost.onLost(cause -> told.add("lost"));

        fixture().eventually(() -> told.contains("lost"), "the loss is told");
        assertThat(told).doesNotContain("forgotten").noneMatch(line -> line.startsWith("released"));
    }

    @Test
    void closingAClientFreesItsLocksAndEndsItsWaiters() {
        Quorate a = open("a");
        Quorate b = open("b");
        Quorate c = open("c");
        LockLease holder = acquire(a);
        CompletableFuture<LockLease> ofB = b.lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(c).size() == 2, "b waits");
        CompletableFuture<LockLease> ofC = c.lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(c).size() == 3, "c waits");

        fixture().await(b.closeAsync());
        assertThatThrownBy(() -> fixture().await(ofB)).isInstanceOf(QuorateException.class);
        fixture().await(a.closeAsync());

        assertThat(holder.isHeld()).isFalse();
        assertThat(fixture().await(ofC).token()).isGreaterThan(holder.token());
        assertThatThrownBy(() -> fixture().await(a.lock(NAME).acquireAsync()))
                .isInstanceOf(QuorateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void leaseOfAClosingClientIsLostBeforeTheNextOneHoldsIt() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease stale = acquire(a, SuspensionPolicy.UNTIL_DEADLINE);
        CompletableFuture<LockLease> next = b.lock(NAME).acquireAsync();
        CompletableFuture<Boolean> staleHeldAtGrant = next.thenApply(lease -> stale.isHeld());
        fixture().eventually(() -> contenders(b).size() == 2, "b waits");

        CompletableFuture<Void> closed = a.closeAsync();

        assertThat(fixture().await(staleHeldAtGrant)).isFalse();
        fixture().await(closed);
    }

    @Test
    void waitersOfOneClientShareTheWatchOnWhoIsAheadOfThem() {
        Quorate a = open("a");
        LockLease holder = acquire(open("b"));
        List<CompletableFuture<LockLease>> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(a.lock(NAME).acquireAsync());
        }
        fixture().eventually(() -> contenders(a).size() == 11, "all wait");

        assertThat(fixture().audit().watches())
                .as("each ticket has one, its owner's; only the first of the ten that wait looks ahead")
                .isEqualTo(11 + 1);
        assertThat(holder.isHeld()).isTrue();
        waiting.forEach(one -> one.cancel(false));
        fixture().eventually(() -> contenders(a).size() == 1, "all have left");
    }

    @Test
    void lockWorksThroughTheDeathOfTheLeader() {
        fixture().require(Fault.KILL_LEADER);
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease lease = acquire(a, SuspensionPolicy.UNTIL_DEADLINE);
        CompletableFuture<LockLease> waiting = b.lock(NAME).acquireAsync();
        fixture().eventually(() -> contenders(a).size() == 2, "b waits");

        fixture().killLeader();
        fixture().await(lease.release());

        assertThat(fixture().await(waiting).token()).isGreaterThan(lease.token());
    }

    @Test
    void acquireReturnsWithinItsLimitAndLeavesNothing() throws Exception {
        assumeRealTime();
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease holder = acquire(a);

        assertThatThrownBy(() -> b.lock(NAME).acquire(Duration.ofMillis(100)))
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining("others hold it");
        fixture().eventually(() -> contenders(a).size() == 1, "b has left");
        assertThat(holder.isHeld()).isTrue();
        assertThat(b.lock(NAME).tryAcquire()).isEmpty();
        assertThat(b.lock(NAME).holder()).get().extracting(Contender::owner).isEqualTo("a");
        assertThat(b.lock(NAME).queue()).isEmpty();
    }

    @Test
    void limitOfZeroTimesOutEvenIfTheLockIsFree() {
        Quorate a = open("a");

        assertThatThrownBy(() -> a.lock(NAME).acquire(Duration.ZERO))
                .isInstanceOf(TimeoutExceededException.class)
                .hasMessageContaining("tryAcquire()");
    }

    @Test
    void threadThatWasInterruptedBeforehandGetsNoLock() {
        Quorate a = open("a");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> a.lock(NAME).acquire()).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted())
                .as("the exception stands for the interrupt")
                .isFalse();
    }

    @Test
    void interruptedWaiterLeavesNothing() throws Exception {
        assumeRealTime();
        Quorate a = open("a");
        LockLease holder = acquire(a);
        Quorate b = open("b");
        CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                b.lock(NAME).acquire();
                thrown.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                thrown.complete(e);
            }
        });
        waiter.start();
        fixture().eventually(() -> contenders(a).size() == 2, "b waits");

        waiter.interrupt();

        assertThat(thrown.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        fixture().eventually(() -> contenders(a).size() == 1, "b has left");
        assertThat(holder.isHeld()).isTrue();
    }

    @Test
    void blockingCallOnTheLaneIsRefusedRatherThanDeadlocked() {
        Quorate a = open("a");
        CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
        session(a).scheduler().execute(() -> {
            try {
                a.lock(NAME).acquire(Duration.ofSeconds(1));
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
    void clientMayBeClosedInACallback() {
        assumeRealTime();
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        CountDownLatch closed = new CountDownLatch(1);
        acquire(a).onLost(cause -> {
            a.close();
            closed.countDown();
        });

        fixture().expire(session(a));

        fixture().eventually(() -> closed.getCount() == 0, "close returned in the callback");
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about the calls themselves.
    void javaLockIsReentrantAndExcludesOtherThreadsAndClients() throws Exception {
        assumeRealTime();
        Quorate a = open("a");
        Lock lock = a.lock(NAME).asJavaLock();
        lock.lock();
        lock.lock();
        assertThat(contenders(a)).hasSize(1);
        CompletableFuture<Boolean> other = new CompletableFuture<>();
        new Thread(() -> other.complete(lock.tryLock())).start();
        assertThat(other.get(5, TimeUnit.SECONDS)).isFalse();
        assertThat(open("b").lock(NAME).asJavaLock().tryLock(50, TimeUnit.MILLISECONDS))
                .isFalse();
        fixture().eventually(() -> contenders(a).size() == 1, "b has left");

        lock.unlock();
        assertThat(contenders(a)).hasSize(1);
        lock.unlock();
        fixture().eventually(() -> contenders(a).isEmpty(), "the lock is free");
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
        assertThat(lock.tryLock()).isTrue();
        lock.unlock();
        assertThat(lock.tryLock(0, TimeUnit.SECONDS))
                .as("a free lock is taken without time to wait")
                .isTrue();
        lock.unlock();
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about the calls themselves.
    void javaLockTellsOnUnlockThatItWasLost() throws Exception {
        assumeRealTime();
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        Lock lock = a.lock(NAME).asJavaLock();
        lock.lock();
        Session session = session(a);
        fixture().expire(session);
        fixture().eventually(() -> session.state() == SessionState.EXPIRED, "the session expired");

        assertThatThrownBy(lock::unlock).isInstanceOf(OwnershipLostException.class);
        assertThat(lock.tryLock(5, TimeUnit.SECONDS)).isTrue();
        lock.unlock();
    }

    private CompletableFuture<?> incrementRepeatedly(Quorate client, int rounds, List<Long> tokens) {
        CompletableFuture<?> done = CompletableFuture.completedFuture(null);
        for (int round = 0; round < rounds; round++) {
            done = done.thenCompose(before -> incrementOnce(client, tokens));
        }
        return done;
    }

    private CompletableFuture<?> incrementOnce(Quorate client, List<Long> tokens) {
        return client.lock(NAME).acquireAsync().thenCompose(lease -> {
            tokens.add(lease.token());
            return client.session()
                    .thenCompose(session -> session.get(DATA, Read.LATEST)
                            .thenCompose(found -> {
                                Entry entry = found.orElseThrow();
                                long value = Long.parseLong(
                                        entry.optionalValue().map(Bytes::utf8).orElseThrow());
                                return session.commit(Commit.builder()
                                        .guard(lease.guard())
                                        .update(DATA, Bytes.utf8(String.valueOf(value + 1)))
                                        .build());
                            })
                            .whenComplete((result, failure) -> lease.close()));
        });
    }

    private LockLease acquire(Quorate client) {
        return fixture().await(client.lock(NAME).acquireAsync());
    }

    private LockLease acquire(Quorate client, SuspensionPolicy policy) {
        DistributedLock lock = client.lock(NAME, LockOptions.defaults().withSuspensionPolicy(policy));
        return fixture().await(lock.acquireAsync());
    }

    private List<Contender> contenders(Quorate client) {
        return fixture().await(client.lock(NAME).contendersAsync());
    }

    private Key lastTicket(Quorate client) {
        List<Key> tickets = fixture()
                .await(session(client).list(Key.of("/locks").resolve(NAME), Content.KEYS, Read.LATEST))
                .keys();
        return tickets.get(tickets.size() - 1);
    }
}
