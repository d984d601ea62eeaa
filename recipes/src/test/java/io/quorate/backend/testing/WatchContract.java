package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Watches: every batch is the truth, gaps are closed by the backend, and a bad listener hurts nobody else. */
interface WatchContract extends ContractWorld {

    // ------------------------------------------------------------ the first batch

    @Test
    @Guarantee(4)
    default void firstBatchIsTheWholeState() {
        Session session = open();
        create(session, A.child("x"), "ax");
        create(session, B, "b");
        Ticket ticket = enqueue(session);
        long before = update(session, A, "a").revision();
        RecordedView subtree = begunWatching(session, PARENT, Scope.SUBTREE);
        RecordedView entry = begunWatching(session, A, Scope.ENTRY);
        RecordedView queue = begunWatching(session, QUEUE, Scope.QUEUE);
        assertThat(subtree.entries()).containsOnlyKeys(PARENT, A, A.child("x"), B, QUEUE, ticket.key());
        assertThat(entry.entries()).containsOnlyKeys(A);
        assertThat(entry.shows(A, "a")).isTrue();
        assertThat(queue.places()).containsExactly(ticket.place());
        assertThat(subtree.revision()).isGreaterThanOrEqualTo(before);
        assertThat(List.of(subtree, entry, queue))
                .allSatisfy(view -> assertThat(view.batches()).singleElement().satisfies(batch -> {
                    assertThat(batch.initial()).isTrue();
                    assertThat(batch.gap()).isFalse();
                }));
    }

    @Test
    @Guarantee(4)
    default void firstBatchComesEvenIfNothingHasEverExisted() {
        Session session = open();
        for (Scope scope : Scope.values()) {
            RecordedView view = begunWatching(session, A, scope);
            assertThat(view.batches()).containsExactly(new WatchBatch(0, true, false, List.of()));
        }
    }

    @Test
    @Guarantee(4)
    default void firstBatchComesEvenIfNothingExistsAnyMore() {
        Session session = open();
        create(session, A, "a");
        delete(session, A);
        RecordedView view = begunWatching(session, A, Scope.SUBTREE);
        assertThat(view.entries()).isEmpty();
        assertThat(view.batches())
                .singleElement()
                .satisfies(batch -> assertThat(batch.initial()).isTrue());
    }

    @Test
    @Guarantee(4)
    default void firstBatchIsNoOlderThanTheLastDeletionThatItReflects() {
        Session session = open();
        create(session, A.child("gone"), "g");
        create(session, B, "b");
        long deletion = delete(session, A.child("gone")).revision();
        RecordedView view = begunWatching(session, PARENT, Scope.SUBTREE);
        assertThat(view.entries()).doesNotContainKey(A.child("gone")).containsKey(B);
        assertThat(view.revision()).isGreaterThanOrEqualTo(deletion);
    }

    // ------------------------------------------------------------ what is in scope

    @Test
    @Guarantee(4)
    default void entryScopeIsTheKeyItself() {
        Session session = open();
        RecordedView view = begunWatching(session, A, Scope.ENTRY);
        create(session, A.child("child"), "c");
        update(session, A, "a");
        update(session, A.child("child"), "c2");
        create(session, PARENT.child("ab"), "sibling");
        delete(session, A.child("child"));
        long last = delete(session, A).revision();
        eventually(() -> view.revision() >= last, "the deletion is seen");
        assertThat(view.entries()).isEmpty();
        assertThat(view.batches())
                .allSatisfy(batch -> assertThat(batch.changes())
                        .allSatisfy(change -> assertThat(change.key()).isEqualTo(A)));
    }

    @Test
    @Guarantee({4, 8})
    default void entryScopeOfATicketTellsOfEachNewValueAndOfItsRemoval() {
        Session owner = open("owner");
        Session other = openElsewhere("other");
        Ticket ahead = enqueue(owner);
        Ticket ticket = enqueue(owner);
        RecordedView own = begunWatching(owner, ticket.key(), Scope.ENTRY);
        RecordedView view = begunWatching(other, ticket.key(), Scope.ENTRY);
        assertThat(view.shows(ticket.key(), "waiting")).isTrue();
        assertThat(existing(view, ticket.key()).owner()).isEqualTo(owner.id());
        assertThat(existing(view, ticket.key()).createRevision()).isEqualTo(ticket.revision());

        await(owner.dequeue(ahead));
        long changed = update(other, ticket.key(), "please hurry").revision();
        eventually(() -> view.shows(ticket.key(), "please hurry"), "the other session sees the new value");
        eventually(() -> own.shows(ticket.key(), "please hurry"), "the owner sees the new value");
        assertThat(existing(view, ticket.key()).modRevision()).isEqualTo(changed);
        assertThat(existing(own, ticket.key()).createRevision()).isEqualTo(ticket.revision());

        await(owner.dequeue(ticket));
        eventually(() -> own.entries().isEmpty() && view.entries().isEmpty(), "both see that the ticket is gone");
        assertThat(view.revision()).isGreaterThan(changed);
    }

