package io.quorate.lock.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Quorate;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.backend.testing.Fault;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a lock promises to those who block: limits, interrupts, and the view as a lock of the Java library. Part of {@link LockContract}.
 *
 * <p>Most of it is skipped on a backend in virtual time, where nobody could let time pass meanwhile.
 */
abstract class BlockingLockContract extends OneLockWorld {

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
}
