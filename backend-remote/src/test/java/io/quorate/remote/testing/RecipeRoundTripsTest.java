package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.lock.Acquirable;
import io.quorate.lock.LockLease;
import io.quorate.lock.SemaphoreOptions;
import io.quorate.lock.WriteLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What acquisitions and hand-overs of the recipes cost, frame by frame, beside Curator's in the same run. */
class RecipeRoundTripsTest {

    private static final Duration SESSION_TIMEOUT = Duration.ofMillis(SessionTimeouts.MAXIMUM_MILLIS);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private ZooKeeperServers servers;

    @BeforeEach
    void start() throws Exception {
        servers = ZooKeeperServers.standalone();
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        servers.close();
        threads.shutdownNow();
    }

    @Test
    void acquisitionIsOneWriteWhateverIsAcquired() throws Exception {
        ZooKeeperProxy proxy = proxy();
        Quorate client = client(proxy);
        ZooKeeperProxy curatorProxy = proxy();
        CuratorFramework curator = curator(curatorProxy);
        List<LockLease> leases = new ArrayList<>();

        client.readWriteLock("rw").readLock().acquire().release().get(10, TimeUnit.SECONDS);
        Counts reading = proxy.measure(
                () -> leases.add(client.readWriteLock("rw").readLock().acquire()));
        InterProcessReadWriteLock curatorReadWrite = new InterProcessReadWriteLock(curator, "/curator/rw");
        curatorReadWrite.readLock().acquire();
        curatorReadWrite.readLock().release();
        Counts curatorReading =
                curatorProxy.measure(() -> curatorReadWrite.readLock().acquire());

        client.readWriteLock("w").writeLock().acquire().release().get(10, TimeUnit.SECONDS);
        Counts writing = proxy.measure(
                () -> leases.add(client.readWriteLock("w").writeLock().acquire()));
        InterProcessReadWriteLock curatorWrite = new InterProcessReadWriteLock(curator, "/curator/w");
        curatorWrite.writeLock().acquire();
        curatorWrite.writeLock().release();
        Counts curatorWriting =
                curatorProxy.measure(() -> curatorWrite.writeLock().acquire());

        SemaphoreOptions ten = SemaphoreOptions.defaults().withInitialPermits(10);
        client.semaphore("s", ten).acquire().release().get(10, TimeUnit.SECONDS);
        Counts permits = proxy.measure(
                () -> leases.add(client.semaphore("s", ten).weighing(5).acquire()));
        InterProcessSemaphoreV2 curatorSemaphore = new InterProcessSemaphoreV2(curator, "/curator/s", 10);
        curatorSemaphore.returnLease(curatorSemaphore.acquire());
        Counts curatorPermits = curatorProxy.measure(() -> curatorSemaphore.acquire(5));

        List<String> names = List.of("m1", "m2", "m3", "m4");
        client.multiLock(names).acquire().release().get(10, TimeUnit.SECONDS);
        Counts several = proxy.measure(() -> leases.add(client.multiLock(names).acquire()));
        InterProcessMultiLock curatorSeveral = new InterProcessMultiLock(
                curator, names.stream().map(name -> "/curator/" + name).toList());
        curatorSeveral.acquire();
        curatorSeveral.release();
        Counts curatorSeveralCounts = curatorProxy.measure(curatorSeveral::acquire);

        System.out.printf(
                "round trips, Quorate and Curator: read lock %d %d, write lock %d %d, 5 permits %d %d, 4 locks %d %d%n",
                reading.roundTripsWithoutReadingOwnEntries(),
                curatorReading.roundTrips(),
                writing.roundTripsWithoutReadingOwnEntries(),
                curatorWriting.roundTrips(),
                permits.roundTripsWithoutReadingOwnEntries(),
                curatorPermits.roundTrips(),
                several.roundTripsWithoutReadingOwnEntries(),
                curatorSeveralCounts.roundTrips());
        for (Counts ours : List.of(reading, writing, permits, several)) {
            assertThat(ours.writes()).as(ours.toString()).isOne();
            assertThat(ours.roundTripsWithoutReadingOwnEntries())
                    .as(ours.toString())
                    .isOne();
        }
        assertThat(curatorReading.roundTrips()).as(curatorReading.toString()).isEqualTo(2);
        assertThat(curatorWriting.roundTrips()).as(curatorWriting.toString()).isEqualTo(2);
        assertThat(curatorPermits.roundTrips()).as(curatorPermits.toString()).isEqualTo(25);
        assertThat(curatorSeveralCounts.roundTrips())
                .as(curatorSeveralCounts.toString())
                .isEqualTo(8);
        leases.forEach(LockLease::close);
    }

