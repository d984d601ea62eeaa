package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.lock.DistributedLock;
import io.quorate.lock.LockLease;
import io.quorate.remote.testing.ZooKeeperServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A lock goes on where ZooKeeper's counter of sequential nodes, which has 32 bits, comes to its end: there a server gives out the largest
 * number again and again, so that numbers no longer tell who came first.
 */
final class LockSequenceTest {

    private static final String QUEUE = "/locks/ledger";

    private static final int ATTEMPTS = 10;

    private ZooKeeperServers servers;
    private Quorate a;
    private Quorate b;

    @BeforeEach
    void open() throws Exception {
        servers = ZooKeeperServers.standalone();
        a = client("a");
        b = client("b");
    }

    @AfterEach
    void close() throws Exception {
        a.close();
        b.close();
        servers.close();
    }

    private Quorate client(String owner) throws InterruptedException {
        return Quorate.open(
                "zookeeper://" + servers.connectString(),
                QuorateOptions.defaults().withOwnerName(owner));
    }

    private DistributedLock lock(int index) {
        return (index % 2 == 0 ? a : b).lock("ledger");
    }

    @Test
    void lockIsNeverHeldTwiceAndTokensRiseWhereTheSequenceEnds() throws Exception {
        lock(0).acquire().close();
        for (int end : List.of(TicketDesk.LAST_SEQUENCE, Integer.MAX_VALUE)) {
            for (int distance = 12; distance >= 0; distance -= 3) {
                passRound(end - distance);
            }
        }
    }

    /** Lets ten attempts of two sessions compete while somebody holds the lock, and then hands it from one to the next. */
    private void passRound(int nextSequence) throws Exception {
        Awaitility.await().until(() -> servers.paths().stream().noneMatch(path -> path.startsWith(QUEUE + "/")));
        servers.setNextSequence(QUEUE, nextSequence);
        LockLease holder = lock(0).acquire(Duration.ofSeconds(10));
        List<CompletableFuture<LockLease>> waiting = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS; i++) {
            waiting.add(lock(i).acquireAsync());
        }
        List<Integer> served = new ArrayList<>();
        while (served.size() < ATTEMPTS) {
            assertThat(holder.isHeld()).isTrue();
            assertThat(open(waiting, served))
                    .as("nobody else holds it")
                    .noneMatch(i -> waiting.get(i).isDone());
            long token = holder.token();
            holder.close();
            int next = awaitOneOf(waiting, open(waiting, served));
            served.add(next);
            holder = waiting.get(next).get();
            assertThat(holder.token()).isGreaterThan(token);
        }
        holder.release().get(10, TimeUnit.SECONDS);
        assertThat(served)
                .filteredOn(i -> i % 2 == 0)
                .as("those of one session, in their order")
                .isSorted();
        assertThat(served).filteredOn(i -> i % 2 == 1).as("those of the other").isSorted();
    }

    private static List<Integer> open(List<CompletableFuture<LockLease>> waiting, List<Integer> served) {
        return IntStream.range(0, waiting.size())
                .boxed()
                .filter(i -> !served.contains(i))
                .toList();
    }

    private static int awaitOneOf(List<CompletableFuture<LockLease>> waiting, List<Integer> candidates)
            throws Exception {
        CompletableFuture.anyOf(candidates.stream().map(waiting::get).toArray(CompletableFuture<?>[]::new))
                .get(10, TimeUnit.SECONDS);
        return candidates.stream()
                .filter(i -> waiting.get(i).isDone())
                .findFirst()
                .orElseThrow();
    }
}
