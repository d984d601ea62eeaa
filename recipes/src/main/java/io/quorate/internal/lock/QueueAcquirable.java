package io.quorate.internal.lock;

import io.quorate.backend.Key;
import io.quorate.backend.SuspensionPolicy;
import io.quorate.backend.TimeoutExceededException;
import io.quorate.internal.Acquisition;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.GrantRule;
import io.quorate.internal.Ownership;
import io.quorate.internal.QueueTerms;
import io.quorate.lock.Acquirable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ways to acquire the turn in some queues, which are the same for all recipes of this package.
 *
 * @param client the client
 * @param claim what is acquired
 * @param toLease makes the lease of the ownerships, one per queue
 */
record QueueAcquirable<L>(Client client, Claim claim, Function<List<Ownership>, L> toLease) implements Acquirable<L> {

    /**
     * What is acquired.
     *
     * @param name for events
     * @param what in words, for messages
     * @param queues the queues in which the turn is taken
     * @param label the tickets' label
     * @param rule when it is the turn
     * @param terms the entry on which the rule depends, or {@code null}
     * @param policy what the lease does while suspended; empty for what the backend recommends
     */
    record Claim(
            String name,
            String what,
            List<Key> queues,
            String label,
            GrantRule rule,
            @Nullable QueueTerms terms,
            Optional<SuspensionPolicy> policy) {}

    @Override
    public L acquire() throws InterruptedException {
        client.refuseToWaitOnLane();
        return Await.forever(client.sessions(), waiting(Runnable::run)::begin);
    }

    @Override
    public L acquire(Duration atMost) throws InterruptedException {
        client.refuseToWaitOnLane();
        if (atMost.isZero() || atMost.isNegative()) {
            throw new TimeoutExceededException(
                    "acquiring " + claim.what(), atMost, "there was no time to try; tryAcquire() does not queue up");
        }
        Acquisition<L> acquisition = waiting(Runnable::run);
        return Await.within(
                atMost, client.sessions(), acquisition::begin, "acquiring " + claim.what(), acquisition::whyNotYet);
    }

    @Override
    public Optional<L> tryAcquire() throws InterruptedException {
        client.refuseToWaitOnLane();
        Acquisition<Optional<L>> acquisition = trying(Runnable::run);
        return Await.within(
                client.operationTimeout(),
                client.sessions(),
                acquisition::begin,
                "trying to acquire " + claim.what(),
                acquisition::whyNotYet);
    }

    @Override
    public CompletableFuture<L> acquireAsync() {
        return waiting(client.callbackExecutor()).begin();
    }

    @Override
    public CompletableFuture<Optional<L>> tryAcquireAsync() {
        return trying(client.callbackExecutor()).begin();
    }

    private Acquisition<L> waiting(Executor completion) {
        // Without the wish to have it at once there is no result but a lease.
        return acquisition(false, completion, ownerships -> toLease.apply(ownerships.orElseThrow()));
    }

    private Acquisition<Optional<L>> trying(Executor completion) {
        return acquisition(true, completion, ownerships -> ownerships.map(toLease));
    }

    private <T> Acquisition<T> acquisition(boolean onlyAtOnce, Executor completion, Acquisition.ToResult<T> toResult) {
        Acquisition.Request request = new Acquisition.Request(
                claim.what(),
                claim.queues(),
                claim.label(),
                client.ownerName(),
                claim.rule(),
                claim.terms(),
                claim.policy().orElse(null),
                onlyAtOnce);
        return Acquisition.ofAll(client.sessions(), request, client.callbackExecutor(), completion, toResult)
                .observedBy(LockObservation.of(claim.name(), client.events()));
    }
}