    /** What is handed over from one to the next. */
    private enum HandedOver {
        LOCK("/locks/l/", 1, 2),
        WRITE_LOCK("/read-write-locks/l/", 1, 2),
        SEMAPHORE("/semaphores/queues/l/", 3, 3);

        private final String queue;

        /** The watches of a session besides that on whom it waits for: one on its ticket and, with a semaphore, two on the permits. */
        private final int ownWatches;

        private final int roundTripsOfCurator;

        HandedOver(String queue, int ownWatches, int roundTripsOfCurator) {
            this.queue = queue;
            this.ownWatches = ownWatches;
            this.roundTripsOfCurator = roundTripsOfCurator;
        }

        Acquirable<? extends LockLease> of(Quorate client) {
            return switch (this) {
                case LOCK -> client.lock("l");
                case WRITE_LOCK -> client.readWriteLock("l").writeLock();
                case SEMAPHORE ->
                    client.semaphore("l", SemaphoreOptions.defaults().withInitialPermits(1));
            };
        }

        Callable<AutoCloseable> of(CuratorFramework client) {
            return switch (this) {
                case LOCK -> acquisition(new InterProcessMutex(client, "/curator/l"));
                case WRITE_LOCK -> acquisition(new InterProcessReadWriteLock(client, "/curator/l").writeLock());
                case SEMAPHORE -> new InterProcessSemaphoreV2(client, "/curator/l", 1)::acquire;
            };
        }
    }

