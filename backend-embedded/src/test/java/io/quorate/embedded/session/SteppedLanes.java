package io.quorate.embedded.session;

import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Event lanes that run their tasks when they are stepped, in one thread: lanes in the order in which they got work, one task
 * each in turn.
 */
public final class SteppedLanes implements EventLane.Factory {

    private record Timer(Lane lane, long due, long number, Runnable task) {}

    private final Ticker ticker;
    private final Set<Lane> ready = new LinkedHashSet<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
    private long timerNumber;
    private @Nullable Lane running;

    /** Creates no lane yet; timers are due by the ticker. */
    public SteppedLanes(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public EventLane open(String name) {
        return new Lane(name);
    }

    /** Runs one task of the next lane that has one; returns whether there was any. */
    public boolean runOnce() {
        moveDueTimers();
        Lane next = ready.stream().findFirst().orElse(null);
        if (next == null) {
            return false;
        }
        ready.remove(next);
        running = next;
        try {
            next.runNext();
        } finally {
            running = null;
        }
        return true;
    }

    private void moveDueTimers() {
        while (nanosToTimer() == 0) {
            Timer due = timers.remove();
            due.lane().offer(due.task());
        }
    }

    /** Returns in how many nanoseconds a timer is due, {@link Long#MAX_VALUE} if there is none. */
    public long nanosToTimer() {
        Timer first = timers.peek();
        return first == null ? Long.MAX_VALUE : Math.max(0, first.due() - ticker.nanos());
    }

    private final class Lane implements EventLane {

        private final String name;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean finishing;

        Lane(String name) {
            this.name = name;
        }

        void runNext() {
            Runnable task = tasks.remove();
            if (!tasks.isEmpty()) {
                ready.add(this);
            }
            task.run();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void execute(Runnable task) {
            refuseIfOver();
            offer(task);
        }

        private void refuseIfOver() {
            if (finishing) {
                throw new RejectedExecutionException("lane " + name + " has ended with its session");
            }
        }

        @Override
        public void offer(Runnable task) {
            if (!finishing) {
                tasks.add(task);
                ready.add(this);
            }
        }

        @Override
        public Subscription schedule(Runnable task, Duration delay) {
            refuseIfOver();
            if (delay.isNegative()) {
                throw new IllegalArgumentException("a delay must not be negative, but is " + delay);
            }
            Timer timer = new Timer(this, ticker.nanos() + delay.toNanos(), timerNumber++, task);
            timers.add(timer);
            return () -> timers.remove(timer);
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
                timers.removeIf(timer -> timer.lane() == this);
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
