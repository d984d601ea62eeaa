package io.quorate.embedded.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Key;
import io.quorate.backend.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whoever watches a change is told of all of it, once, and nobody else is. The naive twin is in {@link RandomHistory}. */
class WatchRegistryTest {

    private static final String TICKET = "/q/" + Paths.ticket("w", Fixture.ID, 0);

    private final WatchRegistry registry = new WatchRegistry(10, 100);
    private final List<String> told = new ArrayList<>();
    private final WatchSink sink = (watcher, index, changes) -> told.add(watcher.session() + "." + watcher.id() + "@"
            + index + changes.stream().map(WatchedChange::ordinal).toList());

    @Test
    void scopeDecidesWhatAWatchSees() {
        watch(1, "/q", Scope.ENTRY);
        watch(2, "/q", Scope.SUBTREE);
        watch(3, "/q", Scope.QUEUE);
        watch(4, "/", Scope.SUBTREE);
        registry.dispatch(applied(9, "/q", TICKET, "/q/other", "/q/a/b", "/quite", "/z"), sink);
        assertThat(told)
                .containsExactlyInAnyOrder("1.1@9[0]", "1.2@9[0, 1, 2, 3]", "1.3@9[1]", "1.4@9[0, 1, 2, 3, 4, 5]");
    }

    /** ZOOKEEPER-4655: the connection drops after the first of two events of one transaction. */
    @Test
    void secondHalfOfATransactionIsDeliveredAfterAReconnection() {
        watch(1, "/foo", Scope.ENTRY);
        watch(2, "/bar", Scope.ENTRY);
        ChangeHistory history = new ChangeHistory(4, 10, 10_000);
        history.add(applied(5, "/foo", "/bar"));
        history.add(applied(6, "/foo"));
        assertThat(registry.replay(history, 1, 5, 0, sink)).isTrue();
        assertThat(told).containsExactly("1.2@5[1]", "1.1@6[0]");
    }

    @Test
    void historyThatIsTooShortIsAGapAndTellsNothing() {
        watch(1, "/a", Scope.ENTRY);
        ChangeHistory history = new ChangeHistory(0, 3, 10_000);
        for (long i = 1; i <= 5; i++) {
            history.add(applied(i, "/a"));
        }
        assertThat(registry.replay(history, 1, 1, Integer.MAX_VALUE, sink)).isFalse();
        assertThat(registry.replay(history, 1, 2, 0, sink)).isFalse();
        assertThat(told).isEmpty();
        assertThat(registry.replay(history, 1, 2, Integer.MAX_VALUE, sink)).isTrue();
        assertThat(told).containsExactly("1.1@3[0]", "1.1@4[0]", "1.1@5[0]");
    }

    /** A session that has seen more than this member has applied must not be told less. */
    @Test
    void positionAheadOfTheHistoryIsAGap() {
        ChangeHistory history = new ChangeHistory(7, 3, 10_000);
        assertThat(registry.replay(history, 1, 7, Integer.MAX_VALUE, sink)).isTrue();
        assertThat(registry.replay(history, 1, 8, Integer.MAX_VALUE, sink)).isFalse();
    }

    @Test
    void historyIsBoundedInBytesButKeepsTheNewest() {
        ChangeHistory history = new ChangeHistory(0, 100, 1_000);
        for (long i = 1; i <= 50; i++) {
            history.add(
                    new Applied(i, 1, i, Result.Done.INSTANCE, List.of(new NodeChange.Updated("/a", new byte[400]))));
        }
        assertThat(history.reaches(50)).isTrue();
        assertThat(history.reaches(48)).isFalse();
        history.add(
                new Applied(51, 1, 51, Result.Done.INSTANCE, List.of(new NodeChange.Updated("/a", new byte[4_000]))));
        assertThat(history.reaches(51)).isTrue();
        assertThat(history.reaches(50)).isFalse();
    }

    @Test
    void removedWatchesLeaveNothingBehind() {
        watch(1, "/a/b/c", Scope.ENTRY);
        watch(2, "/a/b", Scope.SUBTREE);
        assertThat(registry.remove(1, 1)).isTrue();
        assertThat(registry.remove(1, 1)).isFalse();
        assertThat(registry.removeSession(1)).isEqualTo(1);
        assertThat(registry.removeSession(1)).isZero();
        assertThat(registry.size()).isZero();
        registry.dispatch(applied(1, "/a/b/c"), sink);
        assertThat(told).isEmpty();
    }

    @Test
    void limitsAreKept() {
        for (int i = 0; i < 10; i++) {
            watch(i, "/a", Scope.ENTRY);
        }
        assertThat(registry.add(new Watcher(1, 10, Key.of("/a"), Scope.ENTRY))).isFalse();
        assertThat(registry.add(new Watcher(2, 1, Key.of("/a"), Scope.ENTRY))).isTrue();
        assertThatThrownBy(() -> registry.add(new Watcher(2, 1, Key.of("/b"), Scope.ENTRY)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** How many are asked is counted, not timed: a watch elsewhere is never touched. */
    @Test
    void watchesElsewhereAreNotAsked() {
        WatchRegistry many = new WatchRegistry(200_000, 200_000);
        for (int i = 0; i < 100_000; i++) {
            many.add(new Watcher(1, i, Key.of("/prefix"), Scope.SUBTREE));
        }
        many.add(new Watcher(2, 1, Key.of("/other"), Scope.SUBTREE));
        long[] deliveries = new long[1];
        many.dispatch(applied(1, "/other/x"), (watcher, index, changes) -> deliveries[0]++);
        assertThat(deliveries[0]).isEqualTo(1);
        Set<List<WatchedChange>> lists = new HashSet<>();
        many.dispatch(applied(2, "/prefix/x", "/prefix/y"), (watcher, index, changes) -> {
            deliveries[0]++;
            lists.add(changes);
        });
        assertThat(deliveries[0]).isEqualTo(100_001);
        assertThat(lists).hasSize(1);
    }

    @Test
    void registryForgetsExactlyWhatIsRemovedInAnyOrder() {
        Random random = new Random(5);
        WatchRegistry many = new WatchRegistry(1_000, 1_000);
        List<Watcher> present = new ArrayList<>();
        RandomRequests keys = new RandomRequests(random);
        for (int i = 0; i < 5_000; i++) {
            if (present.isEmpty() || (random.nextInt(5) < 3 && present.size() < 300)) {
                Watcher watcher = new Watcher(random.nextInt(4), i, keys.key(), Scope.ENTRY);
                many.add(watcher);
                present.add(watcher);
            } else {
                Watcher watcher = present.remove(random.nextInt(present.size()));
                assertThat(many.remove(watcher.session(), watcher.id())).isTrue();
            }
            Key key = keys.key();
            List<Watcher> asked = new ArrayList<>();
            many.dispatch(applied(i, key.toString()), (watcher, index, changes) -> asked.add(watcher));
            assertThat(asked)
                    .containsExactlyInAnyOrderElementsOf(present.stream()
                            .filter(watcher -> watcher.key().equals(key))
                            .toList());
        }
    }

    private void watch(long id, String path, Scope scope) {
        registry.add(new Watcher(1, id, Key.of(path), scope));
    }

    private static Applied applied(long index, String... paths) {
        List<NodeChange> changes = new ArrayList<>();
        for (String path : paths) {
            changes.add(new NodeChange.Deleted(path));
        }
        return new Applied(index, 1, 1, Result.Done.INSTANCE, changes);
    }
}
