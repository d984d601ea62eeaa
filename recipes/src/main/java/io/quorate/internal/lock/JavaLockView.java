package io.quorate.internal.lock;

import io.quorate.backend.Ticker;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A distributed lock with the manners of {@code java.util.concurrent}: a local lock decides between the threads of this process and counts
 * re-entries, its outermost holder holds the lease.
 */
final class JavaLockView implements Lock {

    private final DistributedLock lock;
    private final Ticker ticker;
    private final ReentrantLock local = new ReentrantLock(true);

    /** The lease of the thread that holds the local lock; touched by that thread only. */
    private @Nullable LockLease lease;

    JavaLockView(DistributedLock lock, Ticker ticker) {
        this.lock = lock;
        this.ticker = ticker;
    }

    @Override
    public void lock() {
        boolean interrupted = false;
        while (true) {
            try {
                lockInterruptibly();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        local.lockInterruptibly();
        entered(lock::acquire);
    }

    @Override
    public boolean tryLock() {
        if (!local.tryLock()) {
            return false;
        }
        try {
            return enteredIfAny(lock::tryAcquire);
        } catch (InterruptedException e) {
            // The interface knows no interruption here; the lock was not taken, and the flag tells.
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        long start = ticker.nanos();
        long limit = unit.toNanos(time);
        if (!local.tryLock(time, unit)) {
            return false;
        }
        long left = limit - (ticker.nanos() - start);
        // Without time to wait it is still taken if it is free, as this interface has it.
        return left <= 0 ? enteredIfAny(lock::tryAcquire) : enteredIfAny(() -> acquireWithin(Duration.ofNanos(left)));
    }

    /**
     * Gives up one hold.
     *
     * @throws IllegalMonitorStateException if the calling thread does not hold it
     * @throws io.quorate.backend.OwnershipLostException if this was the outermost hold and the lease was lost in the meantime; the hold is
     *     given up all the same
     */
    @Override
    public void unlock() {
        LockLease current = lease;
        if (!local.isHeldByCurrentThread() || current == null) {
            throw new IllegalMonitorStateException("the calling thread does not hold " + lock);
        }
        if (local.getHoldCount() > 1) {
            local.unlock();
            return;
        }
        lease = null;
        try {
            current.ensureHeld();
        } finally {
            current.close();
            local.unlock();
        }
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("a distributed lock has no conditions; watch an entry instead");
    }

    @Override
    public String toString() {
        return lock + " as a java.util.concurrent lock";
    }

    private Optional<LockLease> acquireWithin(Duration limit) throws InterruptedException {
        try {
            return Optional.of(lock.acquire(limit));
        } catch (TimeoutExceededException e) {
            return Optional.empty();
        }
    }

    private void entered(Acquiring<LockLease> acquiring) throws InterruptedException {
        enteredIfAny(() -> Optional.of(acquiring.acquire()));
    }

    /** Takes the lease for the outermost hold; the local lock is held, and is given up if there is no lease. */
    private boolean enteredIfAny(Acquiring<Optional<LockLease>> acquiring) throws InterruptedException {
        boolean entered = false;
        try {
            LockLease current = lease;
            if (current != null) {
                current.ensureHeld();
                entered = true;
            } else {
                lease = acquiring.acquire().orElse(null);
                entered = lease != null;
            }
            return entered;
        } finally {
            if (!entered) {
                local.unlock();
            }
        }
    }

    /** An acquisition that can be interrupted. */
    private interface Acquiring<T> {
        T acquire() throws InterruptedException;
    }
}
