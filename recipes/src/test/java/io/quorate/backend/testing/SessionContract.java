package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Backend;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Bytes;
import io.quorate.backend.Capabilities;
import io.quorate.backend.Change;
import io.quorate.backend.Commit;
import io.quorate.backend.CommitResult;
import io.quorate.backend.Content;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionExpiredException;
import io.quorate.backend.SessionOptions;
import io.quorate.backend.SessionState;
import io.quorate.backend.StaleClusterException;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticket;
import io.quorate.backend.WatchBatch;
import io.quorate.backend.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sessions: what they own lives exactly as long as they do, and their end is final and clean. */
interface SessionContract extends ContractWorld {

    // ------------------------------------------------------------ opening

    @Test
    default void sessionKnowsItsOptionsAndLimits() {
        SessionOptions options = fixture().options("tester");
        Session session = open(options);
        assertThat(session.options().ownerName()).isEqualTo("tester");
        assertThat(session.options().timeout()).isEqualTo(options.timeout());
        assertThat(session.capabilities()).isEqualTo(fixture().backend().capabilities());
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
    }

    @Test
    @Guarantee(10)
    default void sessionsHaveDifferentIdentities() {
        Session first = open();
        assertThat(open().id()).isNotEqualTo(first.id());
        Session elsewhere = openElsewhere("other");
        assertThat(elsewhere.id()).isNotEqualTo(first.id());
        first.close();
        assertThat(open().id()).isNotEqualTo(first.id());
    }

