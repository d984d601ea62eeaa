package io.quorate.breaker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.BackendView;
import io.quorate.backend.Commit;
import io.quorate.backend.Content;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.KeyExistsException;
import io.quorate.backend.OutcomeUnknownException;
import io.quorate.backend.QuorateException.Outcome;
import io.quorate.backend.Read;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionClosedException;
import io.quorate.backend.SessionState;
import io.quorate.backend.Ticket;
import io.quorate.backend.testing.ModelFixture;
import io.quorate.backend.testing.ServiceState;
import io.quorate.event.BreakerEvent;
import io.quorate.event.QuorateListener;
import io.quorate.lock.LockLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a guarded backend refuses, what it never refuses, and how it comes back. */
final class GuardedBackendTest {

    private static final Key KEY = Key.of("/orders/1");
    private static final Key QUEUE = Key.of("/queue");
    private static final GuardedBackendConfig CONFIG =
            GuardedBackendConfig.defaults().withName("store");
    private static final Duration SLOW = CONFIG.slowThreshold();
    private static final Duration LOOK = CONFIG.describeInterval();
    private static final Duration OPEN = CONFIG.openDuration();

    private final ModelFixture model = new ModelFixture(1, Duration.ZERO);
    private final TamperedBackend backend = new TamperedBackend(model.backend());
    private final GuardedBackend guard =
            GuardedBackend.around(backend, CONFIG, model.time().ticker());

    @AfterEach
    void closeAndFindNothingLeft() {
        guard.close();
        model.close();
        model.time().run();
        assertThat(model.audit()).isEqualTo(ServiceState.NOTHING);
        assertThat(model.clientThreads()).isEmpty();
        assertThat(model.time().uncaught()).isEmpty();
    }

    // ---------------------------------------------------------------- opening

    @Test
    void enoughFailuresOpenIt() {
        Session session = open();
        backend.answerWith(GuardedBackendTest::unavailable);
        readTimes(session, 19);
        assertThat(state()).isEqualTo(BreakerState.CLOSED);

        readTimes(session, 1);

        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(guard.view().reason()).isEqualTo("of 20 operations 20 failed and 0 were slow");
    }

