package io.quorate.embedded.sim;

import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.session.EventLane;
import io.quorate.embedded.session.LaneTimers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The event lanes of one simulated client: tasks run when the client is scheduled, some time after they were handed over. */
final class SimLanes implements EventLane.Factory {

    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final Runnable onReady;
    private final Ticker clock;
    private final LaneTimers timers;
    private final RuntimeFlaw flaw;
    private IntUnaryOperator choice = lanes -> 0;
    private long tasks;
    private @Nullable Lane running;

    /** Creates no lane yet; {@code onReady} runs when a task was handed over, {@code onTimer} when a timer is the next. */
    SimLanes(RuntimeFlaw flaw, Ticker clock, Runnable onReady, Runnable onTimer) {
        this.flaw = flaw;
        this.onReady = onReady;
        this.clock = clock;
        this.timers = new LaneTimers(clock, due -> onTimer.run());
    }

    /**
     * Has lanes run beside each other, as threads do: a function that is told how many tasks are ready says which one is next. Those of
     * one lane keep their order all the same.
     */
    void interleave(IntUnaryOperator next) {
        choice = next;
    }

    /** Hands the tasks whose time has come over to their lanes; returns whether there were any. */
    boolean runTimers() {
        return timers.run();
    }

    /** Returns in how many nanoseconds a timer is due, {@link Long#MAX_VALUE} if there is none. */
    long nanosToTimer() {
        return timers.nanosToFirst();
    }

    @Override
    public EventLane open(String name) {
        return new Lane(name);
    }

    /** Runs the next task; returns whether there was any. */
    boolean runNext() {
        if (ready.isEmpty()) {
            return false;
        }
        Lane next = takeReady(choice.applyAsInt(ready.size()));
        running = next;
        try {
            boolean strikes = ++tasks % 20 == 0;
            Runnable task = strikes && flaw == RuntimeFlaw.LANE_OUT_OF_ORDER
                    ? next.tasks.removeLast()
                    : next.tasks.removeFirst();
            if (!strikes || flaw != RuntimeFlaw.LANE_LOSES_TASK) {
                task.run();
            }
        } finally {
            running = null;
        }
        return true;
    }

    private Lane takeReady(int position) {
        Iterator<Lane> each = ready.iterator();
        for (int i = 0; i < position; i++) {
            each.next();
        }
        Lane next = each.next();
        each.remove();
        return next;
    }

    private final class Lane implements EventLane {

        private final String name;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean finishing;

        Lane(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void execute(Runnable task) {
            if (finishing) {
                throw over();
            }
            offer(task);
        }

        private RejectedExecutionException over() {
            return new RejectedExecutionException("lane " + name + " has ended with its session");
        }

        @Override
        public void offer(Runnable task) {
            if (!finishing) {
                tasks.add(task);
                ready.add(this);
                onReady.run();
            }
        }

        @Override
        public Subscription schedule(Runnable task, Duration delay) {
            if (finishing) {
                throw over();
            }
            return timers.schedule(this, task, delay.toNanos());
        }

        @Override
        public Ticker ticker() {
            return clock;
        }

        @Override
        public boolean isOnLane() {
            return running == this;
        }

        @Override
        public void finish(Runnable task) {
            if (!finishing) {
                offer(task);
                finishing = true;
            }
        }

        @Override
        public boolean isAlive() {
            return false;
        }

        @Override
        public void join(long millis) {}
    }
}
