package io.quorate.internal.lock;

import io.quorate.backend.Guard;
import io.quorate.backend.Subscription;
import io.quorate.internal.Ownership;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lease.RevocationRequest;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** An ownership as the holder of a lock sees it: something to close. */
final class QueueLockLease implements LockLease {

    private final Ownership ownership;

    QueueLockLease(Ownership ownership) {
        this.ownership = ownership;
    }

    @Override
    public long token() {
        return ownership.token();
    }

    @Override
    public LeaseState state() {
        return ownership.state();
    }

    @Override
    public boolean isHeld() {
        return ownership.isHeld();
    }

    @Override
    public void ensureHeld() {
        ownership.ensureHeld();
    }

    @Override
    public void ensureHeld(Duration atLeast) {
        ownership.ensureHeld(atLeast);
    }

    @Override
    public Duration remaining() {
        return ownership.remaining();
    }

    @Override
    public Guard guard() {
        return ownership.guard();
    }

    @Override
    public Subscription onLost(Consumer<LossCause> callback) {
        return ownership.onLost(callback);
    }

    @Override
    public Subscription onRevokeRequested(Consumer<RevocationRequest> callback) {
        return ownership.onRevokeRequested(callback);
    }

    @Override
    public CompletableFuture<Void> release() {
        return ownership.release();
    }

    @Override
    public void close() {
        ownership.release();
    }

    @Override
    public String toString() {
        return ownership.toString();
    }
}
