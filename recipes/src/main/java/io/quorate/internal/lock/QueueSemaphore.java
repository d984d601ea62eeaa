package io.quorate.internal.lock;

import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.Read;
import io.quorate.backend.Session;
import io.quorate.backend.UnexpectedRevisionException;
import io.quorate.internal.Client;
import io.quorate.internal.Failures;
import io.quorate.internal.QueueTerms;
import io.quorate.lock.Acquirable;
import io.quorate.lock.Contender;
import io.quorate.lock.LockLease;
import io.quorate.lock.LockMode;
import io.quorate.lock.QueueView;
import io.quorate.lock.Semaphore;
import io.quorate.lock.SemaphoreOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A semaphore whose holders are the first tickets of a queue, as many as fit into the permits. */
public final class QueueSemaphore implements Semaphore {

    private final Client client;
    private final Key queue;
    private final SemaphoreOptions options;
    private final QueueTerms terms;
    private final QueueContenders contenders;
    private final Acquirable<LockLease> single;
    private final String what;

    /**
     * Creates the semaphore of the given name.
     *
     * @param queue where its tickets are
     * @param permits where the number of permits is stored
     */
    public QueueSemaphore(Client client, String name, Key queue, Key permits, SemaphoreOptions options) {
        this.client = client;
        this.queue = queue;
        this.options = options;
        this.what = "semaphore '" + name + "'";
        this.terms = new QueueTerms(permits, SemaphoreRule.terms(options.initialPermits()));
        this.contenders = new QueueContenders(client, what, name, queue, terms, this::claimed);
        this.single = weighing(1);
    }

    private QueueContenders.Claimed claimed(String label) {
        int weight = SemaphoreRule.weight(label);
        return new QueueContenders.Claimed(new SemaphoreRule(what, weight), LockMode.SHARED, weight);
    }

    @Override
    public Acquirable<LockLease> weighing(int permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("at least 1 permit is taken, not " + permits);
        }
        QueueAcquirable.Claim claim = new QueueAcquirable.Claim(
                name(),
                what,
                List.of(queue),
                SemaphoreRule.label(permits),
                new SemaphoreRule(what, permits),
                terms,
                options.suspensionPolicy());
        return new QueueAcquirable<>(client, claim, all -> new QueueLockLease(all.get(0)));
    }

    @Override
    public int permits() throws InterruptedException {
        client.refuseToWaitOnLane();
        return contenders.await(permitsAsync(), "reading the permits of " + what);
    }

    @Override
    public CompletableFuture<Integer> permitsAsync() {
        return client.sessions()
                .call(session -> session.get(terms.key(), Read.LATEST))
                .thenApplyAsync(this::permits, client.callbackExecutor());
    }

    private int permits(Optional<Entry> found) {
        return found.isEmpty()
                ? options.initialPermits()
                : SemaphoreRule.permits(found.get())
                        .orElseThrow(() -> new IllegalStateException(
                                "what is stored at " + terms.key() + " is not a number of permits; set them anew"));
    }

    @Override
    public int availablePermits() throws InterruptedException {
        client.refuseToWaitOnLane();
        return contenders.await(availablePermitsAsync(), "counting the free permits of " + what);
    }

    @Override
    public CompletableFuture<Integer> availablePermitsAsync() {
        return permitsAsync()
                .thenCombine(
                        viewAsync(),
                        (permits, view) -> permits
                                - view.holders().stream()
                                        .mapToInt(Contender::permits)
                                        .sum());
    }

    @Override
    public void setPermits(int permits) throws InterruptedException {
        client.refuseToWaitOnLane();
        contenders.await(setPermitsAsync(permits).thenApply(done -> true), "setting the permits of " + what);
    }

    @Override
    public CompletableFuture<Void> setPermitsAsync(int permits) {
        refuseNegative(permits);
        return client.sessions()
                .call(session -> change(session, Optional.empty(), permits))
                .thenAcceptAsync(done -> {}, client.callbackExecutor());
    }

    @Override
    public boolean compareAndSetPermits(int expected, int permits) throws InterruptedException {
        client.refuseToWaitOnLane();
        return contenders.await(compareAndSetPermitsAsync(expected, permits), "setting the permits of " + what);
    }

    @Override
    public CompletableFuture<Boolean> compareAndSetPermitsAsync(int expected, int permits) {
        refuseNegative(permits);
        return client.sessions()
                .call(session -> change(session, Optional.of(expected), permits))
                .thenApplyAsync(done -> done, client.callbackExecutor());
    }

    private static void refuseNegative(int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException("the permits must not be negative, but are " + permits);
        }
    }

    /** Compares and sets, anew for as long as others change the permits in between. */
    private CompletableFuture<Boolean> change(Session session, Optional<Integer> expected, int permits) {
        return session.get(terms.key(), Read.LATEST).thenCompose(found -> {
            if (expected.isPresent() && expected.get() != permits(found)) {
                return CompletableFuture.completedFuture(false);
            }
            Commit.Builder commit = Commit.builder();
            found.ifPresentOrElse(
                    read -> commit.update(read, SemaphoreRule.terms(permits)),
                    () -> commit.create(terms.key(), SemaphoreRule.terms(permits)));
            return session.commit(commit.build())
                    .handle((done, failure) -> Optional.ofNullable(failure).map(Failures::of))
                    .thenCompose(failure -> {
                        if (failure.isEmpty()) {
                            return CompletableFuture.completedFuture(true);
                        }
                        boolean overtaken = failure.get() instanceof UnexpectedRevisionException
                                || failure.get() instanceof KeyExistsException
                                || failure.get() instanceof NoSuchKeyException;
                        return overtaken
                                ? change(session, expected, permits)
                                : CompletableFuture.failedFuture(failure.get());
                    });
        });
    }

    @Override
    public LockLease acquire() throws InterruptedException {
        return single.acquire();
    }

    @Override
    public LockLease acquire(Duration atMost) throws InterruptedException {
        return single.acquire(atMost);
    }

    @Override
    public Optional<LockLease> tryAcquire() throws InterruptedException {
        return single.tryAcquire();
    }

    @Override
    public CompletableFuture<LockLease> acquireAsync() {
        return single.acquireAsync();
    }

    @Override
    public CompletableFuture<Optional<LockLease>> tryAcquireAsync() {
        return single.tryAcquireAsync();
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
