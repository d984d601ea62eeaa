package io.quorate.remote;

import io.quorate.backend.Scheduler;
import io.quorate.backend.Subscription;
import io.quorate.backend.Ticker;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event lane of one session: one thread that runs everything the session does. */
final class Lane implements Scheduler {

    private static final Logger log = LoggerFactory.getLogger(Lane.class);

    /** The longest delay, 146 years: instants that lie further apart cannot be compared by their difference. */
    private static final long LONGEST_DELAY_NANOS = Long.MAX_VALUE / 2;

    private final Ticker ticker;
    private final ScheduledThreadPoolExecutor executor;
    private final Set<Timer> timers = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Thread thread;

    Lane(Ticker ticker) {
        this.ticker = ticker;
        executor = new ScheduledThreadPoolExecutor(1, this::newThread);
        executor.setRemoveOnCancelPolicy(true);
    }

    private Thread newThread(Runnable task) {
        Thread created = new Thread(task, "quorate-lane");
        created.setDaemon(true);
        thread = created;
        return created;
    }

    /** Names the thread after the session, which is known only once there is one. */
    void rename(String name) {
        Thread current = thread;
        if (current != null) {
            current.setName(name);
        }
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(guarded(task));
    }

    /** Hands a task over unless the lane has ended, in which case nobody is left whom it could concern. */
    void post(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException ended) {
            log.trace("The lane has ended; a late notification is dropped");
        }
    }

    @Override
    public Subscription schedule(Runnable task, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("the delay must not be negative, but is " + delay);
        }
        long nanos = Math.min(TimeUnit.NANOSECONDS.convert(delay), LONGEST_DELAY_NANOS);
        Timer timer = new Timer(task, ticker.nanos() + nanos);
        timer.arm();
        return timer;
    }

    @Override
    public boolean isOnLane() {
        return Thread.currentThread() == thread;
    }

    /** Cancels all timers and refuses further tasks; what was handed over before still runs. */
    void terminate() {
        executor.shutdown();
        timers.forEach(Timer::close);
    }

    /** Waits until the thread has ended, unless called by it. */
    void join(Duration timeout) throws InterruptedException {
        Thread current = thread;
        if (current != null && !isOnLane()) {
            current.join(Math.max(1, TimeUnit.MILLISECONDS.convert(timeout)));
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | AssertionError e) {
                log.error("A task of an event lane threw; the lane goes on", e);
            }
        };
    }

    /** A task that waits for its instant on the ticker, which may run slower than the executor's clock but never less far. */
    private final class Timer implements Subscription, Runnable {

        private final Runnable task;
        private final long dueNanos;
        private final AtomicBoolean open = new AtomicBoolean(true);
        private volatile @Nullable Future<?> pending;

        Timer(Runnable task, long dueNanos) {
            this.task = guarded(task);
            this.dueNanos = dueNanos;
        }

        void arm() {
            timers.add(this);
            pending = executor.schedule(this, Math.max(0, dueNanos - ticker.nanos()), TimeUnit.NANOSECONDS);
            if (!open.get()) {
                close();
            }
        }

        @Override
        public void run() {
            if (dueNanos - ticker.nanos() > 0 && open.get() && !executor.isShutdown()) {
                arm();
                return;
            }
            timers.remove(this);
            if (open.compareAndSet(true, false)) {
                task.run();
            }
        }

        @Override
        public void close() {
            open.set(false);
            timers.remove(this);
            Future<?> future = pending;
            if (future != null) {
                future.cancel(false);
            }
        }
    }
}