    @Test
    @Guarantee(13)
    default void timeoutOutsideOfTheLimitsIsRefused() {
        Backend backend = fixture().backend();
        Capabilities limits = backend.capabilities();
        SessionOptions options = fixture().options("tester");
        SessionOptions tooShort = options.withTimeout(limits.minSessionTimeout().minusMillis(1));
        SessionOptions tooLong = options.withTimeout(limits.maxSessionTimeout().plusMillis(1));
        assertThatThrownBy(() -> backend.open(tooShort)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> backend.open(tooLong)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Guarantee(12)
    default void cancelledOpenLeavesNoSession() {
        CompletableFuture<Session> opening = fixture().backend().open(fixture().options("gives up"));
        boolean tooLate = !opening.cancel(false);
        Session other = open();
        if (tooLate) {
            await(opening).close();
        }
        eventually(() -> fixture().audit().sessions() == 1, "the abandoned session is gone");
        other.close();
    }

    @Test
    @Guarantee(12)
    default void openThatIsCancelledOnceTheServiceHasAcceptedItLeavesNoSession() {
        CompletableFuture<Session> opening = fixture().backend().open(fixture().options("gives up"));
        eventually(() -> fixture().audit().sessions() == 1, "the service accepts the session");
        if (!opening.cancel(false)) {
            await(opening).close();
        }
        eventually(() -> fixture().audit().sessions() == 0, "the abandoned session is gone");
    }

    @Test
    default void openFailsWhileTheServiceIsDown() {
        fixture().require(Fault.STOP_SERVICE);
        fixture().stopService();
        CompletableFuture<Session> opening = fixture().backend().open(fixture().options("tester"));
        BackendUnavailableException failure = failure(BackendUnavailableException.class, opening);
        assertThat(failure.outcome()).isEqualTo(QuorateException.Outcome.DID_NOT_HAPPEN);
        fixture().startService();
        open();
    }

    // ------------------------------------------------------------ ownership

    @Test
    @Guarantee(6)
    default void ownedEntryNamesItsOwnerToEverybody() {
        Session owner = open("owner");
        createOwned(owner, A, "mine");
        assertThat(existing(openElsewhere("other"), A).owner()).isEqualTo(owner.id());
    }

    @Test
    @Guarantee(6)
    default void ownedEntryCanBeDeletedByAnybody() {
        Session owner = open("owner");
        createOwned(owner, A, "mine");
        delete(openElsewhere("other"), A);
        assertThat(exists(owner, A)).isFalse();
    }

    @Test
    @Guarantee({6, 11})
    default void closeRemovesAllThatTheSessionOwnsInOneCommit() {
        Session owner = openElsewhere("owner");
        Session other = open("other");
        RecordedView view = ownSeveral(owner, other);
        owner.close();
        eventually(() -> view.entries().size() == 1, "what the session owned is gone");
        assertVanishedInOneBatch(view);
    }

    @Test
    @Guarantee(6)
    default void expiryRemovesAllThatTheSessionOwnsInOneCommit() {
        fixture().require(Fault.EXPIRE);
        Session owner = openElsewhere("owner");
        Session other = open("other");
        RecordedView view = ownSeveral(owner, other);
        fixture().expire(owner);
        eventually(() -> view.entries().size() == 1, "what the session owned is gone");
        assertVanishedInOneBatch(view);
    }

    private RecordedView ownSeveral(Session owner, Session other) {
        create(other, A, "not owned");
        RecordedView view = begunWatching(other, PARENT, Scope.SUBTREE);
        for (String name : List.of("x", "y", "z")) {
            createOwned(owner, PARENT.child(name), "owned");
        }
        delete(other, A);
        long last = createOwned(owner, PARENT.child("last"), "owned").revision();
        eventually(() -> view.revision() >= last, "the entries are seen");
        return view;
    }

    private void assertVanishedInOneBatch(RecordedView view) {
        List<WatchBatch> removing = view.batches().stream()
                .filter(batch -> batch.changes().stream()
                        .anyMatch(change -> change instanceof Change.Removed
                                && !change.key().equals(A)))
                .toList();
        assertThat(removing)
                .singleElement()
                .satisfies(batch -> assertThat(batch.changes())
                        .containsExactlyInAnyOrder(
                                new Change.Removed(PARENT.child("x")),
                                new Change.Removed(PARENT.child("y")),
                                new Change.Removed(PARENT.child("z")),
                                new Change.Removed(PARENT.child("last"))));
    }

    @Test
    @Guarantee(6)
    default void silentSessionExpires() {
        fixture().require(Fault.HANG);
        Session owner = openElsewhere("owner");
        Session other = open("other");
        createOwned(owner, A, "mine");
        fixture().hang(owner);
        eventually(() -> !exists(other, A), "the silent session loses what it owned");
        fixture().restore(owner);
        eventually(() -> owner.state() == SessionState.EXPIRED, "the owner learns of it");
    }

    @Test
    @Guarantee(6)
    default void ownedEntrySurvivesAReconnection() {
        fixture().require(Fault.CUT);
        Session owner = openElsewhere("owner");
        createOwned(owner, A, "mine");
        fixture().cut(owner);
        eventually(() -> owner.state() == SessionState.SUSPENDED, "the session is suspended");
        fixture().restore(owner);
        eventually(() -> owner.state() == SessionState.CONNECTED, "the session is connected again");
        assertThat(existing(open("other"), A).owner()).isEqualTo(owner.id());
    }

    @Test
    @Guarantee(6)
    default void ownedEntrySurvivesARestartOfTheService() {
        fixture().require(Fault.STOP_SERVICE);
        Session owner = open("owner");
        createOwned(owner, A, "mine");
        fixture().stopService();
        eventually(() -> owner.state() == SessionState.SUSPENDED, "the session is suspended");
        fixture().startService();
        assertThat(existing(owner, A).owner()).isEqualTo(owner.id());
    }

    @Test
    @Guarantee(6)
    default void expiredSessionCreatesNothing() {
        fixture().require(Fault.EXPIRE);
        Session owner = openElsewhere("owner");
        Session other = open("other");
        fixture().expire(owner);
        CompletableFuture<CommitResult> late =
                owner.commit(Commit.builder().createOwned(A, null).build());
        CompletableFuture<Ticket> lateTicket = owner.enqueue(QUEUE, "w", null);
        assertThat(failure(QuorateException.class, late).outcome())
                .isNotEqualTo(QuorateException.Outcome.DID_NOT_HAPPEN);
        failure(SessionExpiredException.class, lateTicket);
        eventually(() -> owner.state() == SessionState.EXPIRED, "the owner learns of its end");
        assertThat(exists(other, A)).isFalse();
        assertThat(countChildren(other, QUEUE)).isZero();
    }

    // ------------------------------------------------------------ states

    @Test
    @Guarantee(10)
    default void statesAreToldInOrderAndPublishedBefore() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        Queue<SessionState> told = new ConcurrentLinkedQueue<>();
        Queue<SessionState> published = new ConcurrentLinkedQueue<>();
        session.onState(state -> {
            told.add(state);
            published.add(session.state());
        });
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
        fixture().restore(session);
        eventually(() -> session.state() == SessionState.CONNECTED, "the session is connected again");
        session.close();
        assertThat(told).containsExactly(SessionState.SUSPENDED, SessionState.CONNECTED, SessionState.CLOSED);
        assertThat(published).containsExactlyElementsOf(told);
    }

    @Test
    @Guarantee(10)
    default void expiryIsTheLastState() {
        fixture().require(Fault.EXPIRE);
        Session session = openElsewhere("tester");
        Queue<SessionState> told = new ConcurrentLinkedQueue<>();
        session.onState(told::add);
        fixture().expire(session);
        eventually(() -> session.state() == SessionState.EXPIRED, "the session learns of its expiry");
        session.close();
        assertThat(session.state()).isEqualTo(SessionState.EXPIRED);
        assertThat(told).endsWith(SessionState.EXPIRED).containsOnlyOnce(SessionState.EXPIRED);
    }

    @Test
    default void closedSubscriptionHearsNoStates() {
        Session session = open();
        Queue<SessionState> told = new ConcurrentLinkedQueue<>();
        Queue<SessionState> others = new ConcurrentLinkedQueue<>();
        Subscription subscription = session.onState(told::add);
        session.onState(others::add);
        subscription.close();
        subscription.close();
        session.close();
        assertThat(told).isEmpty();
        assertThat(others).containsExactly(SessionState.CLOSED);
    }

    @Test
    default void stateListenerThatThrowsHurtsNoOther() {
        Session session = open();
        Queue<SessionState> told = new ConcurrentLinkedQueue<>();
        session.onState(state -> {
            throw new IllegalStateException("this listener always throws, on purpose");
        });
        session.onState(told::add);
        session.close();
        assertThat(told).containsExactly(SessionState.CLOSED);
    }

    @Test
    @Guarantee(10)
    default void reconnectedSessionIsTheSame() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        createOwned(session, A, "mine");
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
        fixture().restore(session);
        long later = createOwned(session, B, "mine too").revision();
        assertThat(existing(session, A).owner()).isEqualTo(existing(session, B).owner());
        assertThat(existing(session, B).createRevision()).isEqualTo(later);
    }

