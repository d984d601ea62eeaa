package io.quorate.internal.lock;

import io.quorate.backend.Bytes;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.Listing;
import io.quorate.backend.Read;
import io.quorate.backend.SessionId;
import io.quorate.backend.Ticker;
import io.quorate.backend.TicketName;
import io.quorate.internal.Acquisition;
import io.quorate.internal.Await;
import io.quorate.internal.Client;
import io.quorate.internal.GrantRule;
import io.quorate.internal.Ownership;
import io.quorate.lock.Contender;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;

/** A lock whose holder is the first ticket of a queue. */
public final class QueueLock implements DistributedLock {

    /** The label of a ticket that wants the lock for itself alone. */
    private static final String EXCLUSIVE = "x";

    private final Client client;
    private final String name;
    private final Key queue;
    private final LockOptions options;

    /** Creates the lock of the given name, whose tickets are in the given queue. */
    public QueueLock(Client client, String name, Key queue, LockOptions options) {
        this.client = client;
        this.name = name;
        this.queue = queue;
        this.options = options;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LockLease acquire() throws InterruptedException {
        client.refuseToWaitOnLane();
        return Await.forever(client.sessions(), waiting(Runnable::run)::begin);
    }

    @Override
    public LockLease acquire(Duration atMost) throws InterruptedException {
        client.refuseToWaitOnLane();
        Acquisition<LockLease> acquisition = waiting(Runnable::run);
        return Await.within(
                atMost, client.sessions(), acquisition::begin, "acquiring " + what(), acquisition::whyNotYet);
    }

    @Override
    public Optional<LockLease> tryAcquire() throws InterruptedException {
        client.refuseToWaitOnLane();
        Acquisition<Optional<LockLease>> acquisition = trying(Runnable::run);
        return Await.within(
                client.operationTimeout(),
                client.sessions(),
                acquisition::begin,
                "trying to acquire " + what(),
                acquisition::whyNotYet);
    }

    @Override
    public CompletableFuture<LockLease> acquireAsync() {
        return waiting(client.callbackExecutor()).begin();
    }

    @Override
    public CompletableFuture<Optional<LockLease>> tryAcquireAsync() {
        return trying(client.callbackExecutor()).begin();
    }

    @Override
    public Optional<Contender> holder() throws InterruptedException {
        return contenders().stream().findFirst();
    }

    @Override
    public List<Contender> queue() throws InterruptedException {
        List<Contender> all = contenders();
        return all.isEmpty() ? all : all.subList(1, all.size());
    }

    @Override
    public CompletableFuture<List<Contender>> contendersAsync() {
        return client.sessions()
                .call(session -> session.list(queue, Content.ENTRIES, Read.SYNCED))
                .thenApplyAsync(QueueLock::contenders, client.callbackExecutor());
    }

    @Override
    public Lock asJavaLock() {
        return new JavaLockView(this, Ticker.system());
    }

    @Override
    public String toString() {
        return what();
    }

    private Acquisition<LockLease> waiting(Executor completion) {
        // Without the wish to have it at once there is no result but a lease.
        return acquisition(false, completion, ownership -> new QueueLockLease(ownership.orElseThrow()));
    }

    private Acquisition<Optional<LockLease>> trying(Executor completion) {
        return acquisition(true, completion, ownership -> ownership.map(QueueLockLease::new));
    }

    private <T> Acquisition<T> acquisition(
            boolean onlyAtOnce, Executor completion, Function<Optional<Ownership>, T> toResult) {
        Acquisition.Request request = new Acquisition.Request(
                what(),
                queue,
                EXCLUSIVE,
                client.ownerName(),
                GrantRule.FIRST_ONLY,
                options.suspensionPolicy().orElse(null),
                onlyAtOnce);
        return new Acquisition<>(client.sessions(), request, client.callbackExecutor(), completion, toResult);
    }

    private List<Contender> contenders() throws InterruptedException {
        client.refuseToWaitOnLane();
        return Await.within(
                client.operationTimeout(),
                client.sessions(),
                this::contendersAsync,
                "listing the queue of " + what(),
                () -> "the backend did not answer");
    }

    private String what() {
        return "lock '" + name + "'";
    }

    private static List<Contender> contenders(Listing listing) {
        return listing.entries().stream()
                .filter(entry -> TicketName.parse(entry.key().name()).isPresent())
                .map(QueueLock::contender)
                .toList();
    }

    private static Contender contender(Entry entry) {
        return new Contender(
                entry.optionalValue().map(Bytes::utf8).orElse("(unknown)"),
                ownerOf(entry),
                entry.createRevision(),
                entry.createdAt());
    }

    private static SessionId ownerOf(Entry entry) {
        SessionId owner = entry.owner();
        return owner == null ? new SessionId(0) : owner;
    }
}
