package io.quorate.embedded.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.backend.Key;
import io.quorate.backend.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What the loop hands over to a lane: all of it, in order, and not one by one. */
class LaneOutboxTest {

    private static final int MANY = 64;

    private final SteppedLanes lanes = new SteppedLanes(() -> 0);
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final FrontEnd frontEnd =
            new FrontEnd(List::of, wakeUps::incrementAndGet, () -> 0, lanes, new Random(1), Duration.ofSeconds(1));
    private final Admission.Share share = frontEnd.admission().newShare();
    private final LaneOutbox outbox = new LaneOutbox(frontEnd, lanes.open("lane"), share);
    private final List<Integer> seen = new ArrayList<>();

    @Test
    void fewTasksWaitForTheLoopToComeRound() {
        offer(3);
        assertThat(run()).isEmpty();
        boolean unused = frontEnd.runOnce();
        assertThat(run()).containsExactly(0, 1, 2);
        assertThat(wakeUps).hasValue(1);
    }

    @Test
    void manyTasksAreHandedOverAtOnce() {
        offer(MANY + 1);
        assertThat(run()).hasSize(MANY);
        boolean unused = frontEnd.runOnce();
        assertThat(run()).hasSize(MANY + 1).isSorted();
    }

    @Test
    void tasksOfferedByACommandAreHandedOverInTheSameRound() {
        frontEnd.submit(() -> offer(1));
        boolean unused = frontEnd.runOnce();
        assertThat(run()).containsExactly(0);
    }

    @Test
    void admissionIsGivenBackBeforeTheAnswerIsKnown() {
        Pending<String> operation = new Pending.Reading<>(Read.ANY, Key.of("/a"), tree -> "", Function.identity());
        share.admit(operation);
        outbox.release(operation);
        List<Long> inFlight = new ArrayList<>();
        outbox.offer(() -> inFlight.add(frontEnd.admission().operations()));
        boolean unused = frontEnd.runOnce();
        assertThat(run()).isEmpty();
        assertThat(inFlight).containsExactly(0L);
    }

    @Test
    void admissionIsGivenBackWithoutAnyAnswer() {
        Pending<String> operation = new Pending.Reading<>(Read.ANY, Key.of("/a"), tree -> "", Function.identity());
        share.admit(operation);
        outbox.release(operation);
        boolean unused = frontEnd.runOnce();
        assertThat(frontEnd.admission().operations()).isZero();
    }

    private void offer(int count) {
        for (int i = 0; i < count; i++) {
            int number = i;
            outbox.offer(() -> seen.add(number));
        }
    }

    private List<Integer> run() {
        while (lanes.runOnce()) {
            // Everything that was handed over.
        }
        return seen;
    }
}