    // ------------------------------------------------------------ after the end

    @Test
    @Guarantee(10)
    default void expiredSessionRefusesEverythingAtOnce() {
        fixture().require(Fault.EXPIRE);
        Session session = openElsewhere("tester");
        Ticket ticket = enqueue(session);
        fixture().expire(session);
        eventually(() -> session.state() == SessionState.EXPIRED, "the session learns of its expiry");
        assertRefusesEverything(session, ticket, SessionExpiredException.class);
    }

    @Test
    @Guarantee(11)
    default void closedSessionRefusesEverythingAtOnce() {
        Session session = open();
        Ticket ticket = enqueue(session);
        session.close();
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertRefusesEverything(session, ticket, SessionClosedException.class);
    }

    private void assertRefusesEverything(Session session, Ticket ticket, Class<? extends QuorateException> type) {
        Stream<CompletableFuture<?>> operations = Stream.of(
                session.get(A, Read.ANY),
                session.get(A, Read.LATEST),
                session.list(A, Content.KEYS, Read.LATEST),
                session.snapshot(A),
                session.commit(Commit.builder().create(A, null).build()),
                session.enqueue(QUEUE, "w", null),
                session.dequeue(ticket));
        operations.forEach(operation -> {
            assertThat(operation).isDone();
            assertThat(failure(type, operation).outcome()).isEqualTo(QuorateException.Outcome.GONE);
        });
        assertThatThrownBy(() -> session.watch(A, Scope.ENTRY, batch -> {})).isInstanceOf(type);
    }

