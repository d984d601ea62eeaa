package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.lease.LeaseState;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/**
 * What every distributed lock promises, on every backend: here whom it is granted to, in what order, and what is left; in the classes that this one
 * extends what becomes of it under faults, and what blocking callers may rely on.
 *
 * <p>A backend's test module extends this class and supplies a fixture.
 */
public abstract class LockContract extends LockFaultContract {

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

        fixture()
                .eventually(
                        () -> fixture().audit().watches() == 11 + 1,
                        "each ticket has one, its owner's; only the first of the ten that wait looks ahead");
        assertThat(holder.isHeld()).isTrue();
        waiting.forEach(one -> one.cancel(false));
        fixture().eventually(() -> contenders(a).size() == 1, "all have left");
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
}
