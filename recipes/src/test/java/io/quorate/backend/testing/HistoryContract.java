package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.VersionedStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Recorded histories of concurrent clients, each explained by some order of its operations. */
interface HistoryContract extends ContractWorld {

    @Test
    @Guarantee({1, 2})
    default void concurrentOperationsOnSingleKeysAreLinearizable() {
        List<Session> sessions = List.of(open("one"), openElsewhere("two"), openElsewhere("three"));
        create(sessions.get(0), PARENT, "parent");
        Clients clients = new Clients(sessions, 6);
        clients.runSingleKeys(30).forEach(this::await);
        assertThat(clients.store.history().size()).isEqualTo(180);
        LinearizabilityChecker.of(VersionedStore.registers()).assertLinearizable(clients.store.history());
    }

    @Test
    @Guarantee({1, 2, 9})
    default void operationsOnSingleKeysAreLinearizableWhileConnectionsBreak() {
        fixture().require(Fault.CUT, Fault.LOSE_REPLY, Fault.LOSE_REQUEST);
        List<Session> sessions = List.of(openElsewhere("one"), openElsewhere("two"), openElsewhere("three"));
        create(sessions.get(0), PARENT, "parent");
        Clients clients = new Clients(sessions, 6);
        for (int round = 0; round < 4; round++) {
            List<CompletableFuture<?>> running = clients.runSingleKeys(6);
            fixture().loseNextReply(sessions.get(0));
            fixture().loseNextRequest(sessions.get(1));
            fixture().cut(sessions.get(2));
            eventually(() -> sessions.get(2).state() == SessionState.SUSPENDED, "the session is suspended");
            fixture().restore(sessions.get(2));
            running.forEach(this::await);
            eventually(
                    () -> sessions.stream().allMatch(session -> session.state() == SessionState.CONNECTED),
                    "all sessions are connected again");
        }
        LinearizabilityChecker.of(VersionedStore.registers()).assertLinearizable(clients.store.history());
    }

    @Test
    @Guarantee({1, 2})
    default void concurrentCommitsAndSnapshotsOfSeveralKeysAreLinearizable() {
        List<Session> sessions = List.of(open("one"), openElsewhere("two"), openElsewhere("three"));
        create(sessions.get(0), PARENT, "parent");
        Clients clients = new Clients(sessions, 5);
        clients.runTransactions(10).forEach(this::await);
        assertThat(clients.store.history().size()).isEqualTo(50);
        LinearizabilityChecker.of(VersionedStore.transactional()).assertLinearizable(clients.store.history());
    }

    /** Clients that each do one operation after the other, at random; several of them share a session. */
    final class Clients {

        private static final List<Key> KEYS = List.of(A, B);

        final RecordedStore store = new RecordedStore();
        private final List<Session> sessions;
        private final int count;
        private final AtomicInteger values = new AtomicInteger();
        private final List<Random> randoms = new ArrayList<>();

        Clients(List<Session> sessions, int count) {
            this.sessions = sessions;
            this.count = count;
            for (int client = 0; client < count; client++) {
                randoms.add(new Random(client));
            }
        }

        List<CompletableFuture<?>> runSingleKeys(int operations) {
            List<CompletableFuture<?>> running = new ArrayList<>();
            for (int client = 0; client < count; client++) {
                running.add(singleKeys(client, operations, null));
            }
            return running;
        }

        private CompletableFuture<?> singleKeys(int client, int left, @Nullable Entry seen) {
            if (left == 0) {
                return CompletableFuture.completedFuture(null);
            }
            Random random = randoms.get(client);
            Key key = KEYS.get(random.nextInt(KEYS.size()));
            Session session = sessions.get(client % sessions.size());
            if (random.nextInt(5) < 2) {
                return store.get(client, session, key)
                        .handle((read, failure) -> read == null ? Optional.<Entry>empty() : read)
                        .thenCompose(read -> singleKeys(client, left - 1, read.orElse(null)));
            }
            return store.commit(client, session, oneOperation(random, key, seen))
                    .handle((result, failure) -> null)
                    .thenCompose(done -> singleKeys(client, left - 1, null));
        }

        private Commit oneOperation(Random random, Key key, @Nullable Entry seen) {
            if (seen != null) {
                return random.nextBoolean()
                        ? Commit.builder().update(seen, nextValue()).build()
                        : Commit.builder().delete(seen).build();
            }
            return switch (random.nextInt(4)) {
                case 0, 1 -> Commit.builder().create(key, nextValue()).build();
                case 2 -> Commit.builder().update(key, nextValue()).build();
                default -> Commit.builder().delete(key).build();
            };
        }

        List<CompletableFuture<?>> runTransactions(int operations) {
            List<CompletableFuture<?>> running = new ArrayList<>();
            for (int client = 0; client < count; client++) {
                running.add(transactions(client, operations, List.of()));
            }
            return running;
        }

        private CompletableFuture<?> transactions(int client, int left, List<Entry> seen) {
            if (left == 0) {
                return CompletableFuture.completedFuture(null);
            }
            Random random = randoms.get(client);
            Session session = sessions.get(client % sessions.size());
            if (random.nextInt(3) == 0) {
                return store.snapshot(client, session, PARENT)
                        .handle((snapshot, failure) -> snapshot == null
                                ? List.<Entry>of()
                                : snapshot.entries().stream()
                                        .filter(entry -> KEYS.contains(entry.key()))
                                        .toList())
                        .thenCompose(entries -> transactions(client, left - 1, entries));
            }
            return store.commit(client, session, transaction(random, seen))
                    .handle((result, failure) -> null)
                    .thenCompose(done -> transactions(client, left - 1, List.of()));
        }

        private Commit transaction(Random random, List<Entry> seen) {
            if (!seen.isEmpty()) {
                Commit.Builder guarded = Commit.builder();
                seen.forEach(entry -> guarded.guard(Guard.unchanged(entry)));
                seen.forEach(entry -> guarded.update(entry.key(), nextValue()));
                return guarded.build();
            }
            return switch (random.nextInt(4)) {
                case 0 ->
                    Commit.builder()
                            .create(A, nextValue())
                            .create(B, nextValue())
                            .build();
                case 1 ->
                    Commit.builder()
                            .update(A, nextValue())
                            .update(B, nextValue())
                            .build();
                case 2 -> Commit.builder().delete(A).delete(B).build();
                default ->
                    Commit.builder()
                            .guard(Guard.exists(B))
                            .update(A, nextValue())
                            .build();
            };
        }

        private Bytes nextValue() {
            return Bytes.utf8("v" + values.incrementAndGet());
        }
    }
}
