package io.quorate.embedded.sim;

import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.embedded.member.RuntimeFlaw;
import io.quorate.embedded.session.EventLane;
import io.quorate.embedded.session.LaneTimers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The event lanes of one simulated client: tasks run when the client is scheduled, some time after they were handed over. */
final class SimLanes implements EventLane.Factory {

    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final Runnable onReady;
    private final Ticker clock;
    private final LaneTimers timers;
    private final RuntimeFlaw flaw;
    private long tasks;
    private @Nullable Lane running;

    /** Creates no lane yet; {@code onReady} runs when a task was handed over, {@code onTimer} when a timer is the next. */
    SimLanes(RuntimeFlaw flaw, Ticker clock, Runnable onReady, Runnable onTimer) {
        this.flaw = flaw;
        this.onReady = onReady;
        this.clock = clock;
        this.timers = new LaneTimers(clock, due -> onTimer.run());
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
        Lane next = ready.poll();
        if (next == null) {
            return false;
        }
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
