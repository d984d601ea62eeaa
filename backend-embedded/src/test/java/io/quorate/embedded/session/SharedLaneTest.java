package io.quorate.embedded.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Ticker;
import io.quorate.embedded.member.EnsembleLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SharedLaneTest {

    private static final Duration LONG = Duration.ofSeconds(50);

    /** A loop that only serves the timers. */
    private final class Timers implements EnsembleLoop.Work {
        @Override
        public boolean runOnce() {
            return threads.runTimers();
        }

        @Override
        public void tick() {
            threads.tick();
        }

        @Override
        public long nanosToTimer() {
            return threads.nanosToTimer();
        }

        @Override
        public boolean isDone() {
            return over.get();
        }
    }

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong jumped = new AtomicLong();
    private final Ticker ticker = () -> Ticker.system().nanos() + jumped.get();
    private final EnsembleLoop loop =
            new EnsembleLoop("lane-test-loop", new Timers(), TimeUnit.MILLISECONDS.toNanos(5), ticker::nanos);
    private final LaneThreads threads = new LaneThreads(ticker, loop, 1);
    private final EventLane lane = threads.open("lane");

    @BeforeEach
    void startLoop() {
        loop.start();
    }

    @AfterEach
    void stopLoop() throws InterruptedException {
        over.set(true);
        loop.wakeUp();
        loop.join(10_000);
        threads.close(10_000);
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(50, TimeUnit.SECONDS).join();
    }

    @Test
    void callerThatWaitsRunsTheTasksItself() {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        AtomicBoolean wasOnLane = new AtomicBoolean();
        CompletableFuture<Thread> carried = lane.carry(
                () -> {
                    lane.execute(() -> {
                        wasOnLane.set(lane.isOnLane());
                        ran.complete(Thread.currentThread());
                    });
                    assertThat(ran)
                            .as("no task runs inside the call that hands it over")
                            .isNotDone();
                    return ran;
                },
                LONG);

        assertThat(carried).isCompletedWithValue(Thread.currentThread());
        assertThat(wasOnLane).isTrue();
        assertThat(lane.isOnLane()).isFalse();
    }

    @Test
    void parkedCallerIsWokenForTasksOfOthers() {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        Thread waiting = Thread.currentThread();
        Thread other = new Thread(() -> {
            awaitParked(waiting);
            lane.execute(() -> ran.complete(Thread.currentThread()));
        });
        other.start();

        lane.carry(() -> ran, LONG);

        assertThat(ran).isCompletedWithValue(waiting);
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void parkedCallerIsWokenWhenOthersCompleteItsOperation() {
        CompletableFuture<String> operation = new CompletableFuture<>();
        Thread waiting = Thread.currentThread();
        Thread other = new Thread(() -> {
            awaitParked(waiting);
            operation.complete("by another thread");
        });
        other.start();

        assertThat(lane.carry(() -> operation, LONG)).isCompletedWithValue("by another thread");
    }

    private void letAMomentPass() {
        jumped.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Test
    void carrierThatLeavesDoesTheRestItselfIfThatIsLittle() {
        CompletableFuture<Thread> first = new CompletableFuture<>();
        CompletableFuture<Thread> second = new CompletableFuture<>();
        lane.carry(
                () -> {
                    lane.execute(() -> first.complete(Thread.currentThread()));
                    lane.execute(() -> second.complete(Thread.currentThread()));
                    return first;
                },
                LONG);

        assertThat(first).isCompletedWithValue(Thread.currentThread());
        assertThat(second).isCompletedWithValue(Thread.currentThread());
    }

    @Test
    void carrierThatLeavesHandsTheRestOver() {
        CompletableFuture<Thread> first = new CompletableFuture<>();
        CompletableFuture<Thread> second = new CompletableFuture<>();
        lane.carry(
                () -> {
                    lane.execute(() -> first.complete(Thread.currentThread()));
                    lane.execute(this::letAMomentPass);
                    lane.execute(() -> second.complete(Thread.currentThread()));
                    return first;
                },
                LONG);

        assertThat(first).isCompletedWithValue(Thread.currentThread());
        assertThat(get(second)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void carrierThatLeavesWakesAnotherOne() throws InterruptedException {
        CompletableFuture<Thread> rest = new CompletableFuture<>();
        CountDownLatch entered = new CountDownLatch(1);
        AtomicReference<CompletableFuture<Thread>> seen = new AtomicReference<>();
        Thread other = new Thread(() -> seen.set(lane.carry(
                () -> {
                    entered.countDown();
                    return rest;
                },
                LONG)));
        other.start();
        entered.await();
        awaitParked(other);

        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        lane.carry(
                () -> {
                    lane.execute(() -> mine.complete(true));
                    lane.execute(this::letAMomentPass);
                    lane.execute(() -> rest.complete(Thread.currentThread()));
                    return mine;
                },
                LONG);

        assertThat(get(rest)).isEqualTo(other);
        other.join();
    }

    @Test
    void callerLeavesWhenItsTimeIsOverOrItIsInterrupted() {
        CompletableFuture<String> never = new CompletableFuture<>();
        assertThat(lane.carry(() -> never, Duration.ofMillis(1))).isNotDone();
        assertThat(lane.carry(() -> never, Duration.ZERO)).isNotDone();

        Thread.currentThread().interrupt();
        assertThat(lane.carry(() -> never, LONG)).isNotDone();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void callerWhoseOperationFailsToBeginLeavesNothingBehind() {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        assertThatThrownBy(() -> lane.carry(
                        () -> {
                            lane.execute(() -> ran.complete(Thread.currentThread()));
                            throw new IllegalStateException("on purpose");
                        },
                        LONG))
                .isInstanceOf(IllegalStateException.class);

        assertThat(ran).isCompletedWithValue(Thread.currentThread());
        CompletableFuture<Thread> later = new CompletableFuture<>();
        lane.execute(() -> later.complete(Thread.currentThread()));
        assertThat(get(later)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void tasksRunOneAtATimeAndInOrderWhoeverCarries() throws InterruptedException {
        int clients = 4;
        int rounds = 2_000;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        List<List<Integer>> orders = new ArrayList<>();
        List<Thread> callers = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            boolean carries = client % 2 == 0;
            List<Integer> order = new ArrayList<>();
            orders.add(order);
            callers.add(new Thread(() -> {
                for (int round = 0; round < rounds; round++) {
                    int number = round;
                    CompletableFuture<Boolean> done = new CompletableFuture<>();
                    Runnable task = () -> {
                        if (running.getAndIncrement() != 0 || !lane.isOnLane()) {
                            overlaps.incrementAndGet();
                        }
                        order.add(number);
                        running.decrementAndGet();
                        done.complete(true);
                    };
                    if (carries) {
                        lane.carry(
                                () -> {
                                    lane.execute(task);
                                    return done;
                                },
                                LONG);
                    } else {
                        lane.execute(task);
                    }
                    get(done);
                }
            }));
        }
        callers.forEach(Thread::start);
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(overlaps).hasValue(0);
        assertThat(orders).allSatisfy(order -> assertThat(order).hasSize(rounds).isSorted());
    }

    @Test
    void laneThatIsHeldUpHoldsUpNoOther() {
        CountDownLatch release = new CountDownLatch(1);
        EventLane blocked = threads.open("blocked");
        CompletableFuture<Boolean> blocking = new CompletableFuture<>();
        blocked.execute(() -> {
            blocking.complete(true);
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        get(blocking);

        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        lane.execute(() -> ran.complete(true));

        assertThat(get(ran)).isTrue();
        release.countDown();
    }

    @Test
    void laneThatATaskWaitsForGetsAThreadOfItsOwn() {
        EventLane other = threads.open("other");
        CompletableFuture<String> asked = new CompletableFuture<>();
        lane.execute(() -> {
            CompletableFuture<String> answered = new CompletableFuture<>();
            other.execute(() -> answered.complete("answer"));
            asked.complete(get(answered));
        });
        assertThat(get(asked)).isEqualTo("answer");
    }

    @Test
    void timerRunsOnTheLaneUnlessItIsCancelled() {
        AtomicBoolean cancelledRan = new AtomicBoolean();
        CompletableFuture<Boolean> onLane = new CompletableFuture<>();
        lane.schedule(() -> cancelledRan.set(true), Duration.ofMillis(1)).close();
        lane.schedule(() -> onLane.complete(lane.isOnLane()), Duration.ofMillis(2));

        assertThat(get(onLane)).isTrue();
        assertThat(cancelledRan).isFalse();
    }

    @Test
    void finishedLaneRunsWhatItTookAndTakesNoMore() throws InterruptedException {
        List<String> ran = new ArrayList<>();
        lane.execute(() -> ran.add("before"));
        lane.finish(() -> ran.add("last"));
        lane.offer(() -> ran.add("after"));

        lane.join(50_000);
        assertThat(lane.isAlive()).isFalse();
        assertThat(ran).containsExactly("before", "last");
        assertThatThrownBy(() -> lane.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> lane.schedule(() -> {}, Duration.ZERO)).isInstanceOf(RejectedExecutionException.class);
    }
}
