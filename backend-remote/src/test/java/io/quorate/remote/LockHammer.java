package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.lease.FencingGate;
import io.quorate.lease.StaleTokenException;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads of two clients that take one lock in turn and count what they do under it, in two ways: a number in the backend, written under
 * the guard of the lease together with a key named by the token, and a number in this process that is read and written in two steps, each
 * through a {@link FencingGate}.
 *
 * <p>The keys are the trail by which increments are judged whose fate the client was not told.
 */
final class LockHammer implements AutoCloseable {

    private static final Key COUNT = Key.of("/count");
    private static final Key TRAIL = Key.of("/trail");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Quorate> clients;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Set<Long> confirmed = new ConcurrentSkipListSet<>();
    private final Set<Long> refused = new ConcurrentSkipListSet<>();
    private final Set<Long> unknown = new ConcurrentSkipListSet<>();
    private final AtomicInteger unavailable = new AtomicInteger();
    private final AtomicInteger stale = new AtomicInteger();
    private final FencingGate gate = FencingGate.create();
    private final AtomicInteger gatedIncrements = new AtomicInteger();
    private volatile boolean stopping;
    private long gatedCount;

    /** Who was granted the lock last, and held it when that was noted; guarded by this. */
    private @Nullable LockLease last;

    private LockHammer(List<Quorate> clients) {
        this.clients = clients;
    }

    static LockHammer open(String uri, int threadsPerClient) throws InterruptedException {
        QuorateOptions options = QuorateOptions.defaults()
                .withSessionTimeout(Duration.ofSeconds(15))
                .withOperationTimeout(PATIENCE);
        LockHammer hammer = new LockHammer(
                List.of(Quorate.open(uri, options.withOwnerName("a")), Quorate.open(uri, options.withOwnerName("b"))));
        hammer.start(threadsPerClient);
        return hammer;
    }

    private void start(int threadsPerClient) throws InterruptedException {
        clients.get(0)
                .commit(Commit.builder()
                        .create(COUNT, Bytes.utf8("0"))
                        .create(TRAIL, null)
                        .build());
        for (Quorate client : clients) {
            for (int i = 0; i < threadsPerClient; i++) {
                Thread thread = new Thread(() -> run(client), "hammer-" + threads.size());
                threads.add(thread);
                thread.start();
            }
        }
    }

    private void run(Quorate client) {
        try {
            while (!stopping) {
                try (LockLease lease = client.lock("hammer").acquire(PATIENCE)) {
                    noteGrant(lease);
                    incrementThroughTheGate(client, lease);
                } catch (QuorateException e) {
                    // The service is down; the next round tries again.
                    unavailable.incrementAndGet();
                }
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    /**
     * Judges a grant if the lease is still held now. Then whoever held the lock before must not believe to hold it any more, and must have
     * a smaller token.
     */
    private synchronized void noteGrant(LockLease lease) {
        if (!lease.isHeld()) {
            return;
        }
        LockLease before = last;
        last = lease;
        if (before != null) {
            boolean beforeHeld = before.isHeld();
            assertThat(beforeHeld && lease.isHeld()).as("two hold the lock").isFalse();
            assertThat(lease.token()).isGreaterThan(before.token());
        }
    }

    /** Between its two steps lie the round trips of the other increment. */
    private void incrementThroughTheGate(Quorate client, LockLease lease) throws InterruptedException {
        long[] read = new long[1];
        try {
            gate.run(lease.token(), () -> read[0] = gatedCount);
            incrementUnderTheGuard(client, lease);
            gate.run(lease.token(), () -> gatedCount = read[0] + 1);
            gatedIncrements.incrementAndGet();
        } catch (StaleTokenException e) {
            assertThat(lease.isHeld())
                    .as("whoever is stale does not hold the lock")
                    .isFalse();
            stale.incrementAndGet();
        }
    }

    private void incrementUnderTheGuard(Quorate client, LockLease lease) throws InterruptedException {
        long count = count(client);
        Commit commit = Commit.builder()
                .guard(lease.guard())
                .update(COUNT, Bytes.utf8(Long.toString(count + 1)))
                .create(TRAIL.child(Long.toString(lease.token())), null)
                .build();
        try {
            client.commit(commit);
            confirmed.add(lease.token());
        } catch (CommitFailedException e) {
            refused.add(lease.token());
        } catch (QuorateException e) {
            unknown.add(lease.token());
        }
    }

    private static long count(Quorate client) throws InterruptedException {
        return Long.parseLong(
                client.get(COUNT).orElseThrow().optionalValue().orElseThrow().utf8());
    }

    int confirmed() {
        return confirmed.size();
    }

    /** Throws what a thread found wrong, if any did. */
    void rethrow() {
        assertThat(failures).isEmpty();
    }

    /** Waits for all threads to end their rounds. */
    void stop() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(PATIENCE.toMillis());
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }

    /** Compares what was counted with what was confirmed. Only when all threads have ended. */
    void check() throws Exception {
        rethrow();
        Set<Long> trail = new TreeSet<>();
        clients.get(0)
                .session()
                .thenCompose(session -> session.list(TRAIL, Content.KEYS, Read.LATEST))
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .keys()
                .forEach(key -> trail.add(Long.valueOf(key.name())));
        assertThat(trail).as("what was confirmed happened").containsAll(confirmed);
        Set<Long> refusedYetThere = new TreeSet<>(refused);
        refusedYetThere.retainAll(trail);
        assertThat(refusedYetThere).as("what was refused did not happen").isEmpty();
        Set<Long> explained = new TreeSet<>(confirmed);
        explained.addAll(unknown);
        assertThat(explained).as("and nothing else did").containsAll(trail);
        assertThat(count(clients.get(0))).isEqualTo(trail.size());
        assertThat(gatedCount).isEqualTo(gatedIncrements.get());
    }

    @Override
    public String toString() {
        return confirmed.size() + " confirmed, " + refused.size() + " refused, " + unknown.size() + " unknown, " + stale
                + " stopped at the gate, "
                + unavailable + " rounds without an answer";
    }

    /** Ends the threads, however the test went, and closes the clients. */
    @Override
    public void close() {
        stopping = true;
        clients.forEach(Quorate::close);
        threads.forEach(Thread::interrupt);
    }
}
