package io.quorate.internal.lock;

import io.quorate.backend.Guard;
import io.quorate.backend.OwnershipLostException;
import io.quorate.backend.Subscription;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.Failures;
import io.quorate.internal.Ownership;
import io.quorate.lease.LeaseState;
import io.quorate.lease.LossCause;
import io.quorate.lease.RevocationRequest;
import io.quorate.lock.LockLease;
import io.quorate.lock.WriteLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * An ownership as a writer sees it: over when the ownership is, or when it goes on as that of a reader.
 */
final class QueueWriteLease implements WriteLease {

    private final Client client;
    private final String what;
    private final Ownership ownership;
    private final AtomicBoolean downgraded = new AtomicBoolean();

    QueueWriteLease(Client client, String what, Ownership ownership) {
        this.client = client;
        this.what = what;
        this.ownership = ownership;
    }

    @Override
    public LockLease downgrade() throws InterruptedException {
        client.refuseToWaitOnLane();
        return Await.within(
                client.operationTimeout(),
                client.sessions(),
                downgrade(new CompletableFuture<>(), Runnable::run),
                "downgrading " + what,
                () -> "the backend did not answer");
    }

    @Override
    public CompletableFuture<LockLease> downgradeAsync() {
        return downgrade(new CompletableFuture<>(), client.callbackExecutor());
    }

    private CompletableFuture<LockLease> downgrade(
            CompletableFuture<LockLease> result, java.util.concurrent.Executor completion) {
        ensureHeld();
        if (!downgraded.compareAndSet(false, true)) {
            throw lost();
        }
        result.whenComplete((lease, failure) -> {
            if (failure != null) {
                ownership.release();
            }
        });
        ownership
                .share(client.ownerName())
                .whenComplete((shared, failure) -> complete(completion, () -> {
                    if (failure != null) {
                        result.completeExceptionally(Failures.of(failure));
                    } else {
                        result.complete(new QueueLockLease(ownership));
                    }
                }));
        return result;
    }

    private static void complete(java.util.concurrent.Executor completion, Runnable task) {
        try {
            completion.execute(task);
        } catch (RuntimeException e) {
            // The executor takes no tasks any more; whoever still waits is told here.
            task.run();
        }
    }

    @Override
    public long token() {
        return ownership.token();
    }

    @Override
    public LeaseState state() {
        return downgraded.get() ? LeaseState.LOST : ownership.state();
    }

    @Override
    public boolean isHeld() {
        return !downgraded.get() && ownership.isHeld();
    }

    @Override
    public void ensureHeld() {
        if (downgraded.get()) {
            throw lost();
        }
        ownership.ensureHeld();
    }

    @Override
    public void ensureHeld(Duration atLeast) {
        ensureHeld();
        ownership.ensureHeld(atLeast);
    }

    @Override
    public Duration remaining() {
        return downgraded.get() ? Duration.ZERO : ownership.remaining();
    }

    @Override
    public Guard guard() {
        return ownership.exactGuard();
    }

    @Override
    public Subscription onLost(Consumer<LossCause> callback) {
        return ownership.onLost(cause -> {
            if (!downgraded.get()) {
                callback.accept(cause);
            }
        });
    }

    @Override
    public Subscription onRevokeRequested(Consumer<RevocationRequest> callback) {
        return ownership.onRevokeRequested(request -> {
            if (!downgraded.get()) {
                callback.accept(request);
            }
        });
    }

    @Override
    public CompletableFuture<Void> release() {
        return downgraded.get() ? CompletableFuture.completedFuture(null) : ownership.release();
    }

    @Override
    public void close() {
        if (!downgraded.get()) {
            ownership.release();
        }
    }

    @Override
    public String toString() {
        return what + " for writing (token " + token() + ", " + state() + ")";
    }

    private OwnershipLostException lost() {
        return new OwnershipLostException(what, token(), "it was turned into a lease for reading");
    }
}