    @Test
    @Guarantee(11)
    default void operationIsRefusedFromTheCallOfCloseOn() {
        Session session = open();
        CompletableFuture<Void> end = session.closeAsync();
        CompletableFuture<?> late =
                session.commit(Commit.builder().create(A, null).build());
        assertThat(late).isDone();
        failure(SessionClosedException.class, late);
        await(end);
        assertThat(exists(open("other"), A)).isFalse();
    }

    // ------------------------------------------------------------ closing

    @Test
    @Guarantee(10)
    default void endIsPublishedBeforeAnythingElseTellsOfIt() {
        // Whoever asks for another session when told of the end must not be given this one again.
        fixture().require(Fault.CUT, Fault.EXPIRE);
        Session session = open();
        List<SessionState> told = new CopyOnWriteArrayList<>();
        session.watch(A, Scope.ENTRY, new WatchListener() {
            @Override
            public void onBatch(WatchBatch batch) {}

            @Override
            public void onEnd(QuorateException cause) {
                told.add(session.state());
            }
        });
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the connection is lost");
        CompletableFuture<?> ticket =
                session.enqueue(QUEUE, "w", null).whenComplete((result, failure) -> told.add(session.state()));
        fixture().expire(session);
        fixture().restore(session);
        eventually(ticket::isDone, "the enqueue fails");
        eventually(() -> told.size() == 2, "the watch and the ticket were told");
        assertThat(told).containsOnly(SessionState.EXPIRED);
    }

    @Test
    @Guarantee(11)
    default void operationsInFlightAtCloseCompleteExactlyOnce() {
        Session session = open();
        AtomicInteger completions = new AtomicInteger();
        List<CompletableFuture<?>> inFlight = new ArrayList<>();
        inFlight.add(session.commit(Commit.builder().create(A, null).build()));
        for (int i = 0; i < 20; i++) {
            inFlight.add(session.commit(updating(A, "v" + i)));
            inFlight.add(session.get(A, Read.LATEST));
            inFlight.add(session.enqueue(QUEUE, "w", null));
        }
        for (CompletableFuture<?> operation : inFlight) {
            CompletableFuture<?> unused = operation.whenComplete((result, failure) -> completions.incrementAndGet());
        }
        await(session.closeAsync());
        assertThat(inFlight).allSatisfy(operation -> assertThat(operation).isDone());
        assertThat(completions).hasValue(inFlight.size());
        Session other = open("other");
        assertThat(text(other, A)).isEqualTo("v19");
        assertThat(countChildren(other, QUEUE)).isZero();
    }

    @Test
    @Guarantee(11)
    default void closeMayBeRepeated() {
        Session session = open();
        createOwned(session, A, "mine");
        CompletableFuture<Void> first = session.closeAsync();
        CompletableFuture<Void> second = session.closeAsync();
        await(first);
        await(second);
        session.close();
        await(session.closeAsync());
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThat(exists(open("other"), A)).isFalse();
    }

    @Test
    @Guarantee(11)
    default void closeMayBeCalledFromSeveralThreads() {
        Session session = open();
        createOwned(session, A, "mine");
        fixture().concurrently(List.of(session::close, session::close, session::close));
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThat(exists(open("other"), A)).isFalse();
    }

    @Test
    @Guarantee(11)
    default void closeMayBeCalledInEveryKindOfCallback() {
        closedBy(session -> session.scheduler().execute(session::close));
        closedBy(session -> {
            CompletableFuture<?> unused = session.get(A, Read.LATEST).thenRun(session::close);
        });
        closedBy(session -> session.watch(A, Scope.ENTRY, batch -> session.close()));
        closedBy(session -> {
            session.onState(state -> session.close());
            CompletableFuture<?> unused = session.closeAsync();
        });
    }

    private void closedBy(Consumer<Session> closing) {
        Session session = open();
        createOwned(session, A, "mine");
        closing.accept(session);
        eventually(() -> session.state() == SessionState.CLOSED, "the session is closed");
        Session other = open("other");
        eventually(() -> !exists(other, A), "what it owned is gone");
    }