    /** The release is the one half of a round trip, the notification the other. */
    @ParameterizedTest
    @EnumSource
    void releaseWakesTheNextInLineAndNobodyElse(HandedOver what) throws Exception {
        int ofCurator = roundTripsOfCuratorsHandOver(what);
        ZooKeeperProxy proxyOfHolder = proxy();
        LockLease holder = what.of(client(proxyOfHolder)).acquire();
        List<ZooKeeperProxy> proxies = new ArrayList<>();
        List<CompletableFuture<? extends LockLease>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            proxies.add(proxy());
            waiting.add(what.of(client(proxies.get(i))).acquireAsync());
            awaitTickets(what.queue, i + 2);
            // Of those who wait; who holds may have its own as well.
            int watches = (i + 1) * (what.ownWatches + 1);
            await().until(() -> servers.watches() >= watches);
        }
        Recording atHolder = proxyOfHolder.startCounting();
        for (int next = 0; next < 3; next++) {
            List<Recording> recordings =
                    proxies.stream().map(ZooKeeperProxy::startCounting).toList();
            holder.close();
            holder = waiting.get(next).get(10, TimeUnit.SECONDS);
            for (int i = next; i < 3; i++) {
                Counts counts = recordings.get(i).stop();
                assertThat(counts.notifications())
                        .as("waiter %d: %s", i, counts)
                        .isEqualTo(i == next ? 1 : 0);
                assertThat(counts.requests())
                        .as("whoever stood right behind knows that nobody else is ahead; others look once: %s", counts)
                        .isLessThanOrEqualTo(i == next && next > 0 ? 1 : 0);
            }
            for (int i = 0; i < next; i++) {
                Counts unused = recordings.get(i).stop();
            }
        }
        Counts released = atHolder.stop();
        System.out.printf(
                "round trips from the release of a %s until the next one has it: Quorate %d, Curator %d%n",
                what.name().toLowerCase(Locale.ROOT).replace('_', ' '), released.writes(), ofCurator);
        assertThat(released.byOperation()).containsEntry(Operation.DELETE, 1);
        assertThat(released.writes()).as(released.toString()).isOne();
        assertThat(ofCurator).isEqualTo(what.roundTripsOfCurator);
        holder.close();
    }

    private int roundTripsOfCuratorsHandOver(HandedOver what) throws Exception {
        ZooKeeperProxy proxyOfHolder = proxy();
        ZooKeeperProxy proxyOfNext = proxy();
        CuratorThread holder = hold(what.of(curator(proxyOfHolder)));
        holder.awaitHeld();
        CuratorThread next = hold(what.of(curator(proxyOfNext)));
        await().until(() -> servers.watches() == 1);
        Recording atHolder = proxyOfHolder.startCounting();
        Recording atNext = proxyOfNext.startCounting();
        holder.release();
        next.awaitHeld();
        int roundTrips = atHolder.stop().roundTrips() + atNext.stop().roundTrips();
        next.release();
        return roundTrips;
    }

    /**
     * Ten readers behind four writers, in the course of which three of the writers release. Ours wait for the last of them and neither
     * hear nor ask anything before it leaves. Those of Curator all watch whoever is first, and with each release each of them lists the
     * queue anew.
     */
    @Test
    void readersBehindSeveralWritersAreNotWokenBeforeTheLastOfThemLeaves() throws Exception {
        List<Integer> ofCurator = requestsOfCuratorsReadersPerRelease();
        ZooKeeperProxy proxyOfWriters = proxy();
        List<CompletableFuture<WriteLease>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(client(proxyOfWriters).readWriteLock("rw").writeLock().acquireAsync());
            awaitTickets("/read-write-locks/rw/", i + 1);
        }
        ZooKeeperProxy proxyOfReaders = proxy();
        List<CompletableFuture<LockLease>> readers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            readers.add(client(proxyOfReaders).readWriteLock("rw").readLock().acquireAsync());
            awaitTickets("/read-write-locks/rw/", i + 5);
        }
        // Whoever waits watches its ticket and whom it waits for; who holds may watch its ticket as well.
        await().until(() -> servers.watches() >= 13 * 2);
        List<Integer> ofOurs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Recording atWriters = proxyOfWriters.startCounting();
            Recording atReaders = proxyOfReaders.startCounting();
            writers.get(i).get(10, TimeUnit.SECONDS).close();
            writers.get(i + 1).get(10, TimeUnit.SECONDS);
            Counts ofReaders = atReaders.stop();
            ofOurs.add(ofReaders.requests());
            assertThat(ofReaders.notifications()).as(ofReaders.toString()).isZero();
            Counts ofWriters = atWriters.stop();
            int releasing = ofWriters.requestFrames().stream()
                    .filter(frame -> frame.op() == Operation.DELETE)
                    .findFirst()
                    .orElseThrow()
                    .connection();
            assertThat(ofWriters.trace())
                    .filteredOn(frame -> frame.op() == Operation.NOTIFICATION && frame.connection() != releasing)
                    .as("the next writer alone is told, besides who releases: %s", ofWriters)
                    .hasSize(1);
        }
        writers.get(3).get(10, TimeUnit.SECONDS).close();
        for (CompletableFuture<LockLease> reader : readers) {
            reader.get(10, TimeUnit.SECONDS).close();
        }

        System.out.printf(
                "requests of 10 readers behind 4 writers per release: Quorate %s, Curator %s%n", ofOurs, ofCurator);
        assertThat(ofOurs).containsExactly(0, 0, 0);
        assertThat(ofCurator).containsExactly(20, 20, 20);
    }

    private List<Integer> requestsOfCuratorsReadersPerRelease() throws Exception {
        ZooKeeperProxy proxyOfReaders = proxy();
        CuratorFramework readersOfCurator = curator(proxyOfReaders);
        CuratorFramework writersOfCurator = curator(proxy());
        List<CuratorThread> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(hold(acquisition(new InterProcessReadWriteLock(writersOfCurator, "/curator/h").writeLock())));
            awaitTickets("/curator/h/", i + 1);
        }
        List<CuratorThread> readers = new ArrayList<>();
        Recording queueing = proxyOfReaders.startCounting();
        for (int i = 0; i < 10; i++) {
            readers.add(hold(acquisition(new InterProcessReadWriteLock(readersOfCurator, "/curator/h").readLock())));
            awaitTickets("/curator/h/", i + 5);
        }
        // Each of them creates its node, lists the queue and sets its watch.
        await().until(() -> queueing.soFar().requests() >= 30);
        Counts unused = queueing.stop();
        writers.get(0).awaitHeld();
        List<Integer> requests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Recording recording = proxyOfReaders.startCounting();
            writers.get(i).release();
            writers.get(i + 1).awaitHeld();
            await().until(() -> recording.soFar().requests() >= 20);
            requests.add(recording.stop().requests());
        }
        writers.get(3).release();
        for (CuratorThread reader : readers) {
            reader.awaitHeld();
            reader.release();
        }
        return requests;
    }

    // ---------------------------------------------------------------- Curator's locks, each on a thread of its own

    private static Callable<AutoCloseable> acquisition(InterProcessMutex lock) {
        return () -> {
            lock.acquire();
            return lock::release;
        };
    }

    private CuratorThread hold(Callable<AutoCloseable> acquisition) {
        CuratorThread holding = new CuratorThread();
        threads.execute(() -> holding.run(acquisition));
        return holding;
    }

    /** Who acquires, holds and releases, since a lock of Curator belongs to a thread. */
    private static final class CuratorThread {

        private final CompletableFuture<Boolean> held = new CompletableFuture<>();
        private final CompletableFuture<Boolean> released = new CompletableFuture<>();
        private final CountDownLatch releasing = new CountDownLatch(1);

        void run(Callable<AutoCloseable> acquisition) {
            try {
                AutoCloseable lock = acquisition.call();
                held.complete(true);
                releasing.await();
                lock.close();
                released.complete(true);
            } catch (Exception e) {
                held.completeExceptionally(e);
                released.completeExceptionally(e);
            }
        }

        void awaitHeld() throws Exception {
            held.get(20, TimeUnit.SECONDS);
        }

        void release() throws Exception {
            releasing.countDown();
            released.get(20, TimeUnit.SECONDS);
        }
    }

    private void awaitTickets(String queue, int count) {
        await().until(() -> servers.ephemerals().values().stream()
                        .flatMap(paths -> paths.stream())
                        .filter(path -> path.startsWith(queue))
                        .count()
                == count);
    }

    private ZooKeeperProxy proxy() throws Exception {
        ZooKeeperProxy proxy = ZooKeeperProxy.start(servers.leaderAddress());
        opened.add(proxy);
        return proxy;
    }

    private Quorate client(ZooKeeperProxy proxy) throws InterruptedException {
        Quorate client = Quorate.open(
                "zookeeper://" + proxy.connectString() + "?maxSessionTimeout=" + SESSION_TIMEOUT,
                QuorateOptions.defaults().withSessionTimeout(SESSION_TIMEOUT));
        opened.add(client);
        return client;
    }

    private CuratorFramework curator(ZooKeeperProxy proxy) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(proxy.connectString())
                .sessionTimeoutMs(10_000)
                .connectionTimeoutMs(10_000)
                .retryPolicy(new RetryOneTime(100))
                .ensembleTracker(false)
                .build();
        client.start();
        client.blockUntilConnected();
        opened.add(client);
        return client;
    }
}