    @Test
    void fewFailuresAmongManySuccessesDoNotOpenIt() {
        Session session = open();
        readTimes(session, 30);
        pass(Duration.ofMillis(500));
        backend.answerWith(GuardedBackendTest::unavailable);

        readTimes(session, 29);
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        readTimes(session, 1);
        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void failuresThatAreOlderThanTheWindowDoNotCount() {
        Session session = open();
        backend.answerWith(GuardedBackendTest::unavailable);
        readTimes(session, 19);
        pass(CONFIG.rollingWindow());

        readTimes(session, 19);

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        assertThat(guard.view().window()).isEqualTo(new CallCounts(19, 19, 0));
    }

    @Test
    void operationsThatAnswerTooLateOpenIt() {
        Session session = open();
        backend.answerWith(() -> answerAfter(SLOW));
        readTimes(session, 20);
        pass(SLOW.minusMillis(1));
        assertThat(state()).isEqualTo(BreakerState.CLOSED);

        pass(Duration.ofMillis(1));

        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(guard.view().reason()).isEqualTo("of 20 operations 0 failed and 20 were slow");
    }

    @Test
    void operationsThatAreNotAnsweredAtAllOpenIt() {
        Session session = open();
        backend.answerWith(CompletableFuture::new);
        readTimes(session, 20);

        pass(LOOK);

        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void refusalsThatSayNothingAboutTheBackendDoNotOpenIt() {
        Session session = open();
        await(session.commit(Commit.builder().create(KEY, null).build()));
        for (int i = 0; i < 40; i++) {
            CompletableFuture<?> commit =
                    session.commit(Commit.builder().create(KEY, null).build());
            assertThatThrownBy(() -> await(commit)).isInstanceOf(KeyExistsException.class);
        }
        for (int i = 0; i < 100; i++) {
            session.get(KEY, Read.LATEST).cancel(false);
        }

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        assertThat(guard.view().window()).isEqualTo(new CallCounts(41, 0, 0));
    }

    @Test
    void twoLooksThatFindTooFewMembersServingOpenIt() {
        open();
        backend.describeAs(view -> members(1, 2));
        pass(LOOK.plusSeconds(1));
        assertThat(state()).isEqualTo(BreakerState.CLOSED);

        pass(LOOK);

        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(guard.view().reason()).isEqualTo("1 of 3 members serve, 2 are needed");
        assertThat(guard.view().members()).contains(members(1, 2));
    }

    @Test
    void oneLookDuringAnElectionDoesNotOpenIt() {
        open();
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            backend.describeAs(view -> members(0, 3));
            pass(LOOK);
            backend.describeAs(view -> members(2, 1));
            pass(LOOK);
        }

        assertThat(guard.view().epoch()).isZero();
    }

    // ---------------------------------------------------------------- while it is open

    @Test
    void operationsAreRefusedAtOnceAndSayWhenToTryAgain() {
        Session session = open();
        fail(session);
        int before = backend.reached().size();
        pass(Duration.ofMillis(500));

        List<CompletableFuture<?>> refused = List.of(
                session.get(KEY, Read.ANY),
                session.list(KEY, Content.KEYS, Read.ANY),
                session.snapshot(KEY),
                session.commit(Commit.builder().create(KEY, null).build()),
                session.enqueue(QUEUE, "w", null),
                session.enqueueAll(List.of(QUEUE), "w", null));

        assertThat(refused).allSatisfy(future -> {
            assertThat(future).isCompletedExceptionally();
            assertThatThrownBy(() -> await(future))
                    .isInstanceOfSatisfying(BackendUnavailableException.class, refusal -> {
                        assertThat(refusal.retryAfter()).contains(OPEN.minusMillis(500));
                        assertThat(refusal.outcome()).isEqualTo(Outcome.DID_NOT_HAPPEN);
                        assertThat(refusal)
                                .hasMessageContaining("'store' is OPEN")
                                .hasMessageContaining("1500 ms");
                    });
        });
        assertThat(backend.reached()).hasSize(before);
        assertThat(guard.view().refused()).isEqualTo(6);
        assertThat(model.audit().sessionEntries()).isZero();
    }

    @Test
    void sessionsAreOpenedRenewedWatchedAndClosedWhileItIsOpen() {
        Session session = open();
        Ticket ticket = await(session.enqueue(QUEUE, "w", null));
        Session outside = model.await(model.newBackend().open(model.options("outside")));
        keepOpen(session);
        long refused = guard.view().refused();

        pass(model.sessionTimeout().multipliedBy(5));
        assertThat(session.state()).isEqualTo(SessionState.CONNECTED);
        assertThat(session.provenUntilNanos()).isGreaterThan(session.ticker().nanos());
        List<Long> batches = new ArrayList<>();
        session.watch(KEY, Scope.ENTRY, batch -> batches.add(batch.revision()));
        model.eventually(() -> batches.size() == 1, "the watch begins");
        await(outside.commit(Commit.builder().create(KEY, null).build()));
        model.eventually(() -> batches.size() == 2, "the watch tells of the commit");
        await(session.dequeue(ticket));
        await(outside.commit(Commit.builder().delete(KEY).build()));
        Session late = open();
        await(late.closeAsync());
        await(session.closeAsync());

        assertThat(state()).isNotEqualTo(BreakerState.CLOSED);
        assertThat(guard.view().refused()).isEqualTo(refused);
    }

    @Test
    void queueIsReadWhileItIsOpenByWhoHasATicketInIt() {
        Session session = open();
        Ticket ticket = await(session.enqueue(QUEUE, "w", null));
        Ticket second = await(session.enqueueAll(List.of(QUEUE), "w", null)).get(0);
        keepOpen(session);

        assertThat(await(session.get(ticket.key(), Read.LATEST))).isPresent();
        await(session.dequeue(ticket));
        assertThat(await(session.list(QUEUE, Content.KEYS, Read.LATEST)).keys()).containsExactly(second.key());
        await(session.dequeue(second));

        assertThat(session.get(second.key(), Read.LATEST)).isCompletedExceptionally();
        assertThat(session.list(QUEUE, Content.KEYS, Read.LATEST)).isCompletedExceptionally();
    }

    @Test
    void whoWaitsInLineIsServedWhileItIsOpen() {
        Quorate outside = client(Quorate.openAsync(model.newBackend(), options()));
        Quorate inside = client(Quorate.openAsync(guard, options()));
        LockLease held = await(outside.lock("orders").acquireAsync());
        CompletableFuture<LockLease> between = outside.lock("orders").acquireAsync();
        pass(Duration.ofSeconds(1));
        CompletableFuture<LockLease> next = inside.lock("orders").acquireAsync();
        pass(Duration.ofSeconds(1));
        keepOpenByDescription();
        assertThatThrownBy(() -> await(inside.lock("others").acquireAsync()))
                .isInstanceOf(BackendUnavailableException.class);

        // Who waits last watches the one in between alone, and has to read the queue to learn that the first has left
        // too.
        held.close();
        await(between).close();

        LockLease lease = await(next);
        assertThat(lease.isHeld()).isTrue();
        pass(model.sessionTimeout().multipliedBy(3));
        assertThat(lease.isHeld()).isTrue();
        lease.close();
        assertThat(await(outside.lock("orders").acquireAsync()).isHeld()).isTrue();
        await(outside.closeAsync());
        await(inside.closeAsync());
    }

    @Test
    void sessionThatHasEndedAnswersForItself() {
        Session session = open();
        Session other = open();
        await(session.closeAsync());
        fail(other);
        backend.answerWith(null);

        assertThatThrownBy(() -> await(session.get(KEY, Read.ANY))).isInstanceOf(SessionClosedException.class);
    }

    // ---------------------------------------------------------------- closing

    @Test
    void probeThatSucceedsClosesItWithoutAnyOperationOfTheUser() {
        Session session = open();
        fail(session);
        backend.answerWith(null);
        pass(OPEN.minusMillis(1));
        assertThat(state()).isEqualTo(BreakerState.OPEN);

        pass(Duration.ofSeconds(1));

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        assertThat(guard.view().epoch()).isEqualTo(3);
        assertThat(guard.view().window()).isEqualTo(CallCounts.NONE);
        assertThat(await(session.get(KEY, Read.LATEST))).isEmpty();
    }

    @Test
    void probesThatFailAreFurtherAndFurtherApart() {
        Session session = open();
        List<Duration> opened = openings();
        fail(session);

        pass(Duration.ofMinutes(3));

        List<Duration> pauses = new ArrayList<>();
        for (int i = 1; i < opened.size(); i++) {
            pauses.add(Duration.ofSeconds(opened.get(i).minus(opened.get(i - 1)).toSeconds()));
        }
        assertThat(pauses.stream().map(Duration::toSeconds)).startsWith(2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void probeThatIsNotAnsweredInTimeFails() {
        Session session = open();
        fail(session);
        backend.answerWith(CompletableFuture::new);

        pass(OPEN.plusSeconds(1));
        assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(session.get(KEY, Read.ANY)).isCompletedExceptionally();
        pass(SLOW);

        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(guard.view().reason()).isEqualTo("the probe was not answered in time");
    }

    @Test
    void membersThatDoNotServeFailAProbe() {
        Session session = open();
        fail(session);
        backend.answerWith(null);
        backend.describeAs(view -> members(1, 2));
        int before = backend.reached().size();

        pass(OPEN.plusSeconds(1));

        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(backend.reached()).hasSize(before);
    }

    @Test
    void refusedOperationHasAnOverdueProbeMadeWhenTheLaneIsBusy() {
        Session session = open();
        fail(session);
        backend.answerWith(null);
        Session other = model.await(model.newBackend().open(model.options("other")));
        model.pause(realOf(session), Duration.ofMinutes(1));
        pass(OPEN.plusSeconds(1));
        assertThat(state()).isEqualTo(BreakerState.OPEN);

        CompletableFuture<Optional<Entry>> refused = session.get(KEY, Read.ANY);

        assertThat(refused).isCompletedExceptionally();
        assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(other.state()).isEqualTo(SessionState.CONNECTED);
    }

    @Test
    void anotherSessionTakesOverWhenTheOneThatTellsTheTimeEnds() {
        Session first = open();
        Session second = open();
        fail(second);
        backend.answerWith(null);
        await(first.closeAsync());

        pass(OPEN.plusSeconds(1));

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void probeIsMadeOnceThereIsASessionAgain() {
        Session session = open();
        fail(session);
        backend.answerWith(null);
        await(session.closeAsync());
        pass(OPEN.multipliedBy(5));
        assertThat(state()).isEqualTo(BreakerState.OPEN);

        open();
        pass(Duration.ofSeconds(1));

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    // ---------------------------------------------------------------- telling

    @Test
    void listenerIsToldEachChangeInOrder() {
        Session session = open();
        List<BreakerEvent> told = new ArrayList<>();
        QuorateListener listener = new QuorateListener() {
            @Override
            public void onBreaker(BreakerEvent event) {
                told.add(event);
            }
        };
        guard.onChange(listener::onBreaker, Runnable::run);
        fail(session);
        backend.answerWith(null);
        pass(OPEN.plusSeconds(1));

        assertThat(told)
                .extracting("family", "from", "to", "epoch")
                .containsExactly(
                        tuple("store", "CLOSED", "OPEN", 1L),
                        tuple("store", "OPEN", "HALF_OPEN", 2L),
                        tuple("store", "HALF_OPEN", "CLOSED", 3L));
    }

    @Test
    void operationsThatTheCloseEndsDoNotOpenIt() {
        Session session = open();
        List<CompletableFuture<Object>> pending = new ArrayList<>();
        backend.answerWith(() -> {
            CompletableFuture<Object> answer = new CompletableFuture<>();
            pending.add(answer);
            return answer;
        });
        readTimes(session, 20);

        guard.close();
        pending.forEach(answer -> answer.completeExceptionally(new OutcomeUnknownException("closed", null)));

        assertThat(pending).hasSize(20);
        assertThat(guard.view().epoch()).isZero();
    }

    @Test
    void nothingIsDoneAfterTheClose() {
        Session session = open();
        fail(session);
        guard.close();
        int before = backend.reached().size();

        model.time().run();

        assertThat(backend.reached()).hasSize(before);
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThatThrownBy(() -> guard.open(model.options("late"))).isInstanceOf(IllegalStateException.class);
    }

    // ---------------------------------------------------------------- helpers

    private Session open() {
        return await(guard.open(model.options("tester")));
    }

    private QuorateOptions options() {
        return QuorateOptions.defaults()
                .withSessionTimeout(model.sessionTimeout())
                .withCallbackExecutor(Runnable::run);
    }

    private Quorate client(CompletableFuture<Quorate> opening) {
        return await(opening);
    }

    private Session realOf(Session session) {
        Session real = backend.real(session);
        assertThat(real).isNotNull();
        return requireNonNull(real);
    }

    private BreakerState state() {
        return guard.view().state();
    }

    private void readTimes(Session session, int times) {
        for (int i = 0; i < times; i++) {
            CompletableFuture<?> unused = session.get(KEY, Read.LATEST);
        }
    }

    /** Has operations fail until the guard opens. */
    private void fail(Session session) {
        backend.answerWith(GuardedBackendTest::unavailable);
        readTimes(session, CONFIG.requestVolumeThreshold());
        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    private void keepOpen(Session session) {
        backend.describeAs(view -> members(0, 3));
        fail(session);
        backend.answerWith(null);
    }

    private void keepOpenByDescription() {
        backend.describeAs(view -> members(0, 3));
        pass(LOOK.multipliedBy(2));
        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    private List<Duration> openings() {
        List<Duration> opened = new ArrayList<>();
        guard.onChange(
                event -> {
                    if (event.to().equals("OPEN")) {
                        opened.add(Duration.ofNanos(model.time().ticker().nanos()));
                    }
                },
                Runnable::run);
        return opened;
    }

    private void pass(Duration duration) {
        model.time().advance(duration);
    }

    private <T> T await(CompletableFuture<T> future) {
        return model.await(future);
    }

    private static CompletableFuture<?> unavailable() {
        return CompletableFuture.failedFuture(new BackendUnavailableException("tampered with", null));
    }

    private CompletableFuture<?> answerAfter(Duration delay) {
        CompletableFuture<Optional<Entry>> answer = new CompletableFuture<>();
        model.time().after(delay, () -> answer.complete(Optional.empty()));
        return answer;
    }

    private static BackendView members(int serving, int lost) {
        List<BackendView.Member> members = new ArrayList<>();
        for (int i = 0; i < serving + lost; i++) {
            members.add(new BackendView.Member(
                    "member-" + i,
                    i >= serving
                            ? BackendView.Role.UNREACHABLE
                            : i == 0 ? BackendView.Role.LEADER : BackendView.Role.FOLLOWER,
                    OptionalLong.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty()));
        }
        return new BackendView("model", serving > 0, members);
    }
}
