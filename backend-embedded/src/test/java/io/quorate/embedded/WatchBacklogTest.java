package io.quorate.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Backend;
import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What watches are told whose lane does not keep up. */
@Timeout(60)
final class WatchBacklogTest {

    private static final Key TOP = Key.of("/watched");
    private static final int CHANGES = 300;

    /** More than waits before it is merged, and far less than there are changes. */
    private static final int FEW = 400;

    /** A listener, and the values that it makes of what it is told: those of the revision of each batch. */
    private final class View implements WatchListener {
        final Map<Key, String> values = new TreeMap<>();
        final List<WatchBatch> batches = new ArrayList<>();
        final List<Map<Key, String>> told = new ArrayList<>();

        @Override
        public void onBatch(WatchBatch batch) {
            batches.add(batch);
            for (Change change : batch.changes()) {
                if (change instanceof Change.Put put) {
                    values.put(
                            change.key(),
                            put.entry().optionalValue().map(Bytes::utf8).orElse(""));
                } else {
                    values.remove(change.key());
                }
            }
            told.add(Map.copyOf(values));
        }

        /** Checks all batches, once no more will come. */
        void check() {
            for (int i = 0; i < batches.size(); i++) {
                WatchBatch batch = batches.get(i);
                assertThat(batch.initial()).isEqualTo(i == 0);
                assertThat(batch.revision())
                        .isGreaterThan(i == 0 ? -1 : batches.get(i - 1).revision());
                Map.Entry<Long, Map<Key, String>> then = truth.floorEntry(batch.revision());
                assertThat(told.get(i)).isEqualTo(then.getValue());
            }
            assertThat(batches.get(0).changes()).allMatch(Change.Put.class::isInstance);
            assertThat(values).isEqualTo(truth.lastEntry().getValue());
        }
    }

    private final EmbeddedEnsemble ensemble = EmbeddedEnsemble.inMemory(1).start();
    private final Backend backend = ensemble.backend();
    private final Session watching = open("watching");
    private final Session writing = open("writing");

    /** The values that there are from each revision on. */
    private final TreeMap<Long, Map<Key, String>> truth = new TreeMap<>(Map.of(0L, Map.of()));

    private Session open(String name) {
        return get(backend.open(SessionOptions.of(name)));
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(50, TimeUnit.SECONDS).join();
    }

    @AfterEach
    void close() {
        backend.close();
        ensemble.close();
    }

    /** Gives a key a value, or deletes it. */
    private void put(Key key, @Nullable String value) {
        Map<Key, String> now = new TreeMap<>(truth.lastEntry().getValue());
        Commit.Builder commit = Commit.builder();
        if (value == null) {
            now.remove(key);
            commit.delete(key);
        } else if (now.put(key, value) == null) {
            commit.create(key, Bytes.utf8(value));
        } else {
            commit.update(key, Bytes.utf8(value));
        }
        truth.put(get(writing.commit(commit.build())).revision(), now);
    }

    @Test
    void watchesOfABlockedLaneAreBroughtToTheNewestStateByFewBatches() throws InterruptedException {
        create();
        View early = new View();
        View alike = new View();
        View late = new View();
        View last = new View();
        watching.watch(TOP, Scope.SUBTREE, early);
        watching.watch(TOP, Scope.SUBTREE, alike);
        get(watching.get(TOP, Read.LATEST));
        CountDownLatch go = new CountDownLatch(1);
        block(go);
        for (int i = 0; i < CHANGES; i++) {
            // Each change is to a key that stays as it is for long, or comes and goes.
            put(TOP.child("key-" + i % 100), "value-" + i);
            put(TOP.child("passing-" + i % 2), i % 4 < 2 ? "there" : null);
            if (i == CHANGES / 2) {
                put(TOP.child("leaving"), "there");
                watching.watch(TOP, Scope.SUBTREE, late);
                put(TOP.child("leaving"), null);
            }
        }
        watching.watch(TOP, Scope.SUBTREE, last);
        put(TOP.child("key-0"), "newest");
        // The reply of the read comes behind all batches of what it shows.
        CompletableFuture<?> read = watching.get(TOP.child("key-0"), Read.LATEST);
        go.countDown();
        get(read);

        for (View view : List.of(early, alike, late, last)) {
            view.check();
            assertThat(view.batches.size()).isLessThan(FEW);
        }
        assertThat(early.batches.equals(alike.batches)).isTrue();
        assertThat(early.batches.stream().anyMatch(WatchBatch::gap)).isTrue();
        assertThat(last.batches.stream().noneMatch(WatchBatch::gap)).isTrue();
        assertThat(last.batches.size()).isEqualTo(2);
    }

    @Test
    void deletionsAreToldInTheirOrderWhicheverWatchesTheyAreFor() throws InterruptedException {
        create();
        Key first = TOP.child("first");
        Key second = TOP.child("second");
        put(first, "there");
        put(second, "there");
        List<Key> gone = new ArrayList<>();
        watching.watch(first, Scope.ENTRY, new Departures(gone));
        get(watching.get(first, Read.LATEST));
        CountDownLatch go = new CountDownLatch(1);
        block(go);
        watching.watch(second, Scope.ENTRY, new Departures(gone));
        CompletableFuture<?> watched = watching.get(second, Read.LATEST);
        put(first, null);
        put(second, null);
        CompletableFuture<?> read = watching.get(second, Read.LATEST);
        go.countDown();
        get(watched);
        get(read);

        assertThat(gone).containsExactly(first, second);
    }

    /** Notes what has been deleted. */
    private record Departures(List<Key> gone) implements WatchListener {

        @Override
        public void onBatch(WatchBatch batch) {
            batch.changes().stream().filter(Change.Removed.class::isInstance).forEach(change -> gone.add(change.key()));
        }
    }

    private void create() {
        truth.put(
                get(writing.commit(
                                Commit.builder().create(TOP, Bytes.utf8("top")).build()))
                        .revision(),
                Map.of(TOP, "top"));
    }

    private void block(CountDownLatch until) throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        watching.scheduler().execute(() -> {
            blocked.countDown();
            try {
                boolean unused = until.await(50, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        blocked.await();
    }

    @Test
    void watchThatComesLaterBeginsWithTheWholeStateAndSharesTheRest() {
        create();
        View early = new View();
        View late = new View();
        watching.watch(TOP, Scope.SUBTREE, early);
        put(TOP.child("key"), "first");
        watching.watch(TOP, Scope.SUBTREE, late);
        put(TOP.child("key"), "second");
        get(watching.get(TOP, Read.LATEST));

        early.check();
        late.check();
        assertThat(late.batches.get(0).changes()).hasSize(2);
        assertThat(late.batches.get(1)).isSameAs(early.batches.get(early.batches.size() - 1));
    }

    @Test
    void membersKnowWatchesOfOneSessionOnTheSameAsOne() {
        List<Watch> watches = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            watches.add(watching.watch(TOP, Scope.ENTRY, new View()));
        }
        get(watching.get(TOP, Read.LATEST));
        assertThat(registered()).isEqualTo(1);
        watches.subList(0, 9).forEach(Watch::close);
        get(watching.get(TOP, Read.LATEST));
        assertThat(registered()).isEqualTo(1);
        watches.get(9).close();
        get(watching.get(TOP, Read.LATEST));
        assertThat(registered()).isZero();
    }

    private int registered() {
        return ensemble.onLoop(() -> ensemble.members().get(0).watches().size());
    }
}
