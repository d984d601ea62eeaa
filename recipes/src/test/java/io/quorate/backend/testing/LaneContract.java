package io.quorate.backend.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Commit;
import io.quorate.backend.Read;
import io.quorate.backend.Scheduler;
import io.quorate.backend.Scope;
import io.quorate.backend.Session;
import io.quorate.backend.SessionState;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The event lane: one thing at a time, in order, until the session has ended. */
interface LaneContract extends ContractWorld {

    @Test
    default void resultsBatchesAndStatesArriveOnTheLane() {
        Session session = open();
        Scheduler lane = session.scheduler();
        Queue<String> elsewhere = new ConcurrentLinkedQueue<>();
        session.onState(state -> noteUnlessOn(lane, "state", elsewhere));
        session.watch(A, Scope.ENTRY, batch -> noteUnlessOn(lane, "batch", elsewhere));
        // Issued on the lane, so that no operation can be done before its dependent is there.
        CompletableFuture<List<CompletableFuture<?>>> issued = new CompletableFuture<>();
        lane.execute(() -> issued.complete(List.of(
                session.commit(Commit.builder().create(A, null).build())
                        .thenRun(() -> noteUnlessOn(lane, "commit", elsewhere)),
                session.get(A, Read.LATEST).thenRun(() -> noteUnlessOn(lane, "get", elsewhere)),
                session.snapshot(A).thenRun(() -> noteUnlessOn(lane, "snapshot", elsewhere)),
                session.enqueue(QUEUE, "w", null).thenRun(() -> noteUnlessOn(lane, "enqueue", elsewhere)),
                session.commit(Commit.builder().create(A, null).build()).handle((result, failure) -> {
                    noteUnlessOn(lane, "failure", elsewhere);
                    return null;
                }))));
        List<CompletableFuture<?>> dependents = await(issued);
        dependents.forEach(this::await);
        CompletableFuture<CompletableFuture<?>> closing = new CompletableFuture<>();
        lane.execute(
                () -> closing.complete(session.closeAsync().thenRun(() -> noteUnlessOn(lane, "close", elsewhere))));
        CompletableFuture<?> end = await(closing);
        await(end);
        assertThat(elsewhere).isEmpty();
    }

    private static void noteUnlessOn(Scheduler lane, String what, Queue<String> elsewhere) {
        if (!lane.isOnLane()) {
            elsewhere.add(what);
        }
    }

    @Test
    default void openCompletesOnTheLane() {
        CompletableFuture<Boolean> onLane = fixture()
                .backend()
                .open(fixture().options("tester"))
                .thenApply(session -> session.scheduler().isOnLane());
        // Whoever adds a dependent may do so after the completion, which then runs it: only an earlier one tells.
        if (fixture().virtualTime().isPresent()) {
            assertThat(await(onLane)).isTrue();
        } else {
            await(onLane);
        }
    }