    @Test
    @Guarantee(11)
    default void closeWhileSuspendedEndsInBoundedTime() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        Session other = open("other");
        createOwned(session, A, "mine");
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
        CompletableFuture<CommitResult> waiting =
                session.commit(Commit.builder().create(B, null).build());
        await(session.closeAsync());
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThat(waiting).isDone();
        failure(QuorateException.class, waiting);
        eventually(() -> !exists(other, A), "the service expires the session by itself");
        assertThat(exists(other, B)).isFalse();
    }

    @Test
    @Guarantee(11)
    default void closedBackendHasClosedItsSessions() {
        Backend backend = fixture().newBackend();
        Session session = await(backend.open(fixture().options("tester")));
        createOwned(session, A, "mine");
        backend.close();
        backend.close();
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThat(exists(open("other"), A)).isFalse();
    }

    @Test
    @Guarantee(11)
    default void backendMayBeClosedInACallback() {
        Backend backend = fixture().newBackend();
        Session session = await(backend.open(fixture().options("tester")));
        createOwned(session, A, "mine");
        session.scheduler().execute(backend::close);
        eventually(() -> session.state() == SessionState.CLOSED, "the session is closed");
        Session other = open("other");
        eventually(() -> !exists(other, A), "what it owned is gone");
    }

    // ------------------------------------------------------------ a restored backup, and health

    @Test
    @Guarantee(2)
    default void serviceThatIsOlderThanWhatWasSeenIsNotBelieved() {
        fixture().require(Fault.RESTORE_BACKUP);
        Session session = openElsewhere("tester");
        create(session, A, "before");
        Runnable restore = fixture().backUp();
        for (int i = 0; i < 5; i++) {
            update(session, A, "after" + i);
        }
        restore.run();
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
        failure(StaleClusterException.class, session.get(A, Read.LATEST));
        failure(StaleClusterException.class, session.commit(updating(A, "x")));
        assertThat(text(open("newcomer"), A)).isEqualTo("before");
    }

    @Test
    default void healthyServiceIsDescribedAsAvailable() {
        open();
        BackendView view = await(fixture().backend().describe());
        assertThat(view.available()).isTrue();
        assertThat(view.kind()).isNotBlank();
        assertThat(view.members()).isNotEmpty();
        assertThat(view.leader()).isPresent();
    }

    @Test
    default void serviceThatIsDownIsDescribedAsSuch() {
        fixture().require(Fault.STOP_SERVICE);
        open();
        fixture().stopService();
        BackendView view = await(fixture().backend().describe());
        assertThat(view.available()).isFalse();
        assertThat(view.members())
                .isNotEmpty()
                .allSatisfy(member -> assertThat(member.role()).isEqualTo(BackendView.Role.UNREACHABLE));
        fixture().startService();
    }

    @Test
    default void operationsWaitWhileTheSessionIsSuspended() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        Session other = open("other");
        create(other, B, "b");
        fixture().cut(session);
        eventually(() -> session.state() == SessionState.SUSPENDED, "the session is suspended");
        CompletableFuture<CommitResult> write =
                session.commit(Commit.builder().create(A, Bytes.utf8("a")).build());
        CompletableFuture<Optional<?>> read = session.get(B, Read.LATEST).thenApply(entry -> entry);
        assertThat(exists(other, A)).isFalse();
        assertThat(write).isNotDone();
        assertThat(read).isNotDone();
        fixture().restore(session);
        long revision = await(write).revision();
        assertThat(await(read)).isPresent();
        assertThat(existing(other, A).createRevision()).isEqualTo(revision);
    }

    @Test
    default void shortLossOfTheConnectionDoesNotEndASession() {
        fixture().require(Fault.CUT);
        Session session = openElsewhere("tester");
        for (int i = 0; i < 5; i++) {
            fixture().cut(session);
            fixture().restore(session);
            Key key = PARENT.child("round-" + i);
            createOwned(session, key, "x");
        }
        assertThat(session.state().isTerminal()).isFalse();
        assertThat(countChildren(session, PARENT)).isEqualTo(5);
        assertThat(Duration.ofNanos(
                        session.provenUntilNanos() - session.ticker().nanos()))
                .isPositive();
    }
}
