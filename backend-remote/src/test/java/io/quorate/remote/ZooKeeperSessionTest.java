package io.quorate.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitFailedException;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Guard;
import io.quorate.backend.GuardFailedException;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.Listing;
import io.quorate.backend.NoSuchKeyException;
import io.quorate.backend.NotEmptyException;
import io.quorate.backend.Op;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionOwnedHasNoChildrenException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Snapshot;
import io.quorate.backend.Ticket;
import io.quorate.backend.TooLargeException;
import io.quorate.backend.UnexpectedRevisionException;
import io.quorate.backend.Watch;
import io.quorate.backend.WatchBatch;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ZooKeeperSessionTest {

    private static ServerCnxnFactory server;

    private ZooKeeperBackend backend;
    private Session session;

    @BeforeAll
    static void startServer() throws Exception {
        File directory = Files.createTempDirectory("quorate-zookeeper").toFile();
        directory.deleteOnExit();
        server = ServerCnxnFactory.createFactory(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.startup(new ZooKeeperServer(directory, directory, 500));
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.shutdown();
    }

    @BeforeEach
    void openSession(TestInfo test) {
        backend = ZooKeeperBackend.create(ZooKeeperConfig.of("127.0.0.1:" + server.getLocalPort())
                .withNamespace(Key.of(test.getTestMethod().orElseThrow().getName()))
                .withSessionTimeouts(Duration.ofMillis(1), Duration.ofSeconds(60)));
        session = open("first");
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private Session open(String name) {
        return await(backend.open(SessionOptions.of(name)));
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private long create(String key, String value) {
        return await(session.commit(
                        Commit.builder().create(Key.of(key), Bytes.utf8(value)).build()))
                .revision();
    }

    private Entry read(String key) {
        return await(session.get(Key.of(key), Read.ANY)).orElseThrow();
    }

    @Test
    void createdEntryIsReadWithItsRevisionAndMissingParentsHaveNoValue() {
        long revision = create("a/b/c", "x");

        Entry entry = await(session.get(Key.of("a/b/c"), Read.LATEST)).orElseThrow();
        assertThat(entry.value()).isEqualTo(Bytes.utf8("x"));
        assertThat(entry.createRevision()).isEqualTo(revision);
        assertThat(entry.modRevision()).isEqualTo(revision);
        assertThat(entry.owner()).isNull();
        Entry parent = read("a/b");
        assertThat(parent.value()).isNull();
        assertThat(parent.createRevision()).isEqualTo(revision);
        assertThat(await(session.get(Key.of("nothing"), Read.LATEST))).isEmpty();
    }

    @Test
    void nullAndEmptyValuesBothSurvive() {
        await(session.commit(Commit.builder()
                .create(Key.of("none"), null)
                .create(Key.of("empty"), Bytes.EMPTY)
                .build()));

        assertThat(read("none").value()).isNull();
        assertThat(read("empty").value()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void failedCommitNamesTheFirstThingInTheWay() {
        create("there", "x");

        assertThat(failure(Commit.builder().create(Key.of("new"), null).create(Key.of("there"), null)))
                .isInstanceOf(KeyExistsException.class)
                .extracting(CommitFailedException::index)
                .isEqualTo(1);
        assertThat(await(session.get(Key.of("new"), Read.LATEST))).isEmpty();
        assertThat(failure(Commit.builder().update(Key.of("missing"), null))).isInstanceOf(NoSuchKeyException.class);
        assertThat(failure(Commit.builder().delete(Key.of("missing")))).isInstanceOf(NoSuchKeyException.class);
        create("there/child", "x");
        assertThat(failure(Commit.builder().delete(Key.of("there")))).isInstanceOf(NotEmptyException.class);
        assertThat(failure(Commit.builder()
                        .guard(Guard.exists(Key.of("there")))
                        .guard(Guard.exists(Key.of("missing")))
                        .delete(Key.of("there/child"))))
                .isInstanceOf(GuardFailedException.class)
                .extracting(CommitFailedException::index)
                .isEqualTo(1);
        await(session.commit(Commit.builder().createOwned(Key.of("own"), null).build()));
        assertThat(failure(Commit.builder().create(Key.of("own/child"), null)))
                .isInstanceOf(SessionOwnedHasNoChildrenException.class);
        assertThat(failure(Commit.builder().create(Key.of("own/deep/child"), null)))
                .isInstanceOf(SessionOwnedHasNoChildrenException.class);
    }

    private CommitFailedException failure(Commit.Builder commit) {
        try {
            await(session.commit(commit.build()));
        } catch (CommitFailedException e) {
            return e;
        }
        throw new AssertionError("the commit succeeded");
    }

    @Test
    void expectedRevisionsAreExactAcrossDeletionAndCreation() {
        create("k", "1");
        Entry old = read("k");
        await(session.commit(Commit.builder().update(old, Bytes.utf8("2")).build()));
        assertThat(failure(Commit.builder().update(old, Bytes.utf8("3"))))
                .isInstanceOf(UnexpectedRevisionException.class);
        await(session.commit(Commit.builder().delete(Key.of("k")).build()));
        assertThat(failure(Commit.builder().update(old, Bytes.utf8("3")))).isInstanceOf(NoSuchKeyException.class);
        create("k", "1");
        assertThat(failure(Commit.builder().update(old, Bytes.utf8("3"))))
                .isInstanceOf(UnexpectedRevisionException.class);
        assertThat(failure(Commit.builder().guard(Guard.unchanged(old)).create(Key.of("other"), null)))
                .isInstanceOf(GuardFailedException.class);
        assertThat(failure(Commit.builder().delete(old))).isInstanceOf(UnexpectedRevisionException.class);
        await(session.commit(Commit.builder().delete(read("k")).build()));
    }

    @Test
    void anotherSessionsCreationIsNotTakenForTheOldEntry() {
        create("k", "1");
        Entry old = read("k");
        Session other = open("second");
        await(other.commit(Commit.builder().delete(Key.of("k")).build()));
        await(other.commit(Commit.builder().create(Key.of("k"), Bytes.utf8("1")).build()));

        assertThat(failure(Commit.builder().update(old, Bytes.utf8("2"))))
                .isInstanceOf(UnexpectedRevisionException.class);
        await(session.commit(Commit.builder().update(read("k"), Bytes.utf8("2")).build()));
    }

    @Test
    void commitsOnOneKeyTakeEffectInIssueOrderWithoutWaiting() {
        List<CompletableFuture<?>> pending = new ArrayList<>();
        pending.add(session.commit(
                Commit.builder().create(Key.of("deep/down/k"), Bytes.utf8("0")).build()));
        for (int i = 1; i <= 300; i++) {
            pending.add(session.commit(Commit.builder()
                    .update(Key.of("deep/down/k"), Bytes.utf8("" + i))
                    .build()));
        }
        CompletableFuture<Entry> last =
                session.get(Key.of("deep/down/k"), Read.ANY).thenApply(entry -> entry.orElseThrow());
        pending.forEach(ZooKeeperSessionTest::await);
        assertThat(await(last).value()).isEqualTo(Bytes.utf8("300"));
    }

    @Test
    void ticketsAreOrderedAndGuardCommitsWhileTheyAreHeld() {
        Session other = open("second");
        Ticket first = await(session.enqueue(Key.of("locks/one/queue"), "x", Bytes.utf8("me")));
        Ticket second = await(other.enqueue(Key.of("locks/one/queue"), "x", null));

        assertThat(first.ahead()).isEmpty();
        assertThat(second.ahead()).containsExactly(first.place());
        assertThat(second.revision()).isGreaterThan(first.revision());
        await(session.commit(Commit.builder()
                .guard(Guard.heldBy(first))
                .create(Key.of("protected"), null)
                .build()));
        Entry stored = await(session.get(first.key(), Read.LATEST)).orElseThrow();
        assertThat(stored.createRevision()).isEqualTo(first.revision());
        assertThat(stored.owner()).isEqualTo(session.id());
        assertThat(stored.value()).isEqualTo(Bytes.utf8("me"));
        await(session.dequeue(first));
        await(session.dequeue(first));
        assertThat(failure(Commit.builder().guard(Guard.heldBy(first)).create(Key.of("unprotected"), null)))
                .isInstanceOf(GuardFailedException.class);
        Listing listing = await(session.list(Key.of("locks/one/queue"), Content.KEYS, Read.ANY));
        assertThat(listing.keys()).containsExactly(second.key());
    }

    @Test
    void cancelledEnqueueLeavesNothingBehind() {
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Ticket> enqueue = session.enqueue(Key.of("queue"), "x", null);
            if (!enqueue.cancel(true)) {
                // It was there already.
                await(session.dequeue(await(enqueue)));
            }
        }
        Ticket last = await(session.enqueue(Key.of("queue"), "x", null));
        Awaitility.await()
                .untilAsserted(() -> assertThat(await(session.list(Key.of("queue"), Content.KEYS, Read.LATEST))
                                .keys())
                        .containsExactly(last.key()));
    }

    @Test
    void childrenAreListedInCreationOrder() {
        create("dir/z", "1");
        create("dir/a", "2");
        create("dir/m", "3");

        Listing keys = await(session.list(Key.of("dir"), Content.KEYS, Read.LATEST));
        assertThat(keys.keys()).containsExactly(Key.of("dir/z"), Key.of("dir/a"), Key.of("dir/m"));
        Listing entries = await(session.list(Key.of("dir"), Content.ENTRIES, Read.ANY));
        assertThat(entries.entries())
                .extracting(Entry::value)
                .containsExactly(Bytes.utf8("1"), Bytes.utf8("2"), Bytes.utf8("3"));
        Listing none = await(session.list(Key.of("missing"), Content.ENTRIES, Read.LATEST));
        assertThat(none.parentExists()).isFalse();
        assertThat(await(session.list(Key.ROOT, Content.KEYS, Read.LATEST)).keys())
                .containsExactly(Key.of("dir"));
    }

    @Test
    void snapshotShowsTheWholeSubtreeAtOneRevision() {
        long revision = 0;
        for (int i = 0; i < 200; i++) {
            revision = create("config/group" + i % 7 + "/k" + i, "v" + i);
        }
        Snapshot snapshot = await(session.snapshot(Key.of("config")));
        assertThat(snapshot.entries())
                .hasSize(208)
                .isSortedAccordingTo((a, b) -> a.key().compareTo(b.key()));
        assertThat(snapshot.revision()).isGreaterThanOrEqualTo(revision);
        assertThat(await(session.snapshot(Key.of("missing"))).entries()).isEmpty();
        assertThat(await(session.snapshot(Key.ROOT)).entries()).hasSize(208);
    }

    private static final class Recorder implements io.quorate.backend.WatchListener {

        final List<WatchBatch> batches = Collections.synchronizedList(new ArrayList<>());
        final List<RuntimeException> ends = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onBatch(WatchBatch batch) {
            batches.add(batch);
        }

        @Override
        public void onEnd(io.quorate.backend.QuorateException cause) {
            ends.add(cause);
        }
    }

    @Test
    void subtreeWatchDeliversTheStateAndThenEachCommitAsOneBatch() {
        long before = create("w/a", "1");
        Recorder recorder = new Recorder();
        Watch watch = session.watch(Key.of("w"), Scope.SUBTREE, recorder);
        long both = await(session.commit(Commit.builder()
                        .update(Key.of("w/a"), Bytes.utf8("2"))
                        .create(Key.of("w/b"), Bytes.utf8("3"))
                        .build()))
                .revision();
        assertThat(recorder.batches).hasSizeGreaterThanOrEqualTo(1);
        assertThat(recorder.batches.get(0).initial()).isTrue();
        assertThat(recorder.batches.get(0).revision()).isGreaterThanOrEqualTo(before);
        WatchBatch last = recorder.batches.get(recorder.batches.size() - 1);
        assertThat(last.revision()).isEqualTo(both);
        long deleted = await(
                        session.commit(Commit.builder().delete(Key.of("w/a")).build()))
                .revision();
        last = recorder.batches.get(recorder.batches.size() - 1);
        assertThat(last.revision()).isEqualTo(deleted);
        assertThat(last.changes()).containsExactly(new Change.Removed(Key.of("w/a")));
        watch.close();
        create("w/c", "4");
        assertThat(recorder.batches.get(recorder.batches.size() - 1)).isSameAs(last);
    }

    @Test
    void entryWatchSeesItsEntryOnly() {
        Recorder recorder = new Recorder();
        session.watch(Key.of("e"), Scope.ENTRY, recorder);
        create("e", "1");
        create("e/below", "2");
        create("other", "3");
        await(session.commit(
                Commit.builder().update(Key.of("e"), Bytes.utf8("4")).build()));

        assertThat(recorder.batches).hasSize(3);
        assertThat(recorder.batches.get(0).changes()).isEmpty();
        assertThat(recorder.batches.get(0).revision()).isZero();
        assertThat(recorder.batches.get(2).changes())
                .singleElement()
                .isInstanceOfSatisfying(
                        Change.Put.class, put -> assertThat(put.entry().value()).isEqualTo(Bytes.utf8("4")));
    }

    @Test
    void queueWatchSeesTicketsComeAndGo() {
        Session other = open("second");
        Recorder recorder = new Recorder();
        session.watch(Key.of("queue"), Scope.QUEUE, recorder);
        Ticket mine = await(session.enqueue(Key.of("queue"), "x", null));
        assertThat(recorder.batches).hasSize(2);
        assertThat(recorder.batches.get(0).revision()).isZero();
        assertThat(recorder.batches.get(1).revision()).isEqualTo(mine.revision());
        Ticket one = await(other.enqueue(Key.of("queue"), "x", null));
        Ticket two = await(other.enqueue(Key.of("queue"), "y", null));
        Awaitility.await().until(() -> recorder.batches.size() == 4);
        other.close();
        Awaitility.await().until(() -> recorder.batches.size() == 5);
        assertThat(recorder.batches.get(4).changes())
                .containsExactlyInAnyOrder(new Change.Left(one.place()), new Change.Left(two.place()));
        await(session.dequeue(mine));
        assertThat(recorder.batches.get(5).changes()).containsExactly(new Change.Left(mine.place()));
        assertThat(recorder.batches).extracting(WatchBatch::revision).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void sessionIsProvenAndStaysProven() {
        long now = session.ticker().nanos();
        assertThat(session.provenUntilNanos() - now).isPositive();
        long before = session.provenUntilNanos();
        Awaitility.await().until(() -> session.provenUntilNanos() > before);
    }

    @Test
    void closedSessionRefusesEverythingAndReleasesWhatItOwned() throws Exception {
        Session other = open("second");
        List<SessionState> states = Collections.synchronizedList(new ArrayList<>());
        other.onState(states::add);
        Recorder recorder = new Recorder();
        other.watch(Key.of("own"), Scope.ENTRY, recorder);
        await(other.commit(Commit.builder().createOwned(Key.of("own"), null).build()));
        CompletableFuture<?> inFlight =
                other.commit(Commit.builder().create(Key.of("last"), null).build());
        other.close();
        other.close();
        await(inFlight);

        assertThat(other.state()).isEqualTo(SessionState.CLOSED);
        assertThat(states).containsExactly(SessionState.CLOSED);
        assertThat(recorder.ends).singleElement().isInstanceOf(SessionClosedException.class);
        assertThatThrownBy(() -> await(other.get(Key.of("own"), Read.ANY))).isInstanceOf(SessionClosedException.class);
        assertThat(await(session.get(Key.of("own"), Read.LATEST))).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().contains(other.id().toString()));
    }

    @Test
    void closeFromTheLaneDoesNotDeadlock() {
        Session other = open("second");
        other.scheduler().execute(other::close);
        Awaitility.await().until(() -> other.state() == SessionState.CLOSED);
    }

    @Test
    void expiredSessionIsNotReplaced() throws Exception {
        List<SessionState> states = Collections.synchronizedList(new ArrayList<>());
        session.onState(states::add);
        Recorder recorder = new Recorder();
        session.watch(Key.of("x"), Scope.SUBTREE, recorder);
        await(session.commit(Commit.builder().createOwned(Key.of("own"), null).build()));
        server.getZooKeeperServer().closeSession(session.id().value());
        Awaitility.await().until(() -> session.state() == SessionState.EXPIRED);

        assertThatThrownBy(() -> await(session.get(Key.of("own"), Read.ANY)))
                .isInstanceOf(SessionExpiredException.class);
        Awaitility.await().until(() -> states.contains(SessionState.EXPIRED) && recorder.ends.size() == 1);
        Session other = open("second");
        assertThat(await(other.get(Key.of("own"), Read.LATEST))).isEmpty();
    }

    @Test
    void limitsAreEnforcedBeforeAnythingIsSent() {
        Bytes big = Bytes.of(new byte[512 * 1024]);
        Bytes tooBig = Bytes.of(new byte[512 * 1024 + 1]);
        await(session.commit(Commit.builder().create(Key.of("big"), big).build()));
        assertThat(read("big").value()).isEqualTo(big);
        assertThatThrownBy(() -> session.commit(
                        Commit.builder().create(Key.of("bigger"), tooBig).build()))
                .isInstanceOf(TooLargeException.class);
        assertThatThrownBy(() -> session.commit(Commit.builder()
                        .create(Key.of("one"), big)
                        .create(Key.of("two"), big)
                        .build()))
                .isInstanceOf(TooLargeException.class);
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
    }

    @Test
    void openFailsWhenNoServerAnswers() {
        ZooKeeperBackend nowhere = ZooKeeperBackend.create(
                ZooKeeperConfig.of("127.0.0.1:1").withConnectionTimeout(Duration.ofMillis(300)));
        assertThatThrownBy(() -> await(nowhere.open(SessionOptions.of("x"))))
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(await(nowhere.describe()).members())
                .singleElement()
                .extracting(BackendView.Member::role)
                .isEqualTo(BackendView.Role.UNREACHABLE);
        nowhere.close();
    }

    @Test
    void describeTellsModeAndLatency() {
        BackendView view = await(backend.describe());
        assertThat(view.available()).isTrue();
        assertThat(view.leader()).hasValueSatisfying(member -> {
            assertThat(member.role()).isEqualTo(BackendView.Role.STANDALONE);
            assertThat(member.latency()).isPresent();
            assertThat(member.connections().orElse(0)).isPositive();
        });
    }

    @Test
    void lifetimeOfOwnedEntryIsVisible() {
        await(session.commit(Commit.builder()
                .op(new Op.Create(Key.of("own"), null, Op.Lifetime.SESSION))
                .build()));
        assertThat(read("own").owner()).isEqualTo(session.id());
    }
}
