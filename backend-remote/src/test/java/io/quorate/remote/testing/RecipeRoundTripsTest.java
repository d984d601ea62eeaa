package io.quorate.remote.testing;

import static io.quorate.remote.testing.Conditions.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.lock.Acquirable;
import io.quorate.lock.LockLease;
import io.quorate.lock.ReadWriteLock;
import io.quorate.lock.SemaphoreOptions;
import io.quorate.lock.WriteLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        LOCK("/locks/l/", 1),
        WRITE_LOCK("/read-write-locks/l/", 1),
        SEMAPHORE("/semaphores/queues/l/", 3);

        private final String queue;

        /** The watches of a session besides that on whom it waits for: one on its ticket and, with a semaphore, two on the permits. */
        private final int ownWatches;

        HandedOver(String queue, int ownWatches) {
            this.queue = queue;
            this.ownWatches = ownWatches;
        }

        Acquirable<? extends LockLease> of(Quorate client) {
            return switch (this) {
                case LOCK -> client.lock("l");
                case WRITE_LOCK -> client.readWriteLock("l").writeLock();
                case SEMAPHORE ->
                    client.semaphore("l", SemaphoreOptions.defaults().withInitialPermits(1));
            };
        }
    }

    /** The release is the one half of a round trip, the notification the other. */
    @ParameterizedTest
    @EnumSource
    void releaseWakesTheNextInLineAndNobodyElse(HandedOver what) throws Exception {
        ZooKeeperProxy proxyOfHolder = proxy();
        LockLease holder = what.of(client(proxyOfHolder)).acquire();
        List<ZooKeeperProxy> proxies = new ArrayList<>();
        List<CompletableFuture<? extends LockLease>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            proxies.add(proxy());
            waiting.add(what.of(client(proxies.get(i))).acquireAsync());
            awaitTickets(what.queue, i + 2);
            int tickets = i + 2;
            await().until(() -> servers.watches() == tickets * what.ownWatches + tickets - 1);
        }
        for (int next = 0; next < 3; next++) {
            Recording atHolder = proxyOfHolder.startCounting();
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
            Counts released = atHolder.stop();
            if (next == 0) {
                assertThat(released.byOperation()).containsEntry(Operation.DELETE, 1);
            }
        }
        holder.close();
    }

    @Test
    void readersBehindSeveralWritersAreNotWokenBeforeTheLastOfThemLeaves() throws Exception {
        Quorate writer = client(proxy());
        ReadWriteLock lock = writer.readWriteLock("rw");
        List<CompletableFuture<WriteLease>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(lock.writeLock().acquireAsync());
            awaitTickets("/read-write-locks/rw/", i + 1);
        }
        List<ZooKeeperProxy> proxies = new ArrayList<>();
        List<CompletableFuture<LockLease>> readers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            if (i < 4) {
                proxies.add(proxy());
                opened.add(client(proxies.get(i)));
            }
            Quorate client = (Quorate) opened.get(opened.size() - 1);
            readers.add(client.readWriteLock("rw").readLock().acquireAsync());
            awaitTickets("/read-write-locks/rw/", i + 5);
        }
        for (int i = 0; i < 3; i++) {
            List<Recording> recordings =
                    proxies.stream().map(ZooKeeperProxy::startCounting).toList();
            writers.get(i).get(10, TimeUnit.SECONDS).close();
            writers.get(i + 1).get(10, TimeUnit.SECONDS);
            for (Recording recording : recordings) {
                Counts counts = recording.stop();
                assertThat(counts.requests() + counts.notifications())
                        .as("a reader behind other writers: %s", counts)
                        .isZero();
            }
        }
        writers.get(3).get(10, TimeUnit.SECONDS).close();
        for (CompletableFuture<LockLease> reader : readers) {
            reader.get(10, TimeUnit.SECONDS).close();
        }
    }

    /** The same with Curator, for comparison: all readers watch the first writer, so that each release makes all of them list the queue anew. */
    @Test
    void releaseMakesCuratorsReadersListTheQueueAnew() throws Exception {
        ZooKeeperProxy proxyOfReaders = proxy();
        CuratorFramework readersOfCurator = curator(proxyOfReaders);
        CuratorFramework writersOfCurator = curator(proxy());
        ExecutorService threads = Executors.newCachedThreadPool();
        opened.add(threads::shutdownNow);
        List<CountDownLatch> releases = new ArrayList<>();
        List<CompletableFuture<?>> held = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            CountDownLatch release = new CountDownLatch(1);
            releases.add(release);
            held.add(hold(threads, new InterProcessReadWriteLock(writersOfCurator, "/curator/h").writeLock(), release));
            awaitTickets("/curator/h/", i + 1);
        }
        CountDownLatch releaseOfReaders = new CountDownLatch(1);
        List<CompletableFuture<?>> readers = new ArrayList<>();
        Recording queueing = proxyOfReaders.startCounting();
        for (int i = 0; i < 10; i++) {
            readers.add(hold(
                    threads,
                    new InterProcessReadWriteLock(readersOfCurator, "/curator/h").readLock(),
                    releaseOfReaders));
            awaitTickets("/curator/h/", i + 5);
        }
        // Each of them creates its node, lists the queue and sets its watch.
        await().until(() -> queueing.counts().requests() >= 30);
        Counts unused = queueing.stop();
        held.get(0).get(20, TimeUnit.SECONDS);
        Recording recording = proxyOfReaders.startCounting();
        releases.get(0).countDown();
        held.get(1).get(20, TimeUnit.SECONDS);
        await().until(() -> recording.counts().requests() >= 20);
        Counts counts = recording.stop();
        releases.forEach(CountDownLatch::countDown);
        releaseOfReaders.countDown();
        for (CompletableFuture<?> reader : readers) {
            reader.get(20, TimeUnit.SECONDS);
        }

        System.out.printf(
                "requests of 10 readers behind 4 writers per release: Quorate 0, Curator %d%n", counts.requests());
        assertThat(counts.requests()).as(counts.toString()).isEqualTo(20);
    }

    /** Returns a future that completes when the lock is held; it is released, in the same thread, when that is asked for. */
    private static CompletableFuture<?> hold(ExecutorService threads, InterProcessMutex lock, CountDownLatch release) {
        CompletableFuture<Boolean> isHeld = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                lock.acquire();
                isHeld.complete(true);
                release.await();
                lock.release();
            } catch (Exception e) {
                isHeld.completeExceptionally(e);
            }
        });
        return isHeld;
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
