package io.quorate.embedded.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Subscription;
import io.quorate.embedded.session.EventLane;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A lane that stands still loses no task and changes no order. */
class PausableLaneTest {

    /** A lane whose tasks run when the test says so. */
    private static final class Stepped implements EventLane {
        final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        boolean ended;

        void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        @Override
        public String name() {
            return "stepped";
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void offer(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void finish(Runnable task) {
            tasks.add(() -> {
                task.run();
                ended = true;
            });
        }

        @Override
        public Subscription schedule(Runnable task, Duration delay) {
            tasks.add(task);
            return () -> tasks.remove(task);
        }

        @Override
        public boolean isOnLane() {
            return false;
        }

        @Override
        public boolean isAlive() {
            return !ended;
        }

        @Override
        public void join(long millis) {}
    }

    private final Stepped stepped = new Stepped();
    private final PausableLane lane = new PausableLane(stepped);
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void tasksWhoseTurnComesInAPauseRunAfterwardsInTheirOrder() {
        lane.execute(() -> ran.add(1));
        stepped.run();
        lane.pause();
        lane.offer(() -> ran.add(2));
        lane.schedule(() -> ran.add(3), Duration.ZERO);
        stepped.run();
        assertThat(ran).containsExactly(1);

        lane.execute(() -> ran.add(4));
        lane.resume();
        stepped.run();

        assertThat(ran).containsExactly(1, 2, 3, 4);
    }

    @Test
    void timerThatIsCancelledInAPauseDoesNotRun() {
        lane.pause();
        Subscription timer = lane.schedule(() -> ran.add(1), Duration.ZERO);
        stepped.run();
        timer.close();
        lane.resume();
        stepped.run();
        assertThat(ran).isEmpty();
    }

    @Test
    void taskThatThrowsHoldsUpNoOther() {
        lane.pause();
        lane.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        lane.execute(() -> ran.add(1));
        stepped.run();
        lane.resume();

        assertThatThrownBy(stepped::run).hasMessage("on purpose");
        stepped.run();

        assertThat(ran).containsExactly(1);
    }

    @Test
    void laneEndsBehindWhatWasHeldUp() {
        lane.pause();
        lane.execute(() -> ran.add(1));
        lane.finish(() -> ran.add(2));
        stepped.run();
        assertThat(lane.isAlive()).isTrue();

        lane.resume();
        stepped.run();

        assertThat(ran).containsExactly(1, 2);
        assertThat(lane.isAlive()).isFalse();
    }
}
