package io.quorate.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.testing.Lane;
import io.quorate.backend.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The world that the model and the recipes' tests run in keeps its own promises. */
class VirtualTimeTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualTime time = new VirtualTime(1);
    private final List<String> events = new ArrayList<>();

    @Test
    void eventsHappenInOrderOfTheirInstantsAndAmongEqualsInOrderOfArrival() {
        time.after(SECOND.multipliedBy(2), () -> events.add("later"));
        time.after(SECOND, () -> events.add("first"));
        time.after(SECOND, () -> events.add("second"));
        time.run();
        assertThat(events).containsExactly("first", "second", "later");
        assertThat(time.ticker().nanos()).isEqualTo(SECOND.multipliedBy(2).toNanos());
    }

    @Test
    void advanceStopsAtTheExactInstant() {
        time.after(SECOND, () -> events.add("due"));
        time.after(SECOND.plusNanos(1), () -> events.add("not due"));
        time.advance(SECOND);
        assertThat(events).containsExactly("due");
        assertThat(time.ticker().nanos()).isEqualTo(SECOND.toNanos());
    }

    @Test
    void closedEventDoesNotHappen() {
        time.after(SECOND, () -> events.add("never")).close();
        time.run();
        assertThat(events).isEmpty();
    }

    @Test
    void awaitReturnsTheResultOrThrowsTheVeryFailure() {
        CompletableFuture<String> result = new CompletableFuture<>();
        time.after(SECOND, () -> result.complete("done"));
        assertThat(time.await(result)).isEqualTo("done");
        IllegalStateException failure = new IllegalStateException("failed");
        assertThatThrownBy(() -> time.await(CompletableFuture.failedFuture(failure)))
                .isSameAs(failure);
    }

    @Test
    void awaitOnAnIdleWorldFailsWithTheSeedAndTheTrace() {
        time.note("something happened");
        assertThatThrownBy(() -> time.await(new CompletableFuture<>()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("nothing is left to happen", "seed 1", "something happened");
    }

    @Test
    void awaitGivesUpWhenTheLimitPasses() {
        repeatForEver();
        assertThatThrownBy(() -> time.await(new CompletableFuture<>()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the limit passed");
    }

    private void repeatForEver() {
        time.after(SECOND, this::repeatForEver);
    }

    @Test
    void anEventCannotWaitForAnotherOne() {
        time.after(SECOND, () -> time.await(new CompletableFuture<>()));
        assertThatIllegalStateException().isThrownBy(time::run).withMessageContaining("block the world");
    }

    @Test
    void anotherThreadIsRefused() {
        CompletableFuture<Void> elsewhere = CompletableFuture.runAsync(() -> time.note("x"), task -> {
            Thread thread = new Thread(task, "stranger");
            thread.start();
        });
        assertThatThrownBy(elsewhere::join).hasMessageContaining("stranger");
    }

    @Test
    void laneKeepsItsOrderWhateverTheJitter() {
        for (int seed = 0; seed < 50; seed++) {
            VirtualTime jittery = new VirtualTime(seed, Duration.ofMillis(50));
            Lane lane = jittery.newLane("lane");
            List<Integer> seen = new ArrayList<>();
            IntStream.range(0, 20).forEach(i -> lane.execute(() -> seen.add(i)));
            jittery.run();
            assertThat(seen)
                    .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
        }
    }

    @Test
    void twoLanesInterleaveDifferentlyUnderDifferentSeeds() {
        assertThat(IntStream.range(0, 20)
                        .mapToObj(VirtualTimeTest::interleaving)
                        .distinct())
                .hasSizeGreaterThan(1);
        assertThat(interleaving(7)).isEqualTo(interleaving(7));
    }

    private static List<String> interleaving(long seed) {
        VirtualTime jittery = new VirtualTime(seed, Duration.ofMillis(50));
        Lane a = jittery.newLane("a");
        Lane b = jittery.newLane("b");
        for (int i = 0; i < 5; i++) {
            a.execute(() -> jittery.note("a"));
            b.execute(() -> jittery.note("b"));
        }
        jittery.run();
        return jittery.trace();
    }

    @Test
    void laneKnowsItsOwnTasks() {
        Lane lane = time.newLane("lane");
        Lane other = time.newLane("other");
        lane.execute(() -> events.add(lane.isOnLane() + " " + other.isOnLane()));
        time.run();
        assertThat(events).containsExactly("true false");
        assertThat(lane.isOnLane()).isFalse();
    }

    @Test
    void pausedLaneRunsNothingAndFiresItsTimersLate() {
        Lane lane = time.newLane("lane");
        lane.schedule(() -> events.add("timer"), SECOND);
        lane.execute(() -> events.add("task"));
        lane.pause(SECOND.multipliedBy(3));
        time.advance(SECOND.multipliedBy(3).minusNanos(1));
        assertThat(events).isEmpty();
        time.advance(Duration.ofNanos(1));
        assertThat(events).containsExactly("task", "timer");
    }

    @Test
    void laneSurvivesATaskThatThrowsAndTheWorldRemembersIt() {
        Lane lane = time.newLane("lane");
        IllegalStateException thrown = new IllegalStateException("on purpose");
        lane.execute(() -> {
            throw thrown;
        });
        lane.execute(() -> events.add("next"));
        time.run();
        assertThat(events).containsExactly("next");
        assertThat(time.uncaught()).containsExactly(thrown);
    }

    @Test
    void cancelledTimerDoesNotFireEvenWhenItIsAlreadyInLine() {
        Lane lane = time.newLane("lane");
        Subscription timer = lane.schedule(() -> events.add("never"), SECOND);
        lane.pause(SECOND.multipliedBy(2));
        time.advance(SECOND);
        timer.close();
        time.run();
        assertThat(events).isEmpty();
    }

    @Test
    void laneThatWasShutDownFinishesWhatItHasAndRefusesTheRest() {
        Lane lane = time.newLane("lane");
        lane.execute(() -> events.add("handed over before"));
        lane.schedule(() -> events.add("not due"), SECOND);
        lane.shutdown();
        assertThatThrownBy(() -> lane.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> lane.schedule(() -> {}, SECOND)).isInstanceOf(RejectedExecutionException.class);
        time.run();
        assertThat(events).containsExactly("handed over before");
        assertThat(lane.isTerminated()).isTrue();
    }
}