    @Test
    default void tasksRunOneAtATimeInOrder() {
        Scheduler lane = open().scheduler();
        Queue<Integer> seen = new ConcurrentLinkedQueue<>();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CompletableFuture<Void> last = new CompletableFuture<>();
        IntStream.range(0, 100)
                .forEach(i -> lane.execute(() -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    seen.add(i);
                    running.decrementAndGet();
                }));
        lane.execute(() -> last.complete(null));
        await(last);
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
        assertThat(most).hasValue(1);
    }

    @Test
    default void tasksFromSeveralThreadsRunOneAtATime() {
        Scheduler lane = open().scheduler();
        int[] counter = new int[1];
        Runnable hundred = () -> IntStream.range(0, 100).forEach(i -> lane.execute(() -> counter[0]++));
        fixture().concurrently(List.of(hundred, hundred, hundred));
        CompletableFuture<Integer> result = new CompletableFuture<>();
        lane.execute(() -> result.complete(counter[0]));
        assertThat(await(result)).isEqualTo(300);
    }

    /** Whoever is refused turns to the next session, and would go round in circles if this one still looked open. */
    @Test
    @Guarantee(10)
    default void laneRefusesNobodyBeforeTheEndOfItsSessionIsSeen() {
        fixture().require(Fault.EXPIRE);
        Session session = open();
        Ticket ticket = enqueue(session);
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Queue<SessionState> refused = new ConcurrentLinkedQueue<>();
        session.watch(ticket.key(), Scope.ENTRY, batch -> {
            begun.complete(null);
            try {
                session.scheduler().execute(() -> {});
            } catch (RejectedExecutionException e) {
                refused.add(session.state());
            }
        });
        await(begun);
        fixture().expire(session);
        eventually(() -> session.state() == SessionState.EXPIRED, "the expiry is seen");
        assertThat(refused).allMatch(SessionState::isTerminal);
    }

    @Test
    default void taskThatIsHandedOverByATaskRunsAfterIt() {
        Scheduler lane = open().scheduler();
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> last = new CompletableFuture<>();
        lane.execute(() -> {
            lane.execute(() -> {
                seen.add("inner");
                last.complete(null);
            });
            seen.add("outer");
        });
        await(last);
        assertThat(seen).containsExactly("outer", "inner");
    }

    @Test
    default void laneKnowsWhoIsOnIt() {
        Scheduler one = open("one").scheduler();
        Scheduler two = open("two").scheduler();
        assertThat(one.isOnLane()).isFalse();
        CompletableFuture<List<Boolean>> seen = new CompletableFuture<>();
        one.execute(() -> seen.complete(List.of(one.isOnLane(), two.isOnLane())));
        assertThat(await(seen)).containsExactly(true, false);
        CompletableFuture<Boolean> timed = new CompletableFuture<>();
        one.schedule(() -> timed.complete(one.isOnLane()), Duration.ofMillis(1));
        assertThat(await(timed)).isTrue();
    }

    @Test
    default void delayedTaskRunsNoEarlierThanItsDelay() {
        Session session = open();
        Scheduler lane = session.scheduler();
        Duration delay = Duration.ofMillis(30);
        AtomicLong ranAt = new AtomicLong();
        CompletableFuture<Void> done = new CompletableFuture<>();
        long before = session.ticker().nanos();
        lane.schedule(
                () -> {
                    ranAt.set(session.ticker().nanos());
                    done.complete(null);
                },
                delay);
        await(done);
        assertThat(ranAt.get() - before).isGreaterThanOrEqualTo(delay.toNanos());
    }

    @Test
    default void delayedTaskWithoutDelayRuns() {
        Scheduler lane = open().scheduler();
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane.schedule(() -> done.complete(null), Duration.ZERO);
        await(done);
    }

    @Test
    default void cancelledTaskDoesNotRun() {
        Scheduler lane = open().scheduler();
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Subscription timer = lane.schedule(() -> seen.add("cancelled"), Duration.ofMillis(20));
        CompletableFuture<Void> later = new CompletableFuture<>();
        timer.close();
        timer.close();
        lane.schedule(() -> later.complete(null), Duration.ofMillis(60));
        await(later);
        assertThat(seen).isEmpty();
    }

    @Test
    default void taskThatThrowsHurtsNoOther() {
        Session session = open();
        CompletableFuture<Void> next = new CompletableFuture<>();
        session.scheduler().execute(() -> {
            throw new IllegalStateException("this task throws, on purpose");
        });
        session.scheduler().execute(() -> next.complete(null));
        await(next);
        create(session, A, "a");
    }

    @Test
    default void dependentThatThrowsHurtsNoOther() {
        Session session = open();
        CompletableFuture<?> throwing = session.get(A, Read.LATEST).thenRun(() -> {
            throw new IllegalStateException("this dependent throws, on purpose");
        });
        failure(IllegalStateException.class, throwing);
        create(session, A, "a");
    }

    @Test
    @Guarantee(11)
    default void laneTakesNoTasksAfterTheEnd() {
        Session session = open();
        Scheduler lane = session.scheduler();
        await(session.closeAsync());
        assertThatThrownBy(() -> lane.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> lane.schedule(() -> {}, Duration.ofMillis(1)))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    @Guarantee(11)
    default void closeCompletesAsTheLastTaskOfTheLane() {
        Session session = open();
        Scheduler lane = session.scheduler();
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        session.onState(state -> {
            seen.add("state");
            lane.execute(() -> seen.add("task of the state listener"));
        });
        lane.schedule(() -> seen.add("not due"), Duration.ofHours(1));
        // Both on the lane, so that the session cannot have ended before the task is handed over.
        CompletableFuture<CompletableFuture<?>> closing = new CompletableFuture<>();
        lane.execute(() -> {
            CompletableFuture<?> end = session.closeAsync().thenRun(() -> seen.add("end"));
            lane.execute(() -> seen.add("task"));
            closing.complete(end);
        });
        await(await(closing));
        // When the state is told is the backend's to choose, as long as that is before anybody else can see the end.
        assertThat(seen)
                .containsExactlyInAnyOrder("task", "state", "task of the state listener", "end")
                .containsSubsequence("state", "task of the state listener")
                .endsWith("end");
    }

    @Test
    default void delayMustNotBeNegative() {
        Scheduler lane = open().scheduler();
        assertThatThrownBy(() -> lane.schedule(() -> {}, Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