    private static Entry existing(RecordedView view, Key key) {
        Entry entry = view.entry(key);
        if (entry == null) {
            throw new AssertionError("the view shows no " + key);
        }
        return entry;
    }

    @Test
    @Guarantee({4, 6})
    default void entryScopeOfATicketTellsThatItWentWithItsSession() {
        Session owner = openElsewhere("owner");
        Session watcher = open("watcher");
        Ticket ticket = enqueue(owner);
        RecordedView view = begunWatching(watcher, ticket.key(), Scope.ENTRY);
        assertThat(view.entries()).containsOnlyKeys(ticket.key());
        await(owner.closeAsync());
        eventually(() -> view.entries().isEmpty(), "the ticket is seen to be gone");
        RecordedView late = begunWatching(watcher, ticket.key(), Scope.ENTRY);
        assertThat(late.entries()).isEmpty();
    }

    @Test
    @Guarantee({4, 5})
    default void entryScopeOfATicketTellsAfterAGapWhatHasBecomeOfIt() {
        fixture().require(Fault.CUT);
        Session watcher = openElsewhere("watcher");
        Session owner = open("owner");
        Ticket stays = enqueue(owner);
        Ticket leaves = enqueue(owner);
        RecordedView staying = begunWatching(watcher, stays.key(), Scope.ENTRY);
        RecordedView leaving = begunWatching(watcher, leaves.key(), Scope.ENTRY);
        suspend(watcher);
        update(owner, stays.key(), "changed");
        await(owner.dequeue(leaves));
        fixture().restore(watcher);
        eventually(() -> staying.shows(stays.key(), "changed"), "the new value arrives");
        eventually(() -> leaving.entries().isEmpty(), "the removal arrives");
    }

    @Test
    @Guarantee(4)
    default void subtreeScopeIsTheKeyAndAllBelow() {
        Session session = open();
        RecordedView view = begunWatching(session, A, Scope.SUBTREE);
        create(session, A.child("x").child("y"), "deep");
        create(session, PARENT.child("ab"), "only looks as if it were below");
        create(session, B, "b");
        long last = update(session, A, "a").revision();
        eventually(() -> view.revision() >= last, "the update is seen");
        assertThat(view.entries())
                .containsOnlyKeys(A, A.child("x"), A.child("x").child("y"));
    }

    @Test
    @Guarantee(4)
    default void queueScopeIsTheTicketsOfTheQueue() {
        Session session = open();
        RecordedView view = begunWatching(session, QUEUE, Scope.QUEUE);
        Ticket first = enqueue(session);
        Ticket second = enqueue(session);
        create(session, QUEUE.child("no-ticket"), "x");
        update(session, first.key(), "another value");
        await(session.dequeue(first));
        eventually(() -> view.places().equals(List.of(second.place())), "the queue is seen as it is");
        assertThat(view.entries()).isEmpty();
        assertThat(view.batches().stream().flatMap(batch -> batch.changes().stream()))
                .filteredOn(change -> !change.key().equals(first.key()))
                .containsExactly(new Change.Joined(second.place()));
    }

    @Test
    @Guarantee(4)
    default void rootIsWatchedAsASubtree() {
        Session session = open();
        RecordedView view = begunWatching(session, Key.ROOT, Scope.SUBTREE);
        long revision = create(session, A, "a").revision();
        eventually(() -> view.revision() >= revision, "the creation is seen");
        assertThat(view.entries()).containsOnlyKeys(PARENT, A);
    }

    // ------------------------------------------------------------ every batch is the truth

