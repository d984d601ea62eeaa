package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.testing.Fault;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import io.quorate.lock.MultiLockLease;
import io.quorate.lock.QueueView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What several locks promise that are acquired as one, on every backend. */
public abstract class MultiLockContract extends LockWorld {

    private static final List<String> NAMES = List.of("accounts/1", "accounts/2", "accounts/3");
    private static final Key DATA = Key.of("/data/transfer");

    @Test
    void allAreHeldByOneLeaseWithOneToken() {
        Quorate a = open("a");
        MultiLockLease lease = await(all(a));

        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.state()).isEqualTo(LeaseState.HELD);
        assertThat(lease.names()).containsExactlyElementsOf(NAMES);
        assertThat(lease.remaining()).isPositive();
        for (String name : NAMES) {
            assertThat(contenders(a, name)).extracting(Contender::token).containsExactly(lease.token());
            assertThat(await(a.lock(name).tryAcquireAsync())).isEmpty();
        }
    }

    @Test
    void itWaitsForWhoeverHoldsOneOfThemAndTokensRise() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease second = await(a.lock(NAMES.get(1)).acquireAsync());
        CompletableFuture<MultiLockLease> waiting = all(b);
        fixture().eventually(() -> contenders(a, NAMES.get(1)).size() == 2, "b waits");
        CompletableFuture<LockLease> behind = a.lock(NAMES.get(0)).acquireAsync();
        fixture().eventually(() -> contenders(a, NAMES.get(0)).size() == 2, "a waits behind b");
        assertThat(waiting).isNotDone();

        await(second.release());
        MultiLockLease lease = await(waiting);
        assertThat(lease.token()).isGreaterThan(second.token());
        assertThat(behind).isNotDone();
        await(lease.release());
        assertThat(await(behind).token()).isGreaterThan(lease.token());
    }

    @Test
    void thoseWhoNameThemInDifferentOrdersNeverWaitForEachOther() {
        List<Quorate> owners = List.of(open("a"), open("b"), open("c"));
        List<CompletableFuture<MultiLockLease>> all = new ArrayList<>();
        List<Long> tokens = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 18; i++) {
            List<String> names = new ArrayList<>(NAMES);
            Collections.rotate(names, i % 3);
            if (i % 2 == 0) {
                Collections.reverse(names);
            }
            List<String> some = i % 3 == 0 ? names.subList(0, 2) : names;
            all.add(owners.get(i % 3).multiLock(some).acquireAsync().whenComplete((lease, failure) -> {
                if (lease != null) {
                    tokens.add(lease.token());
                    lease.close();
                }
            }));
        }
        all.forEach(this::await);

        assertThat(tokens).hasSize(18).doesNotHaveDuplicates();
    }

    @Test
    void overlappingLocksAreNeverHeldTogether() {
        List<String> held = new CopyOnWriteArrayList<>();
        List<String> violations = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        List<Quorate> owners = List.of(open("a"), open("b"), open("c"));
        for (int i = 0; i < 15; i++) {
            List<String> some = List.of(NAMES.get(i % 3), NAMES.get((i + 1) % 3));
            Quorate owner = owners.get(i % 3);
            all.add(owner.multiLock(some).acquireAsync().thenCompose(lease -> {
                if (held.stream().anyMatch(some::contains)) {
                    violations.add(some + " beside " + held);
                }
                held.addAll(some);
                return owner.session()
                        .thenCompose(session -> session.get(DATA, io.quorate.backend.Read.LATEST))
                        .whenComplete((done, failure) -> {
                            held.removeAll(some);
                            lease.close();
                        });
            }));
        }
        all.forEach(this::await);

        assertThat(violations).isEmpty();
    }

    @Test
    void cancelledWaiterLeavesNothingInAnyQueue() {
        Quorate a = open("a");
        LockLease third = await(a.lock(NAMES.get(2)).acquireAsync());
        CompletableFuture<MultiLockLease> waiting = all(open("b"));
        fixture().eventually(() -> contenders(a, NAMES.get(2)).size() == 2, "b waits");

        waiting.cancel(false);

        fixture().eventually(() -> contenders(a, NAMES.get(2)).size() == 1, "b has left");
        fixture().eventually(() -> contenders(a, NAMES.get(0)).isEmpty(), "b has given back what it had");
        assertThat(third.isHeld()).isTrue();
    }

    @Test
    void attemptsCancelledBeforeTheirTicketsArrivedLeaveNothing() {
        Quorate a = open("a");
        for (int i = 0; i < 10; i++) {
            CompletableFuture<MultiLockLease> attempt = all(a);
            if (!attempt.cancel(false)) {
                // A fast backend has granted it already.
                await(attempt).close();
            }
        }

        MultiLockLease lease = await(all(a));
        for (String name : NAMES) {
            fixture().eventually(() -> contenders(a, name).size() == 1, "only the holder is left");
        }
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void tryAcquireTakesAllOrNothing() {
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease second = await(a.lock(NAMES.get(1)).acquireAsync());
        assertThat(await(b.multiLock(NAMES).tryAcquireAsync())).isEmpty();
        assertThat(contenders(a, NAMES.get(0))).isEmpty();

        await(second.release());
        assertThat(await(b.multiLock(NAMES).tryAcquireAsync())).isPresent();
    }

    @Test
    void guardChecksEachOfThem() {
        fixture().require(Fault.DELETE_RAW);
        Quorate a = open("a");
        MultiLockLease lease = await(all(a));
        await(session(a)
                .commit(Commit.builder()
                        .guard(lease.guard())
                        .create(DATA, Bytes.utf8("1"))
                        .build()));
        fixture().deleteRaw(lastTicket(a));

        assertThatThrownBy(() -> await(session(a)
                        .commit(Commit.builder()
                                .guard(lease.guard())
                                .update(DATA, Bytes.utf8("2"))
                                .build())))
                .isInstanceOf(GuardFailedException.class);
    }

    @Test
    void whenOneIsLostTheLeaseIsAndTheOthersAreGivenBack() {
        fixture().require(Fault.DELETE_RAW);
        Quorate a = open("a");
        MultiLockLease lease = await(all(a));
        List<LossCause> losses = new CopyOnWriteArrayList<>();
        lease.onLost(losses::add);

        fixture().deleteRaw(lastTicket(a));

        fixture().eventually(() -> !lease.isHeld(), "the lease is lost");
        assertThat(lease.state()).isEqualTo(LeaseState.LOST);
        fixture().eventually(() -> losses.equals(List.of(LossCause.ENTRY_DELETED)), "the loss is told once");
        assertThat(await(all(open("b"))).token()).isGreaterThan(lease.token());
    }

    @Test
    void waiterOneOfWhoseTicketsWasDeletedQueuesUpAnewInAll() {
        fixture().require(Fault.DELETE_RAW);
        Quorate a = open("a");
        LockLease holder = await(a.lock(NAMES.get(2)).acquireAsync());
        CompletableFuture<MultiLockLease> waiting = all(open("b"));
        fixture().eventually(() -> contenders(a, NAMES.get(2)).size() == 2, "b waits");
        long before = contenders(a, NAMES.get(2)).get(1).token();

        fixture().deleteRaw(lastTicket(a));
        fixture()
                .eventually(
                        () -> {
                            List<Contender> now = contenders(a, NAMES.get(2));
                            return now.size() == 2 && now.get(1).token() > before;
                        },
                        "b waits again");
        await(holder.release());

        assertThat(await(waiting).isHeld()).isTrue();
        fixture().eventually(() -> contenders(a, NAMES.get(0)).size() == 1, "nothing of the first attempt is left");
    }

    @Test
    void expiredHolderIsLostBeforeTheNextOneHoldsThem() {
        fixture().require(Fault.CUT, Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        MultiLockLease stale = await(all(a));
        CompletableFuture<Boolean> staleAtGrant = all(b).thenApply(lease -> stale.isHeld());
        fixture().eventually(() -> contenders(b, NAMES.get(0)).size() == 2, "b waits");
        fixture().cut(session(a));
        fixture().eventually(() -> !stale.isHeld(), "a knows by itself");
        fixture().expire(session(a));

        assertThat(await(staleAtGrant)).isFalse();
        fixture().restore(session(a));
    }

    @Test
    void allWhoWaitedOnAnExpiredSessionQueueUpOnTheNextOne() {
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        MultiLockLease held = await(all(b));
        List<CompletableFuture<Void>> turns = new ArrayList<>();
        // Whoever waits behind the second client has another one ahead than whoever waits behind the holder.
        for (Quorate client : List.of(a, b, a)) {
            turns.add(all(client).thenCompose(MultiLockLease::release));
            int tickets = turns.size() + 1;
            for (String name : NAMES) {
                fixture().eventually(() -> contenders(b, name).size() == tickets, "it waits");
            }
        }

        fixture().expire(session(a));
        await(held.release());

        for (CompletableFuture<Void> turn : turns) {
            await(turn);
        }
    }

    @Test
    void acquisitionWhoseReplyWasLostIsGrantedOnce() {
        fixture().require(Fault.LOSE_REPLY);
        Quorate a = open("a");
        fixture().loseNextReply(session(a));

        MultiLockLease lease = await(all(a));

        assertThat(lease.isHeld()).isTrue();
        for (String name : NAMES) {
            assertThat(contenders(a, name)).extracting(Contender::token).containsExactly(lease.token());
        }
    }

    @Test
    void allOfThemAreHandedOnThroughTheDeathOfTheLeader() {
        fixture().require(Fault.KILL_LEADER);
        Quorate a = open("a");
        MultiLockLease holder = await(all(a));
        CompletableFuture<MultiLockLease> waiting = all(open("b"));
        for (String name : NAMES) {
            fixture().eventually(() -> contenders(a, name).size() == 2, "b waits");
        }

        fixture().killLeader();
        await(holder.release());

        assertThat(await(waiting).token()).isGreaterThan(holder.token());
    }

    @Test
    void closingTheClientGivesAllBackAndEndsItsWaiters() {
        Quorate a = open("a");
        Quorate b = open("b");
        MultiLockLease lease = await(all(a));
        CompletableFuture<MultiLockLease> waiting = all(b);
        fixture().eventually(() -> contenders(a, NAMES.get(0)).size() == 2, "b waits");
        await(b.closeAsync());
        assertThatThrownBy(() -> await(waiting)).isInstanceOf(QuorateException.class);
        await(a.closeAsync());

        assertThat(lease.isHeld()).isFalse();
        assertThat(await(all(open("c"))).token()).isGreaterThan(lease.token());
    }

    @Test
    void badNamesAreRefusedBeforeAnythingHappens() {
        Quorate a = open("a");

        assertThatThrownBy(() -> a.multiLock(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> a.multiLock(List.of("x", "x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> a.multiLock(List.of("x", "/x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> a.multiLock(List.of("x", "a//b"))).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void viewsShowEachQueue() {
        Quorate a = open("a");
        MultiLockLease lease = await(all(a));
        Map<String, QueueView> views = await(a.multiLock(NAMES).viewsAsync());

        assertThat(views.keySet()).containsExactlyElementsOf(NAMES);
        assertThat(views.values())
                .allSatisfy(view ->
                        assertThat(view.holders()).extracting(Contender::token).containsExactly(lease.token()));
    }

    @Test
    void limitHoldsForTheWholeAndLeavesNothing() throws Exception {
        assumeRealTime();
        Quorate a = open("a");
        Quorate b = open("b");
        try (LockLease second = a.lock(NAMES.get(1)).acquire(Duration.ofSeconds(10))) {
            assertThatThrownBy(() -> b.multiLock(NAMES).acquire(Duration.ofMillis(100)))
                    .isInstanceOf(TimeoutExceededException.class)
                    .hasMessageContaining("others hold it");
            fixture().eventually(() -> contenders(a, NAMES.get(1)).size() == 1, "b has left");
            assertThat(second.isHeld()).isTrue();
            assertThat(b.multiLock(NAMES).tryAcquire()).isEmpty();
        }
        try (MultiLockLease lease = b.multiLock(NAMES).acquire(Duration.ofSeconds(10))) {
            assertThat(lease.isHeld()).isTrue();
        }
    }

    @Test
    void interruptedWaiterLeavesNothingInAnyQueue() throws Exception {
        assumeRealTime();
        Quorate a = open("a");
        LockLease holder = await(a.lock(NAMES.get(1)).acquireAsync());
        Quorate b = open("b");
        CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                b.multiLock(NAMES).acquire();
                thrown.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                thrown.complete(e);
            }
        });
        waiter.start();
        fixture().eventually(() -> contenders(a, NAMES.get(1)).size() == 2, "b waits");

        waiter.interrupt();

        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        for (String name : NAMES) {
            int left = name.equals(NAMES.get(1)) ? 1 : 0;
            fixture().eventually(() -> contenders(a, name).size() == left, "b has left");
        }
        assertThat(holder.isHeld()).isTrue();
    }

    private static CompletableFuture<MultiLockLease> all(Quorate client) {
        return client.multiLock(NAMES).acquireAsync();
    }

    private List<Contender> contenders(Quorate client, String name) {
        return await(client.lock(name).contendersAsync());
    }

    private Key lastTicket(Quorate client) {
        List<Key> tickets = await(session(client)
                        .list(
                                Key.of("/locks").resolve(NAMES.get(2)),
                                io.quorate.backend.Content.KEYS,
                                io.quorate.backend.Read.LATEST))
                .keys();
        return tickets.get(tickets.size() - 1);
    }
}
