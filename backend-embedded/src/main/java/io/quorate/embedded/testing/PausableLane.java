package io.quorate.embedded.testing;

import io.quorate.backend.Subscription;
import io.quorate.embedded.session.EventLane;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An event lane that can stand still. Tasks whose turn comes meanwhile are kept and run, in their order, as soon as the lane goes
 * on; a task that has begun is not stopped. Safe for use by many threads.
 */
final class PausableLane implements EventLane {

    private final EventLane lane;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final ArrayDeque<Runnable> kept = new ArrayDeque<>();
    private boolean paused;

    PausableLane(EventLane lane) {
        this.lane = lane;
    }

    void pause() {
        lock.lock();
        try {
            paused = true;
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            paused = false;
        } finally {
            lock.unlock();
        }
        lane.offer(this::runKept);
    }

    private Runnable gated(Runnable task) {
        return () -> {
            keep(task);
            runKept();
        };
    }

    private void keep(Runnable task) {
        lock.lock();
        try {
            kept.add(task);
        } finally {
            lock.unlock();
        }
    }

    /** Runs what was kept, on the lane; stops short if the lane is told to stand still. */
    private void runKept() {
        boolean finished = false;
        try {
            for (Runnable task = next(); task != null; task = next()) {
                task.run();
            }
            finished = true;
        } finally {
            if (!finished) {
                // A task threw, which is its own affair: the others have their turn.
                lane.offer(this::runKept);
            }
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            return paused ? null : kept.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void execute(Runnable task) {
        lane.execute(gated(task));
    }

    @Override
    public void offer(Runnable task) {
        lane.offer(gated(task));
    }

    @Override
    public void finish(Runnable task) {
        // Its own turn comes behind what was kept; only then is the lane over.
        lane.offer(gated(() -> lane.finish(task)));
    }

    @Override
    public Subscription schedule(Runnable task, Duration delay) {
        AtomicBoolean cancelled = new AtomicBoolean();
        Subscription timer = lane.schedule(
                gated(() -> {
                    if (!cancelled.get()) {
                        task.run();
                    }
                }),
                delay);
        return () -> {
            // It may be among those that are kept.
            cancelled.set(true);
            timer.close();
        };
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> carry(
            Supplier<CompletableFuture<T>> operation, Duration atMost) {
        return lane.carry(operation, atMost);
    }

    @Override
    public boolean willHelp() {
        return lane.willHelp();
    }

    @Override
    public boolean isOnLane() {
        return lane.isOnLane();
    }

    @Override
    public String name() {
        return lane.name();
    }

    @Override
    public boolean isAlive() {
        return lane.isAlive();
    }

    @Override
    public void join(long millis) throws InterruptedException {
        lane.join(millis);
    }
}
