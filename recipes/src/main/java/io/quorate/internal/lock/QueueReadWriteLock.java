package io.quorate.internal.lock;

import io.quorate.backend.Key;
import io.quorate.internal.Client;
import io.quorate.internal.GrantRule;
import io.quorate.internal.Ownership;
import io.quorate.lock.Acquirable;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockOptions;
import io.quorate.lock.QueueView;
import io.quorate.lock.ReadWriteLock;
import io.quorate.lock.WriteLease;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A lock for reading and writing, whose readers and writers stand in one queue. */
public final class QueueReadWriteLock implements ReadWriteLock {

    private final Acquirable<LockLease> readLock;
    private final Acquirable<WriteLease> writeLock;
    private final QueueContenders contenders;
    private final String what;

    /** Creates the lock of the given name, whose tickets are in the given queue. */
    public QueueReadWriteLock(Client client, String name, Key queue, LockOptions options) {
        this.what = "read-write lock '" + name + "'";
        this.readLock = side(
                client,
                name,
                queue,
                options,
                ReadWriteRules.READ,
                ReadWriteRules.READER,
                all -> new QueueLockLease(all.get(0)));
        this.writeLock = side(
                client,
                name,
                queue,
                options,
                ReadWriteRules.WRITE,
                GrantRule.FIRST_ONLY,
                all -> new QueueWriteLease(client, what, all.get(0)));
        this.contenders = new QueueContenders(client, what, name, queue, null, ReadWriteRules::claimed);
    }

    private <L> Acquirable<L> side(
            Client client,
            String name,
            Key queue,
            LockOptions options,
            String label,
            GrantRule rule,
            Function<List<Ownership>, L> toLease) {
        return new QueueAcquirable<>(
                client,
                new QueueAcquirable.Claim(name, what, List.of(queue), label, rule, null, options.suspensionPolicy()),
                toLease);
    }

    @Override
    public Acquirable<LockLease> readLock() {
        return readLock;
    }

    @Override
    public Acquirable<WriteLease> writeLock() {
        return writeLock;
    }

    @Override
    public String name() {
        return contenders.name();
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
    public int requestRevocation(String reason) throws InterruptedException {
        return contenders.requestRevocation(reason);
    }

    @Override
    public CompletableFuture<Integer> requestRevocationAsync(String reason) {
        return contenders.requestRevocationAsync(reason);
    }

    @Override
    public String toString() {
        return what;
    }
}
