package io.quorate.remote.testing;

import static java.util.Objects.requireNonNull;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Key;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Our own lock, by a session that renews itself so seldom that no renewal falls into a measurement: nothing that it sends has to
 * be left out of the count.
 */
final class QuorateLockSubject implements LockSubject {
    private static final String LOCKS = "/locks/";

    /** The longest that the servers grant; a session renews itself every sixth of it. */
    private static final Duration SESSION_TIMEOUT = Duration.ofMillis(SessionTimeouts.MAXIMUM_MILLIS);

    private final Quorate client;
    private final DistributedLock lock;
    private volatile @Nullable LockLease lease;

    private QuorateLockSubject(Quorate client, DistributedLock lock) {
        this.client = client;
        this.lock = lock;
    }

    /** Opens a client on the lock whose queue is at {@code path}, which has the form {@code namespace/locks/name}. */
    static QuorateLockSubject open(String connectString, String path) throws InterruptedException {
        int locks = path.indexOf(LOCKS);
        Quorate client = Quorate.open(
                "zookeeper://" + connectString + "?maxSessionTimeout=" + SESSION_TIMEOUT,
                QuorateOptions.defaults()
                        .withSessionTimeout(SESSION_TIMEOUT)
                        .withNamespace(Key.of(path.substring(0, locks))));
        return new QuorateLockSubject(client, client.lock(path.substring(locks + LOCKS.length())));
    }

    @Override
    public void acquire() throws InterruptedException {
        lease = lock.acquire(Duration.ofSeconds(10));
    }

    @Override
    public boolean acquireAtOnce() throws InterruptedException {
        Optional<LockLease> acquired = lock.tryAcquire();
        lease = acquired.orElse(null);
        return acquired.isPresent();
    }

    @Override
    public CompletableFuture<Void> enqueueBehindHolder() {
        return lock.acquireAsync().thenAccept(acquired -> lease = acquired);
    }

    @Override
    public void release() {
        requireNonNull(lease, "not held").close();
    }

    @Override
    public int roundTrips(Counts counts) {
        return counts.roundTripsWithoutReadingOwnEntries();
    }

    @Override
    public void close() {
        client.close();
    }
}
