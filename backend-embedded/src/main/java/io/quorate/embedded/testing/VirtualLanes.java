package io.quorate.embedded.testing;

import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import io.quorate.embedded.session.EventLane;
import io.quorate.embedded.session.LaneTimers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event lanes of one client under virtual time: tasks run when the client does, in the order in which they were handed over. */
final class VirtualLanes implements EventLane.Factory {

    private static final Logger log = LoggerFactory.getLogger(VirtualLanes.class);

    private final VirtualEnsemble ensemble;
    private final Ticker ticker;
    private final Runnable onWork;
    private final LaneTimers timers;
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();

    VirtualLanes(VirtualEnsemble ensemble, Ticker ticker, Runnable onWork) {
        this.ensemble = ensemble;
        this.ticker = ticker;
        this.onWork = onWork;
        this.timers = new LaneTimers(ticker, due -> onWork.run());
    }

    @Override
    public Lane open(String name) {
        return new Lane(name);
    }

    boolean runTimers() {
        return timers.run();
    }

    long nanosToTimer() {
        return timers.nanosToFirst();
    }

    /** Runs the next task; returns whether there was one. One whose lane is in the middle of a task waits for that. */
    boolean runNext() {
        for (int i = ready.size(); i > 0; i--) {
            Lane next = ready.remove();
            if (next.running) {
                ready.add(next);
            } else {
                next.runFirst();
                return true;
            }
        }
        return false;
    }

    /** One lane. */
    final class Lane implements EventLane {

        private final String name;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean running;
        private boolean finishing;

        Lane(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        private void runFirst() {
            running = true;
            try {
                tasks.remove().run();
            } catch (RuntimeException e) {
                log.error("A task of {} threw; the lane goes on", name, e);
                ensemble.uncaught(e);
            } finally {
                running = false;
            }
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
                onWork.run();
            }
        }

        @Override
        public void finish(Runnable task) {
            if (!finishing) {
                offer(task);
                finishing = true;
            }
        }

        @Override
        public Subscription schedule(Runnable task, Duration delay) {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("a delay must not be negative, but is " + delay);
            }
            if (finishing) {
                throw over();
            }
            return timers.schedule(this, task, delay.toNanos());
        }

        /** Lets the time pass until the operation is done: whoever waits here is the one who drives the world. */
        @Override
        public <T extends @Nullable Object> CompletableFuture<T> carry(
                Supplier<CompletableFuture<T>> operation, Duration atMost) {
            CompletableFuture<T> begun = operation.get();
            if (!atMost.isZero()) {
                ensemble.await(begun, atMost);
            }
            return begun;
        }

        @Override
        public Ticker ticker() {
            return ticker;
        }

        @Override
        public boolean isOnLane() {
            return running;
        }

        @Override
        public boolean isAlive() {
            return false;
        }

        @Override
        public void join(long millis) {}
    }
}