    /** Both keys change in each commit, so a view that shows two different numbers has seen half a commit. */
    @Test
    @Guarantee(4)
    default void commitIsNeverSeenHalfApplied() {
        Session watcher = open("watcher");
        RecordedView view = begunWatching(watcher, PARENT, Scope.SUBTREE);
        List<Session> writers = List.of(watcher, openElsewhere("writer-1"), openElsewhere("writer-2"));
        await(watcher.commit(Commit.builder()
                .create(A, Bytes.utf8("start"))
                .create(B, Bytes.utf8("start"))
                .build()));
        List<CompletableFuture<CommitResult>> commits = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Bytes value = Bytes.utf8("v" + i);
            commits.add(writers.get(i % 3)
                    .commit(Commit.builder().update(A, value).update(B, value).build()));
        }
        long last = commits.stream()
                .mapToLong(commit -> await(commit).revision())
                .max()
                .orElseThrow();
        eventually(() -> view.revision() >= last, "the last commit is seen");
        assertThat(view.moments()).allSatisfy(moment -> {
            Entry a = moment.entries().get(A);
            Entry b = moment.entries().get(B);
            assertThat(a == null).isEqualTo(b == null);
            if (a != null && b != null) {
                assertThat(a.modRevision()).isEqualTo(b.modRevision());
                assertThat(a.value()).isEqualTo(b.value());
            }
        });
    }

    /** All that happened is known from the results of the commits, and every view is compared with it. */
    @Test
    @Guarantee({4, 5})
    default void viewIsTheTruthAtTheRevisionOfEachBatch() {
        Session watcher = open("watcher");
        RecordedView view = begunWatching(watcher, PARENT, Scope.SUBTREE);
        RandomWriters writers = new RandomWriters(List.of(watcher, openElsewhere("writer")));
        await(writers.run(80));
        long last = writers.truth.lastKey();
        eventually(() -> view.revision() >= last, "the last commit is seen");
        writers.check(view);
    }

    @Test
    @Guarantee({4, 5})
    default void viewIsTheTruthAcrossReconnections() {
        fixture().require(Fault.CUT);
        Session watcher = openElsewhere("watcher");
        RecordedView view = begunWatching(watcher, PARENT, Scope.SUBTREE);
        RandomWriters writers = new RandomWriters(List.of(open("writer-1"), open("writer-2")));
        for (int i = 0; i < 5; i++) {
            CompletableFuture<?> writing = writers.run(15);
            fixture().cut(watcher);
            await(writing);
            fixture().restore(watcher);
        }
        long last = writers.truth.lastKey();
        eventually(() -> view.revision() >= last, "the last commit is seen");
        writers.check(view);
    }

    /** Sessions that create, update and delete a few keys at random, and the history that results. */
    final class RandomWriters {

        private static final List<Key> KEYS =
                List.of(A, B, PARENT.child("c"), PARENT.child("d").child("e"), PARENT.child("d"));

        final ConcurrentSkipListMap<Long, Map<Key, @Nullable Bytes>> truth = new ConcurrentSkipListMap<>();
        private final List<Session> sessions;
        private final Random random = new Random(20);
        private final AtomicInteger values = new AtomicInteger();

        RandomWriters(List<Session> sessions) {
            this.sessions = sessions;
        }

        CompletableFuture<?> run(int commits) {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < commits; i++) {
                Session session = sessions.get(random.nextInt(sessions.size()));
                all.add(tryOne(session, KEYS.get(random.nextInt(KEYS.size())), random.nextInt(3)));
            }
            return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
        }

        private CompletableFuture<?> tryOne(Session session, Key key, int kind) {
            Bytes value = Bytes.utf8("v" + values.incrementAndGet());
            Commit commit = switch (kind) {
                case 0 -> Commit.builder().create(key, value).build();
                case 1 -> Commit.builder().update(key, value).build();
                default -> Commit.builder().delete(key).build();
            };
            return session.commit(commit).handle((result, failure) -> {
                if (failure == null) {
                    Map<Key, @Nullable Bytes> change = new HashMap<>();
                    change.put(key, kind == 2 ? null : value);
                    truth.put(result.revision(), change);
                }
                return null;
            });
        }

        /** Parents come without a value of their own and are left out of the comparison. */
        void check(RecordedView view) {
            for (RecordedView.Moment moment : view.moments()) {
                Map<Key, Bytes> expected = new TreeMap<>();
                truth.headMap(moment.batch().revision(), true)
                        .values()
                        .forEach(change -> change.forEach((key, value) -> {
                            if (value == null) {
                                expected.remove(key);
                            } else {
                                expected.put(key, value);
                            }
                        }));
                Map<Key, Bytes> seen = new TreeMap<>();
                moment.entries()
                        .forEach((key, entry) -> entry.optionalValue().ifPresent(value -> seen.put(key, value)));
                assertThat(seen).as("view at %s", moment.batch()).isEqualTo(expected);
            }
        }
    }

    @Test
    @Guarantee(4)
    default void latestStateAlwaysArrives() {
        Session watcher = open("watcher");
        Session writer = openElsewhere("writer");
        RecordedView view = begunWatching(watcher, PARENT, Scope.SUBTREE);
        create(writer, A, "start");
        List<CompletableFuture<CommitResult>> commits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            commits.add(writer.commit(updating(A, "v" + i)));
        }
        commits.forEach(this::await);
        eventually(() -> view.shows(A, "v49"), "the last value arrives");
        Snapshot snapshot = await(watcher.snapshot(PARENT));
        assertThat(view.entries().values()).containsExactlyElementsOf(snapshot.entries());
    }

    // ------------------------------------------------------------ replies and batches

    @Test
    @Guarantee(4)
    default void replyOfACommitDoesNotOvertakeItsBatch() {
        Session session = open();
        RecordedView view = begunWatching(session, PARENT, Scope.SUBTREE);
        List<CompletableFuture<?>> checks = new ArrayList<>();
        checks.add(session.commit(Commit.builder().create(A, null).build())
                .thenAccept(result -> assertThat(view.revision()).isGreaterThanOrEqualTo(result.revision())));
        for (int i = 0; i < 30; i++) {
            checks.add(session.commit(updating(A, "v" + i))
                    .thenAccept(result -> assertThat(view.revision()).isGreaterThanOrEqualTo(result.revision())));
        }
        checks.forEach(this::await);
    }

    @Test
    @Guarantee(4)
    default void replyOfAReadDoesNotOvertakeTheBatchThatShowsTheSame() {
        Session watcher = open("watcher");
        Session writer = openElsewhere("writer");
        create(writer, A, "start");
        RecordedView view = begunWatching(watcher, PARENT, Scope.SUBTREE);
        List<CompletableFuture<?>> checks = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            checks.add(writer.commit(updating(A, "v" + i)));
            checks.add(watcher.get(A, i % 2 == 0 ? Read.LATEST : Read.ANY)
                    .thenAccept(read -> assertThat(view.revision())
                            .isGreaterThanOrEqualTo(read.orElseThrow().modRevision())));
            checks.add(watcher.snapshot(PARENT)
                    .thenAccept(snapshot -> assertThat(view.revision())
                            .isGreaterThanOrEqualTo(
                                    snapshot.entry(A).orElseThrow().modRevision())));
        }
        checks.forEach(this::await);
    }

    @Test
    @Guarantee({4, 8})
    default void replyOfAnEnqueueDoesNotOvertakeItsBatch() {
        Session session = open();
        RecordedView view = begunWatching(session, QUEUE, Scope.QUEUE);
        List<CompletableFuture<?>> checks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            checks.add(session.enqueue(QUEUE, "w", null).thenAccept(ticket -> {
                assertThat(view.places()).contains(ticket.place());
                assertThat(view.revision()).isGreaterThanOrEqualTo(ticket.revision());
            }));
        }
        checks.forEach(this::await);
    }

    @Test
    @Guarantee({4, 9})
    default void originalResultOfALostReplyDoesNotOvertakeTheBatchEither() {
        fixture().require(Fault.LOSE_REPLY);
        Session session = open();
        create(session, A, "start");
        RecordedView view = begunWatching(session, PARENT, Scope.SUBTREE);
        fixture().loseNextReply(session);
        await(session.commit(updating(A, "end"))
                .thenAccept(result -> assertThat(view.revision()).isGreaterThanOrEqualTo(result.revision())));
    }

    // ------------------------------------------------------------ gaps

    @Test
    @Guarantee(5)
    default void gapBringsTheViewUpToDate() {
        fixture().require(Fault.CUT);
        Session watcher = openElsewhere("watcher");
        Session writer = open("writer");
        long first = 0;
        for (String name : List.of("updated", "deleted", "recreated", "untouched")) {
            first = create(writer, PARENT.child(name), "same").revision();
        }
        RecordedView view = begunWatching(watcher, PARENT, Scope.SUBTREE);
        long begun = first;
        eventually(() -> view.revision() >= begun, "the member of the watcher has come as far");
        int before = view.batches().size();
        suspend(watcher);
        update(writer, PARENT.child("updated"), "other");
        delete(writer, PARENT.child("deleted"));
        delete(writer, PARENT.child("recreated"));
        create(writer, PARENT.child("recreated"), "same");
        long last = create(writer, PARENT.child("created"), "new").revision();
        fixture().restore(watcher);
        eventually(() -> view.revision() >= last, "the gap is closed");
        assertThat(view.entries().values())
                .containsExactlyElementsOf(await(writer.snapshot(PARENT)).entries());
        // The member that serves the watcher now may itself lag behind; what comes later is told as ever.
        List<WatchBatch> since = view.batches().subList(before, view.batches().size());
        assertThat(since.get(0).gap()).isTrue();
        assertThat(since).noneMatch(WatchBatch::initial);
        assertThat(since.subList(1, since.size())).noneMatch(WatchBatch::gap);
        assertThat(since.stream()
                        .flatMap(batch -> batch.changes().stream())
                        .map(change -> change.key().name()))
                .containsOnly("updated", "deleted", "recreated", "created");
    }

    @Test
    @Guarantee(5)
    default void gapBringsAViewOfAQueueUpToDate() {
        fixture().require(Fault.CUT);
        Session watcher = openElsewhere("watcher");
        Session other = open("other");
        Ticket leaves = enqueue(other);
        Ticket stays = enqueue(other);
        RecordedView view = begunWatching(watcher, QUEUE, Scope.QUEUE);
        List<QueueEntry> begun = List.of(leaves.place(), stays.place());
        eventually(() -> view.places().equals(begun), "the member of the watcher has come as far");
        int before = view.batches().size();
        suspend(watcher);
        await(other.dequeue(leaves));
        Ticket joins = enqueue(other);
        fixture().restore(watcher);
        List<QueueEntry> expected = List.of(stays.place(), joins.place());
        eventually(() -> view.places().equals(expected), "the gap is closed");
        assertThat(view.batches().get(before).gap()).isTrue();
    }

    @Test
    @Guarantee(5)
    default void gapReportsThatEverythingIsGone() {
        fixture().require(Fault.CUT);
        Session watcher = openElsewhere("watcher");
        Session writer = open("writer");
        create(writer, A.child("x"), "x");
        RecordedView view = begunWatching(watcher, A, Scope.SUBTREE);
        eventually(() -> view.entry(A.child("x")) != null, "the member of the watcher has come as far");
        suspend(watcher);
        await(writer.commit(Commit.builder().delete(A.child("x")).delete(A).build()));
        fixture().restore(watcher);
        eventually(() -> view.entries().isEmpty(), "the deletions arrive");
    }

    @Test
    @Guarantee(5)
    default void gapWithoutChangesTellsThatTheViewIsInStepAgain() {
        fixture().require(Fault.CUT);
        Session watcher = openElsewhere("watcher");
        create(watcher, A, "a");
        RecordedView view = begunWatching(watcher, A, Scope.ENTRY);
        suspend(watcher);
        fixture().restore(watcher);
        eventually(() -> view.batches().size() == 2, "the gap is told");
        assertThat(view.batches().get(1).gap()).isTrue();
        assertThat(view.batches().get(1).changes()).isEmpty();
        assertThat(view.shows(A, "a")).isTrue();
    }

    @Test
    @Guarantee(5)
    default void watchThatIsSetWhileSuspendedIsServedLater() {
        fixture().require(Fault.CUT);
        Session watcher = openElsewhere("watcher");
        suspend(watcher);
        RecordedView view = watching(watcher, A, Scope.ENTRY);
        create(open("writer"), A, "a");
        assertThat(view.hasBegun()).isFalse();
        fixture().restore(watcher);
        eventually(() -> view.shows(A, "a"), "the first batch arrives");
    }

    @Test
    @Guarantee(5)
    default void watchSurvivesARestartOfTheService() {
        fixture().require(Fault.STOP_SERVICE);
        Session session = open();
        create(session, A, "before");
        RecordedView view = begunWatching(session, A, Scope.ENTRY);
        fixture().stopService();
        fixture().startService();
        update(session, A, "after");
        eventually(() -> view.shows(A, "after"), "the update arrives");
    }

    @Test
    @Guarantee(5)
    default void watchSurvivesTheLeader() {
        fixture().require(Fault.KILL_LEADER);
        Session watcher = openElsewhere("watcher");
        Session writer = open("writer");
        create(writer, A, "before");
        RecordedView view = begunWatching(watcher, A, Scope.ENTRY);
        fixture().killLeader();
        update(writer, A, "after");
        eventually(() -> view.shows(A, "after"), "the update arrives");
    }

    @Test
    @Guarantee(5)
    default void deletionByAnOperatorIsSeen() {
        fixture().require(Fault.DELETE_RAW);
        Session session = open();
        Ticket ticket = enqueue(session);
        create(session, A.child("x"), "x");
        RecordedView queue = begunWatching(session, QUEUE, Scope.QUEUE);
        RecordedView subtree = begunWatching(session, A, Scope.SUBTREE);
        fixture().deleteRaw(ticket.key());
        fixture().deleteRaw(A);
        eventually(() -> queue.places().isEmpty(), "the ticket is seen to be gone");
        eventually(() -> subtree.entries().isEmpty(), "the entries are seen to be gone");
    }

    private void suspend(Session session) {
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
    }

    // ------------------------------------------------------------ the end of a watch

    @Test
    @Guarantee(4)
    default void closedWatchGetsNothingMore() {
        Session session = open();
        RecordedView closed = new RecordedView(session.scheduler()::isOnLane);
        RecordedView open = begunWatching(session, A, Scope.ENTRY);
        Watch watch = session.watch(A, Scope.ENTRY, closed);
        eventually(closed::hasBegun, "the first batch arrives");
        CompletableFuture<Void> isClosed = new CompletableFuture<>();
        session.scheduler().execute(() -> {
            watch.close();
            watch.close();
            isClosed.complete(null);
        });
        await(isClosed);
        create(session, A, "a");
        eventually(() -> open.entry(A) != null, "the other watch goes on");
        assertThat(closed.batches()).hasSize(1);
        session.close();
        assertThat(closed.ends()).isEmpty();
    }

    @Test
    @Guarantee(4)
    default void watchClosedBeforeItsFirstBatchGetsNone() {
        Session session = open();
        create(session, A, "a");
        RecordedView view = new RecordedView(session.scheduler()::isOnLane);
        CompletableFuture<Void> isClosed = new CompletableFuture<>();
        session.scheduler().execute(() -> {
            session.watch(A, Scope.ENTRY, view).close();
            isClosed.complete(null);
        });
        await(isClosed);
        begunWatching(session, A, Scope.ENTRY);
        assertThat(view.batches()).isEmpty();
    }

    /** The watch is closed by a reply that its first batch follows closely. */
    @Test
    @Guarantee(4)
    default void watchClosedWhileItsFirstBatchIsUnderWayGetsNone() {
        Session session = open();
        create(session, A, "a");
        for (int i = 0; i < 10; i++) {
            RecordedView view = new RecordedView(session.scheduler()::isOnLane);
            CompletableFuture<Integer> batchesAtTheClose = new CompletableFuture<>();
            session.scheduler().execute(() -> {
                CompletableFuture<?> reply = session.get(A, Read.LATEST);
                Watch watch = session.watch(A, Scope.ENTRY, view);
                CompletableFuture<?> unused = reply.thenRun(() -> {
                    watch.close();
                    batchesAtTheClose.complete(view.batches().size());
                });
            });
            int atTheClose = await(batchesAtTheClose);
            begunWatching(session, A, Scope.ENTRY);
            assertThat(view.batches()).hasSize(atTheClose);
        }
    }

    @Test
    @Guarantee(4)
    default void closedWatchLeavesNothingAtTheService() {
        Session session = open();
        List<Watch> watches = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            RecordedView view = new RecordedView(session.scheduler()::isOnLane);
            watches.add(session.watch(QUEUE, scope, view));
            watches.add(session.watch(QUEUE, scope, view));
            eventually(() -> view.batches().size() == 2, "both first batches arrive");
        }
        assertThat(fixture().audit().watches()).isPositive();
        watches.forEach(Watch::close);
        eventually(() -> fixture().audit().watches() == 0, "the service forgets the watches");
    }

    @Test
    @Guarantee(4)
    default void watchTellsItsKeyAndScope() {
        Session session = open();
        Watch watch = session.watch(A, Scope.SUBTREE, batch -> {});
        assertThat(watch.key()).isEqualTo(A);
        assertThat(watch.scope()).isEqualTo(Scope.SUBTREE);
    }

    @Test
    @Guarantee({10, 11})
    default void endOfTheSessionEndsItsWatches() {
        Session session = open();
        RecordedView view = begunWatching(session, A, Scope.ENTRY);
        session.close();
        eventually(() -> !view.ends().isEmpty(), "the end is told");
        assertThat(view.ends()).singleElement().isInstanceOf(SessionClosedException.class);
        assertThatThrownBy(() -> session.watch(A, Scope.ENTRY, batch -> {})).isInstanceOf(SessionClosedException.class);
    }

    @Test
    @Guarantee(10)
    default void expiryOfTheSessionEndsItsWatches() {
        fixture().require(Fault.EXPIRE);
        Session session = openElsewhere("expires");
        RecordedView view = begunWatching(session, A, Scope.ENTRY);
        fixture().expire(session);
        eventually(() -> !view.ends().isEmpty(), "the end is told");
        assertThat(view.ends()).singleElement().isInstanceOf(SessionExpiredException.class);
        assertThatThrownBy(() -> session.watch(A, Scope.ENTRY, batch -> {}))
                .isInstanceOf(SessionExpiredException.class);
    }

    // ------------------------------------------------------------ bad listeners

    @Test
    @Guarantee(4)
    default void listenerThatThrowsKeepsReceivingAndHurtsNoOther() {
        Session session = open();
        Queue<WatchBatch> received = new ConcurrentLinkedQueue<>();
        session.watch(A, Scope.ENTRY, batch -> {
            received.add(batch);
            throw new IllegalStateException("this listener always throws, on purpose");
        });
        RecordedView other = begunWatching(session, A, Scope.ENTRY);
        create(session, A, "a");
        long last = update(session, A, "b").revision();
        eventually(() -> other.revision() >= last, "the other listener is up to date");
        eventually(
                () -> received.stream().anyMatch(batch -> batch.revision() >= last),
                "the listener that throws is up to date");
    }

    /** The listener's executor runs nothing until the test says so, as if the listener were blocked. */
    @Test
    @Guarantee(4)
    default void blockedListenerGetsOneGapBatchAndHurtsNoOther() {
        Session session = open();
        Queue<Runnable> blocked = new ConcurrentLinkedQueue<>();
        RecordedView slow = new RecordedView(() -> true);
        session.watch(PARENT, Scope.SUBTREE, WatchListener.on(blocked::add, slow));
        RecordedView other = begunWatching(session, PARENT, Scope.SUBTREE);
        eventually(() -> !blocked.isEmpty(), "the first batch is handed over");
        drain(blocked);
        create(session, A, "start");
        for (int i = 0; i < 50; i++) {
            update(session, A, "v" + i);
        }
        eventually(() -> other.shows(A, "v49"), "the other listener is up to date");
        assertThat(blocked).hasSizeLessThanOrEqualTo(1);
        eventually(
                () -> {
                    drain(blocked);
                    return slow.entries().equals(other.entries());
                },
                "the slow listener is up to date");
        assertThat(slow.batches()).hasSizeBetween(2, 3);
        assertThat(slow.batches().get(1).gap()).isTrue();
        assertThat(slow.violations()).isEmpty();
    }

    private static void drain(Queue<Runnable> tasks) {
        Queue<Runnable> taken = new ArrayDeque<>();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            taken.add(task);
        }
        taken.forEach(Runnable::run);
    }

    @Test
    @Guarantee(4)
    default void listenerMayOperateOnItsSession() {
        Session session = open();
        CompletableFuture<CommitResult> answer = new CompletableFuture<>();
        session.watch(A, Scope.ENTRY, batch -> {
            if (batch.changes().size() == 1 && !answer.isDone()) {
                CompletableFuture<?> unused = session.commit(
                                Commit.builder().create(B, Bytes.utf8("answer")).build())
                        .thenAccept(answer::complete);
            }
        });
        create(session, A, "question");
        await(answer);
        assertThat(text(session, B)).isEqualTo("answer");
    }
}
