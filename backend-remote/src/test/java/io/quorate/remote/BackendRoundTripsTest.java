package io.quorate.remote;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.Ticket;
import io.quorate.backend.WatchBatch;
import io.quorate.remote.testing.Counts;
import io.quorate.remote.testing.Recording;
import io.quorate.remote.testing.ZooKeeperProxy;
import io.quorate.remote.testing.ZooKeeperServers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each operation of the backend interface costs, counted between the client and the server. */
class BackendRoundTripsTest {

    private static final Key K = Key.of("k");
    private static final Key QUEUE = Key.of("services/billing/locks/ledger");

    private static @Nullable ZooKeeperServers servers;

    private ZooKeeperFixture fixture;
    private Session session;
    private ZooKeeperProxy proxy;

    @BeforeAll
    static void startServers() throws Exception {
        servers = ZooKeeperServers.standalone();
    }

    @AfterAll
    static void stopServers() throws Exception {
        requireNonNull(servers).close();
    }

    @BeforeEach
    void open() {
        fixture = new ZooKeeperFixture(requireNonNull(servers));
        session = fixture.await(
                fixture.backend().open(fixture.options("counted").withTimeout(java.time.Duration.ofSeconds(60))));
        proxy = fixture.proxy(session);
        create(session, K, "1");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void create(Session by, Key key, String value) {
        fixture.await(by.commit(Commit.builder().create(key, Bytes.utf8(value)).build()));
    }

    private <T> Counts cost(Supplier<CompletableFuture<T>> operation) throws Exception {
        return proxy.measure(() -> fixture.await(operation.get()));
    }

    private static void assertCost(Counts counts, int roundTrips, int writes) {
        assertThat(counts.roundTrips()).as(counts.toString()).isEqualTo(roundTrips);
        assertThat(counts.writes()).as(counts.toString()).isEqualTo(writes);
    }

    private Session other() {
        return fixture.await(fixture.backend().open(fixture.options("other")));
    }

    @Test
    void readsTakeOneRoundTripAndLatestOnesOneWrite() throws Exception {
        assertCost(cost(() -> session.get(K, Read.ANY)), 1, 0);
        assertCost(cost(() -> session.get(K, Read.SYNCED)), 1, 0);
        assertCost(cost(() -> session.get(K, Read.LATEST)), 1, 1);
    }

    @Test
    void readsThatAreIssuedTogetherShareOneBarrier() throws Exception {
        assertCost(
                cost(() -> CompletableFuture.supplyAsync(
                                () -> CompletableFuture.allOf(
                                        session.get(K, Read.LATEST),
                                        session.get(K, Read.LATEST),
                                        session.list(QUEUE, Content.KEYS, Read.LATEST)),
                                session.scheduler())
                        .thenCompose(all -> all)),
                1,
                1);
    }

    @Test
    void listingTheKeysOfAQueueTakesOneRoundTripAndNoWrite() throws Exception {
        fixture.await(session.enqueue(QUEUE, "x", null));
        assertCost(cost(() -> session.list(QUEUE, Content.KEYS, Read.ANY)), 1, 0);
        assertCost(cost(() -> session.list(QUEUE, Content.KEYS, Read.SYNCED)), 1, 0);
    }

    @Test
    void commitsTakeOneRoundTrip() throws Exception {
        Ticket ticket = fixture.await(session.enqueue(QUEUE, "x", null));
        Bytes value = Bytes.utf8("2");
        assertCost(cost(() -> session.commit(Commit.builder().update(K, value).build())), 1, 1);
        assertCost(
                cost(() -> session.commit(Commit.builder()
                        .guard(Guard.heldBy(ticket))
                        .guard(Guard.exists(K))
                        .update(K, value)
                        .create(Key.of("new"), null)
                        .build())),
                1,
                1);
        Entry known = fixture.await(session.get(K, Read.ANY)).orElseThrow();
        assertCost(
                cost(() -> session.commit(Commit.builder()
                        .guard(Guard.unchanged(known))
                        .update(known, value)
                        .build())),
                1,
                1);
    }

    @Test
    void revisionThatThisSessionHasNotSeenIsLookedUpInOneMoreRoundTrip() throws Exception {
        Session other = other();
        Key theirs = Key.of("theirs");
        create(other, theirs, "1");
        Entry unknown = fixture.await(other.get(theirs, Read.ANY)).orElseThrow();
        assertCost(
                cost(() -> session.commit(Commit.builder().update(unknown, null).build())), 2, 1);
    }

    @Test
    void chainOfConditionalUpdatesTakesOneRoundTripEach() throws Exception {
        for (int i = 0; i < 5; i++) {
            AtomicReference<Entry> read = new AtomicReference<>();
            assertCost(cost(() -> session.get(K, Read.ANY).thenAccept(entry -> read.set(entry.orElseThrow()))), 1, 0);
            Entry known = requireNonNull(read.get());
            assertCost(
                    cost(() -> session.commit(
                            Commit.builder().update(known, Bytes.utf8("x")).build())),
                    1,
                    1);
        }
    }

    @Test
    void missingParentsCostTwoMoreRoundTrips() throws Exception {
        assertCost(
                cost(() -> session.commit(
                        Commit.builder().create(Key.of("a/b/c/d"), null).build())),
                3,
                2);
    }

    @Test
    void ticketTakesOneRoundTripAndTwoWhenFourLevelsAreMissing() throws Exception {
        assertThat(cost(() -> session.enqueue(QUEUE, "x", null)).roundTrips()).isEqualTo(2);
        Counts warm = cost(() -> session.enqueue(QUEUE, "x", null));
        assertCost(warm, 1, 1);
        assertThat(warm.requests()).isEqualTo(2);
    }

    @Test
    void watchAndTicketInOneTurnTakeOneRoundTrip() throws Exception {
        fixture.await(session.enqueue(QUEUE, "x", null));
        List<WatchBatch> batches = new CopyOnWriteArrayList<>();
        assertCost(
                cost(() -> CompletableFuture.supplyAsync(
                                () -> {
                                    session.watch(QUEUE, Scope.QUEUE, batches::add);
                                    return session.enqueue(QUEUE, "x", null);
                                },
                                session.scheduler())
                        .thenCompose(ticket -> ticket)),
                1,
                1);
        assertThat(batches).hasSize(2);
    }

    @Test
    void ticketIsGivenBackInOneRoundTrip() throws Exception {
        Ticket ticket = fixture.await(session.enqueue(QUEUE, "x", null));
        assertCost(cost(() -> session.dequeue(ticket)), 1, 1);
    }

    @Test
    void watcherLearnsOfAHandOverWithoutARequest() throws Exception {
        Session other = other();
        Ticket theirs = fixture.await(other.enqueue(QUEUE, "x", null));
        List<WatchBatch> batches = new CopyOnWriteArrayList<>();
        session.watch(QUEUE, Scope.QUEUE, batches::add);
        fixture.await(session.enqueue(QUEUE, "x", null));
        Recording recording = proxy.startCounting();
        fixture.await(other.dequeue(theirs));
        fixture.eventually(() -> batches.size() == 3, "the hand-over is told");
        Counts counts = recording.stop();
        assertThat(counts.requests()).as(counts.toString()).isZero();
        assertThat(counts.notifications()).isEqualTo(1);
    }

    @Test
    void commitInAWatchedSubtreeIsReadInTwoRoundTripsAtMost() throws Exception {
        Session other = other();
        List<WatchBatch> batches = new CopyOnWriteArrayList<>();
        session.watch(Key.of("config"), Scope.SUBTREE, batches::add);
        fixture.eventually(() -> batches.size() == 1, "the first batch arrives");
        Recording recording = proxy.startCounting();
        fixture.await(other.commit(Commit.builder()
                .create(Key.of("config/a"), null)
                .create(Key.of("config/b"), null)
                .create(Key.of("config/c"), null)
                .build()));
        fixture.eventually(() -> batches.size() == 2, "the commit is told");
        // One if all events of the commit are here when the first of them is handled; its reply comes behind the
        // others.
        Counts counts = recording.stop();
        assertThat(counts.roundTrips()).as(counts.toString()).isBetween(1, 2);
        assertThat(counts.writes()).isZero();
        assertThat(batches.get(1).changes()).hasSize(4);
    }

    @Test
    void snapshotTakesOneRoundTripPerLevel() throws Exception {
        create(session, Key.of("config/a"), "1");
        create(session, Key.of("config/b"), "2");
        Counts counts = cost(() -> session.snapshot(Key.of("config")));
        // The removal of the watch follows, for which nobody waits.
        assertThat(counts.roundTrips()).as(counts.toString()).isBetween(2, 3);
        assertThat(counts.requests()).as(counts.toString()).isEqualTo(5);
    }
}
