package io.quorate.internal.lock;

import io.quorate.backend.Key;
import io.quorate.internal.Client;
import io.quorate.internal.GrantRule;
import io.quorate.lock.LockOptions;
import io.quorate.lock.MultiLock;
import io.quorate.lock.MultiLockLease;
import io.quorate.lock.QueueView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Several locks, each the first place of a queue, whose tickets are taken by one commit. */
public final class QueueMultiLock implements MultiLock {

    private final QueueAcquirable<MultiLockLease> acquirable;
    private final Map<String, QueueContenders> contenders = new LinkedHashMap<>();
    private final Client client;
    private final String what;

    /**
     * Creates it.
     *
     * @param queues the queue of each lock by the lock's name
     */
    public QueueMultiLock(Client client, SortedMap<String, Key> queues, LockOptions options) {
        this.client = client;
        this.what = "locks " + queues.keySet();
        List<String> names = List.copyOf(queues.keySet());
        QueueAcquirable.Claim claim = new QueueAcquirable.Claim(
                String.join(" ", names),
                what,
                List.copyOf(queues.values()),
                QueueLock.EXCLUSIVE,
                GrantRule.FIRST_ONLY,
                null,
                options.suspensionPolicy());
        this.acquirable =
                new QueueAcquirable<>(client, claim, ownerships -> new QueueMultiLockLease(names, ownerships));
        queues.forEach((name, queue) ->
                contenders.put(name, QueueLock.contenders(client, "lock '" + name + "'", name, queue)));
    }

    @Override
    public List<String> names() {
        return List.copyOf(contenders.keySet());
    }

    @Override
    public MultiLockLease acquire() throws InterruptedException {
        return acquirable.acquire();
    }

    @Override
    public MultiLockLease acquire(Duration atMost) throws InterruptedException {
        return acquirable.acquire(atMost);
    }

    @Override
    public Optional<MultiLockLease> tryAcquire() throws InterruptedException {
        return acquirable.tryAcquire();
    }

    @Override
    public CompletableFuture<MultiLockLease> acquireAsync() {
        return acquirable.acquireAsync();
    }

    @Override
    public CompletableFuture<Optional<MultiLockLease>> tryAcquireAsync() {
        return acquirable.tryAcquireAsync();
    }

    @Override
    public CompletableFuture<Map<String, QueueView>> viewsAsync() {
        return ofEach(QueueContenders::viewAsync);
    }

    @Override
    public int requestRevocation(String reason) throws InterruptedException {
        client.refuseToWaitOnLane();
        return contenders
                .values()
                .iterator()
                .next()
                .await(requestRevocationAsync(reason), "asking the holders of " + what + " to let go");
    }

    @Override
    public CompletableFuture<Integer> requestRevocationAsync(String reason) {
        return ofEach(lock -> lock.requestRevocationAsync(reason))
                .thenApply(asked ->
                        asked.values().stream().mapToInt(Integer::intValue).sum());
    }

    private <T> CompletableFuture<Map<String, T>> ofEach(Function<QueueContenders, CompletableFuture<T>> question) {
        Map<String, CompletableFuture<T>> answers = new TreeMap<>();
        contenders.forEach((name, lock) -> answers.put(name, question.apply(lock)));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    Map<String, T> all = new TreeMap<>();
                    answers.forEach((name, answer) -> all.put(name, answer.join()));
                    return all;
                });
    }

    @Override
    public String toString() {
        return what;
    }
}
