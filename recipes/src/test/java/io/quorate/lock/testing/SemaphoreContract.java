package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.testing.Fault;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import io.quorate.lock.QueueView;
import io.quorate.lock.Semaphore;
import io.quorate.lock.SemaphoreOptions;
import io.quorate.lock.TooManyPermitsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every semaphore promises, on every backend. */
public abstract class SemaphoreContract extends LockWorld {

    private static final String NAME = "jobs/nightly";
    private static final Key DATA = Key.of("/data/jobs");

    @Test
    void asManyAsThereArePermitsHoldItAtTheSameTimeAndNoMore() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease first = await(take(a, 3, 1));
        LockLease second = await(take(b, 3, 1));
        LockLease third = await(take(a, 3, 1));
        CompletableFuture<LockLease> fourth = take(b, 3, 1);
        awaitContenders(a, 4);
        assertThat(fourth).isNotDone();

        await(second.release());

        LockLease granted = await(fourth);
        assertThat(granted.token()).isGreaterThan(third.token());
        assertThat(first.isHeld()).isTrue();
    }

    @Test
    void nobodyOvertakesALargeOneThatWaits() {
        Quorate a = open("a");
        LockLease small = await(take(a, 4, 1));
        CompletableFuture<LockLease> large = take(open("b"), 4, 4);
        awaitContenders(a, 2);
        CompletableFuture<LockLease> behind = take(open("c"), 4, 1);
        awaitContenders(a, 3);
        assertThat(behind).as("three permits are free, but it is not its turn").isNotDone();

        await(small.release());
        LockLease whole = await(large);
        assertThat(behind).isNotDone();
        await(whole.release());
        assertThat(await(behind).isHeld()).isTrue();
    }

    @Test
    void oneReleaseLetsInAsManyAsFit() {
        Quorate a = open("a");
        LockLease whole = await(take(a, 5, 5));
        List<CompletableFuture<LockLease>> waiting = new ArrayList<>();
        int[] weights = {2, 2, 1, 1};
        for (int i = 0; i < weights.length; i++) {
            waiting.add(take(open("w" + i), 5, weights[i]));
            awaitContenders(a, i + 2);
        }

        await(whole.release());

        LockLease first = await(waiting.get(0));
        await(waiting.get(1));
        await(waiting.get(2));
        assertThat(waiting.get(3)).isNotDone();
        await(first.release());
        assertThat(await(waiting.get(3)).isHeld()).isTrue();
    }

    @Test
    void heldWeightNeverExceedsThePermitsAndEverybodyIsServed() {
        int permits = 4;
        AtomicInteger held = new AtomicInteger();
        List<String> violations = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Quorate client = open("client-" + i);
            for (int round = 0; round < 6; round++) {
                int weight = 1 + (i + round) % permits;
                all.add(take(client, permits, weight).thenCompose(lease -> {
                    int now = held.addAndGet(weight);
                    if (now > permits) {
                        violations.add(now + " permits of " + permits + " are held");
                    }
                    return client.session()
                            .thenCompose(session -> session.get(DATA, io.quorate.backend.Read.LATEST))
                            .whenComplete((done, failure) -> {
                                held.addAndGet(-weight);
                                lease.close();
                            });
                }));
            }
        }
        all.forEach(this::await);

        assertThat(violations).isEmpty();
        Quorate a = open("a");
        fixture().eventually(() -> available(a, permits) == permits, "all permits are back");
    }

    @Test
    void initialPermitsAreThoseOfWhoeverComesFirst() {
        Quorate a = open("a");
        Quorate b = open("b");
        await(take(a, 2, 1));
        await(take(b, 100, 1));
        CompletableFuture<LockLease> third = take(b, 100, 1);
        awaitContenders(a, 3);

        assertThat(third).isNotDone();
        assertThat(await(semaphore(b, 100).permitsAsync())).isEqualTo(2);
        assertThat(available(b, 100)).isZero();
    }

    @Test
    void raisingThePermitsLetsWaitersIn() {
        Quorate a = open("a");
        await(take(a, 1, 1));
        CompletableFuture<LockLease> second = take(open("b"), 1, 1);
        awaitContenders(a, 2);
        CompletableFuture<LockLease> third = take(open("c"), 1, 1);
        awaitContenders(a, 3);

        await(semaphore(a, 1).setPermitsAsync(2));
        assertThat(await(second).isHeld()).isTrue();
        assertThat(third).isNotDone();
        assertThat(await(semaphore(a, 1).compareAndSetPermitsAsync(1, 9))).isFalse();
        assertThat(await(semaphore(a, 1).compareAndSetPermitsAsync(2, 3))).isTrue();
        assertThat(await(third).isHeld()).isTrue();
    }

    @Test
    void loweringThePermitsTakesNothingAwayAndLetsFewerIn() {
        Quorate a = open("a");
        LockLease one = await(take(a, 3, 1));
        LockLease two = await(take(a, 3, 1));
        LockLease three = await(take(a, 3, 1));
        await(semaphore(a, 3).setPermitsAsync(1));

        assertThat(one.isHeld() && two.isHeld() && three.isHeld()).isTrue();
        assertThat(available(a, 3)).isZero();
        CompletableFuture<LockLease> next = take(open("b"), 3, 1);
        awaitContenders(a, 4);
        await(one.release());
        await(two.release());
        assertThat(next).isNotDone();
        await(three.release());
        assertThat(await(next).isHeld()).isTrue();
    }

    @Test
    void moreThanThereAreIsRefusedAndLeavesNothing() {
        Quorate a = open("a");
        CompletableFuture<LockLease> asked = take(a, 2, 3);

        assertThatThrownBy(() -> await(asked))
                .isInstanceOf(TooManyPermitsException.class)
                .hasMessageContaining("3 permits")
                .hasMessageContaining(NAME);
        awaitContenders(a, 0);
        assertThatThrownBy(() -> semaphore(a, 2).weighing(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> semaphore(a, 2).setPermitsAsync(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void waiterForMoreThanIsLeftAfterLoweringIsRefusedAndThoseBehindAreServed() {
        Quorate a = open("a");
        LockLease holder = await(take(a, 4, 1));
        CompletableFuture<LockLease> large = take(open("b"), 4, 4);
        awaitContenders(a, 2);
        CompletableFuture<LockLease> small = take(open("c"), 4, 1);
        awaitContenders(a, 3);

        await(semaphore(a, 4).setPermitsAsync(2));

        assertThatThrownBy(() -> await(large)).isInstanceOf(TooManyPermitsException.class);
        assertThat(await(small).isHeld()).isTrue();
        assertThat(holder.isHeld()).isTrue();
    }

    @Test
    void cancelledWaiterLeavesNothingAndThoseBehindMoveUp() {
        Quorate a = open("a");
        await(take(a, 3, 2));
        CompletableFuture<LockLease> large = take(open("b"), 3, 3);
        awaitContenders(a, 2);
        CompletableFuture<LockLease> small = take(open("c"), 3, 1);
        awaitContenders(a, 3);

        large.cancel(false);

        assertThat(await(small).isHeld()).isTrue();
        awaitContenders(a, 2);
    }

    @Test
    void tryAcquireTakesWhatIsFreeAndDoesNotQueueUp() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease two = await(take(a, 3, 2));
        assertThat(await(semaphore(b, 3).weighing(2).tryAcquireAsync())).isEmpty();
        Optional<LockLease> one = await(semaphore(b, 3).tryAcquireAsync());
        assertThat(one).isPresent();
        assertThat(await(semaphore(b, 3).tryAcquireAsync())).isEmpty();
        assertThat(view(a).waiters()).isEmpty();
        await(two.release());
        assertThat(await(semaphore(b, 3).weighing(2).tryAcquireAsync())).isPresent();
        assertThatThrownBy(() -> await(semaphore(b, 3).weighing(4).tryAcquireAsync()))
                .isInstanceOf(TooManyPermitsException.class);
    }

    @Test
    void permitsOfAnExpiredHolderComeBack() {
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease lost = await(take(a, 2, 2));
        CompletableFuture<LockLease> waiting = take(b, 2, 2);
        awaitContenders(b, 2);

        fixture().expire(session(a));

        assertThat(await(waiting).token()).isGreaterThan(lost.token());
        fixture().eventually(() -> !lost.isHeld(), "a knows");
    }

    @Test
    void waiterGoesOnAfterAReconnection() {
        fixture().require(Fault.CUT);
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease holder = await(take(a, 1, 1));
        CompletableFuture<LockLease> waiting = take(b, 1, 1);
        awaitContenders(a, 2);
        Session session = session(b);
        fixture().cut(session);
        fixture().eventually(() -> session.state() != SessionState.CONNECTED, "b is cut off");
        await(holder.release());
        fixture().restore(session);

        assertThat(await(waiting).isHeld()).isTrue();
    }

    @Test
    void permitsAreHandedOnThroughTheDeathOfTheLeader() {
        fixture().require(Fault.KILL_LEADER);
        Quorate a = open("a");
        LockLease holder = await(take(a, 2, 2));
        CompletableFuture<LockLease> waiting = take(open("b"), 2, 1);
        awaitContenders(a, 2);

        fixture().killLeader();
        await(holder.release());

        assertThat(await(waiting).token()).isGreaterThan(holder.token());
    }

    @Test
    void acquisitionWhoseReplyWasLostIsGrantedOnce() {
        fixture().require(Fault.LOSE_REPLY);
        Quorate a = open("a");
        await(await(take(a, 2, 1)).release());
        fixture().loseNextReply(session(a));

        LockLease lease = await(take(a, 2, 1));

        assertThat(lease.isHeld()).isTrue();
        awaitContenders(a, 1);
        assertThat(available(a, 2)).isEqualTo(1);
    }

    @Test
    void guardHoldsForAsLongAsThePermitIsHeld() {
        Quorate a = open("a");
        LockLease lease = await(take(a, 2, 1));
        await(session(a)
                .commit(Commit.builder()
                        .guard(lease.guard())
                        .create(DATA, Bytes.utf8("1"))
                        .build()));
        await(lease.release());

        assertThatThrownBy(() -> await(session(a)
                        .commit(Commit.builder()
                                .guard(lease.guard())
                                .update(DATA, Bytes.utf8("2"))
                                .build())))
                .isInstanceOf(GuardFailedException.class);
    }

    @Test
    void manyHoldersLeaveInAnyOrderAndEachPermitIsUsedAgain() {
        Quorate a = open("a");
        int permits = 12;
        List<LockLease> holders = new ArrayList<>();
        for (int i = 0; i < permits; i++) {
            holders.add(await(take(a, permits, 1)));
        }
        List<CompletableFuture<LockLease>> waiting = new ArrayList<>();
        Quorate b = open("b");
        for (int i = 0; i < permits; i++) {
            waiting.add(take(b, permits, 1));
        }
        awaitContenders(a, 2 * permits);

        for (int i = 0; i < permits; i++) {
            await(holders.get(i * 5 % permits).release());
            assertThat(await(waiting.get(i)).isHeld()).isTrue();
        }
        assertThat(available(a, permits)).isZero();
    }

    @Test
    void viewShowsWeights() {
        Quorate a = open("a");
        await(take(a, 5, 4));
        CompletableFuture<LockLease> waiting = take(open("b"), 5, 2);
        awaitContenders(a, 2);

        assertThat(view(a).holders()).extracting(Contender::permits).containsExactly(4);
        assertThat(view(a).waiters()).extracting(Contender::permits).containsExactly(2);
        assertThat(view(a).waiters()).extracting(Contender::owner).containsExactly("b");
        assertThat(available(a, 5)).isEqualTo(1);
        waiting.cancel(false);
    }

    @Test
    void limitHoldsAndLeavesNothing() throws Exception {
        assumeRealTime();
        Quorate a = open("a");
        Semaphore semaphore = semaphore(a, 1);
        try (LockLease lease = semaphore.acquire(Duration.ofSeconds(10))) {
            assertThat(lease.isHeld()).isTrue();
            assertThatThrownBy(() -> semaphore.acquire(Duration.ofMillis(100)))
                    .isInstanceOf(TimeoutExceededException.class)
                    .hasMessageContaining("others hold it");
            fixture().eventually(() -> view(a).waiters().isEmpty(), "it has left");
            assertThat(semaphore.availablePermits()).isZero();
            semaphore.setPermits(2);
            assertThat(semaphore.permits()).isEqualTo(2);
            assertThat(semaphore.tryAcquire()).isPresent();
            assertThat(semaphore.compareAndSetPermits(2, 3)).isTrue();
        }
    }

    private static Semaphore semaphore(Quorate client, int permits) {
        return client.semaphore(NAME, SemaphoreOptions.defaults().withInitialPermits(permits));
    }

    private static CompletableFuture<LockLease> take(Quorate client, int permits, int weight) {
        return semaphore(client, permits).weighing(weight).acquireAsync();
    }

    private int available(Quorate client, int permits) {
        return await(semaphore(client, permits).availablePermitsAsync());
    }

    private QueueView view(Quorate client) {
        return await(client.semaphore(NAME).viewAsync());
    }

    private void awaitContenders(Quorate client, int count) {
        fixture()
                .eventually(
                        () -> {
                            QueueView view = view(client);
                            return view.holders().size() + view.waiters().size() == count;
                        },
                        count + " stand in the queue");
    }
}
