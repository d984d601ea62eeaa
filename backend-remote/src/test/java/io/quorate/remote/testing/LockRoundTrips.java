package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What each step of a lock costs: two clients, each behind a proxy of its own, take one lock through all the steps.
 *
 * <p>The same run serves every {@link LockSubject}, so that the figures of two locks can stand side by side.
 */
final class LockRoundTrips {
    /** A step of the lock, in the order they are taken. */
    enum Step {
        /** Acquire a free lock none of whose four parents exists. */
        COLD_ACQUIRE,
        RELEASE,
        /** Acquire a free lock that was used before. */
        ACQUIRE,
        /** Try to acquire, without waiting, what the other client holds; it fails. */
        ACQUIRE_AT_ONCE_IN_VAIN,
        /** Acquire what the other client holds, up to where the only thing left is to wait. */
        ENQUEUE,
        /** From the holder's release until the waiter holds the lock; both clients' figures together. */
        HAND_OVER,
        /** What the waiter sends of that, once it has been notified. */
        HAND_OVER_AT_WAITER
    }

    /**
     * What a step cost.
     *
     * @param requests the requests that were sent
     * @param writes those among them that write
     * @param roundTrips how often the caller had to wait for the server before it could go on
     */
    record Figures(int requests, int writes, int roundTrips) {
        static Figures of(Counts counts, LockSubject subject) {
            return new Figures(counts.requests(), counts.writes(), subject.roundTrips(counts));
        }

        Figures plus(Figures other) {
            return new Figures(requests + other.requests, writes + other.writes, roundTrips + other.roundTrips);
        }
    }

    private static final String PATH = "/services/locks/billing/ledger";

    private final ZooKeeperServers servers;
    private final LockSubject.Opener opener;
    private final Map<Step, Figures> figures = new EnumMap<>(Step.class);
    private final StringBuilder trace = new StringBuilder();

    LockRoundTrips(ZooKeeperServers servers, LockSubject.Opener opener) {
        this.servers = servers;
        this.opener = opener;
    }

    /** Takes all steps and returns what each cost. The servers must not hold the lock's parents. */
    Map<Step, Figures> measure() throws Exception {
        try (ZooKeeperProxy holderProxy = ZooKeeperProxy.start(servers.leaderAddress());
                ZooKeeperProxy waiterProxy = ZooKeeperProxy.start(servers.leaderAddress());
                LockSubject holder = opener.open(holderProxy.connectString(), PATH);
                LockSubject waiter = opener.open(waiterProxy.connectString(), PATH)) {
            note(Step.COLD_ACQUIRE, holder, holderProxy.measure(holder::acquire));
            note(Step.RELEASE, holder, holderProxy.measure(holder::release));
            note(Step.ACQUIRE, holder, holderProxy.measure(holder::acquire));
            note(
                    Step.ACQUIRE_AT_ONCE_IN_VAIN,
                    waiter,
                    waiterProxy.measure(() -> assertThat(waiter.acquireAtOnce()).isFalse()));
            Recording enqueueing = waiterProxy.startCounting();
            CompletableFuture<Void> acquired = waiter.enqueueBehindHolder();
            awaitEntries(2);
            note(Step.ENQUEUE, waiter, enqueueing.stop());
            assertThat(acquired).isNotDone();
            Recording atHolder = holderProxy.startCounting();
            Recording atWaiter = waiterProxy.startCounting();
            holder.release();
            acquired.get(10, TimeUnit.SECONDS);
            Counts waiterCounts = atWaiter.stop();
            note(Step.HAND_OVER, waiter, atHolder.stop(), waiterCounts);
            note(Step.HAND_OVER_AT_WAITER, waiter, waiterCounts);
            assertThat(waiterCounts.notifications()).as(waiterCounts.toString()).isEqualTo(1);
            waiter.release();
        }
        return figures;
    }

    /** Every frame of every step, for the message of a test that fails. */
    String trace() {
        return trace.toString();
    }

    /**
     * Releases the lock while nothing gets through to the server, and says whether the caller could go on all the same. The lock is free
     * in the end.
     */
    boolean releaseWaitsForTheServer() throws Exception {
        try (ZooKeeperProxy proxy = ZooKeeperProxy.start(servers.leaderAddress());
                LockSubject holder = opener.open(proxy.connectString(), PATH)) {
            holder.acquire();
            proxy.hang();
            CompletableFuture<Void> released = new CompletableFuture<>();
            Thread releasing = new Thread(() -> {
                try {
                    holder.release();
                    released.complete(null);
                } catch (Exception e) {
                    released.completeExceptionally(e);
                }
            });
            releasing.start();
            boolean waits = !returnsSoon(releasing);
            proxy.resume();
            released.get(10, TimeUnit.SECONDS);
            awaitEntries(0);
            return waits;
        }
    }

    private static boolean returnsSoon(Thread thread) throws InterruptedException {
        thread.join(500);
        return !thread.isAlive();
    }

    private void awaitEntries(int count) {
        await().until(() -> servers.ephemeralsBelow(PATH).size() == count);
    }

    private void note(Step step, LockSubject subject, Counts... counts) {
        for (Counts part : counts) {
            trace.append('\n').append(step).append(": ").append(part);
            figures.merge(step, Figures.of(part, subject), Figures::plus);
        }
    }
}
