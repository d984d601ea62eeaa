package io.quorate.internal.lock;

import io.quorate.backend.Key;
import io.quorate.backend.Ticker;
import io.quorate.internal.Client;
import io.quorate.internal.GrantRule;
import io.quorate.lock.Contender;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockMode;
import io.quorate.lock.LockOptions;
import io.quorate.lock.QueueView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;

/** A lock whose holder is the first ticket of a queue. */
public final class QueueLock implements DistributedLock {

    /** The label of a ticket that wants the lock for itself alone. */
    static final String EXCLUSIVE = "x";

    private final QueueAcquirable<LockLease> acquirable;
    private final QueueContenders contenders;

    /** Creates the lock of the given name, whose tickets are in the given queue. */
    public QueueLock(Client client, String name, Key queue, LockOptions options) {
        String what = "lock '" + name + "'";
        QueueAcquirable.Claim claim = new QueueAcquirable.Claim(
                name, what, List.of(queue), EXCLUSIVE, GrantRule.FIRST_ONLY, null, options.suspensionPolicy());
        this.acquirable = new QueueAcquirable<>(client, claim, ownerships -> new QueueLockLease(ownerships.get(0)));
        this.contenders = contenders(client, what, name, queue);
    }

    static QueueContenders contenders(Client client, String what, String name, Key queue) {
        QueueContenders.Claimed exclusive = new QueueContenders.Claimed(GrantRule.FIRST_ONLY, LockMode.EXCLUSIVE, 1);
        return new QueueContenders(client, what, name, queue, null, label -> exclusive);
    }

    @Override
    public String name() {
        return contenders.name();
    }

    @Override
    public LockLease acquire() throws InterruptedException {
        return acquirable.acquire();
    }

    @Override
    public LockLease acquire(Duration atMost) throws InterruptedException {
        return acquirable.acquire(atMost);
    }

    @Override
    public Optional<LockLease> tryAcquire() throws InterruptedException {
        return acquirable.tryAcquire();
    }

    @Override
    public CompletableFuture<LockLease> acquireAsync() {
        return acquirable.acquireAsync();
    }

    @Override
    public CompletableFuture<Optional<LockLease>> tryAcquireAsync() {
        return acquirable.tryAcquireAsync();
    }

    @Override
    public Optional<Contender> holder() throws InterruptedException {
        return holders().stream().findFirst();
    }

    @Override
    public List<Contender> holders() throws InterruptedException {
        return contenders.holders();
    }

    @Override
    public List<Contender> queue() throws InterruptedException {
        return contenders.queue();
    }

    @Override
    public CompletableFuture<QueueView> viewAsync() {
        return contenders.viewAsync();
    }

    @Override
    public CompletableFuture<List<Contender>> contendersAsync() {
        return viewAsync()
                .thenApply(view -> Stream.concat(view.holders().stream(), view.waiters().stream())
                        .toList());
    }

    @Override
    public int requestRevocation(String reason) throws InterruptedException {
        return contenders.requestRevocation(reason);
    }

    @Override
    public CompletableFuture<Integer> requestRevocationAsync(String reason) {
        return contenders.requestRevocationAsync(reason);
    }

    @Override
    public Lock asJavaLock() {
        return new JavaLockView(this, Ticker.system());
    }

    @Override
    public String toString() {
        return acquirable.claim().what();
    }
}
