package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.testing.Fault;
import io.quorate.lease.FencingGate;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lease.StaleTokenException;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What becomes of holders and waiters of a lock when sessions expire, connections break, replies are lost, leaders die, and operators delete entries.
 * Part of {@link LockContract}.
 */
abstract class LockFaultContract extends BlockingLockContract {

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
    void waitersOfOneClientKeepTheirOrderWhenTheirSessionExpires() {
        fixture().require(Fault.EXPIRE);
        Quorate a = open("a");
        Quorate b = open("b");
        LockLease holder = acquire(a);
        List<CompletableFuture<LockLease>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(b.lock(NAME).acquireAsync());
        }
        fixture().eventually(() -> contenders(a).size() == 6, "all wait");
        Session old = session(b);

        fixture().expire(old);
        fixture()
                .eventually(
                        () -> {
                            List<Contender> now = contenders(a);
                            return now.size() == 6
                                    && now.stream()
                                            .noneMatch(one -> one.session().equals(old.id()));
                        },
                        "all wait again, under a new session");
        for (CompletableFuture<LockLease> next : waiting) {
            fixture().await(holder.release());
            holder = fixture().await(next);
        }

        assertThat(holder.isHeld()).isTrue();
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

    private Key lastTicket(Quorate client) {
        List<Key> tickets = fixture()
                .await(session(client).list(Key.of("/locks").resolve(NAME), Content.KEYS, Read.LATEST))
                .keys();
        return tickets.get(tickets.size() - 1);
    }
}
