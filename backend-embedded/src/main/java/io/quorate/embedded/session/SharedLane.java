package io.quorate.embedded.session;

import io.quorate.backend.Subscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event lane whose tasks are run by threads that wait for one of them, the <em>carriers</em>, and if there are none by
 * {@link LaneThreads}.
 *
 * <p>At most one thread runs tasks at a time. When tasks come and nobody runs any, somebody is found to do so: a carrier that
 * has not parked yet will look by itself; else one that has parked is woken; else a thread of the process is. A carrier that
 * leaves looks whether tasks remain and finds somebody in the same way.
 */
final class SharedLane implements EventLane {

    private static final Logger log = LoggerFactory.getLogger(SharedLane.class);

    /** For how long a thread goes on for others once its own operation is done. */
    private static final long FINISHING_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** A thread that waits for an operation of the lane. */
    private static final class Carrier {
        final Thread thread = Thread.currentThread();
        volatile boolean parked;
    }

    private final String name;
    private final LaneThreads threads;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Spinning spinning;
    private volatile @Nullable Thread runner;

    /** Whether there are no tasks, for those who look without the lock. */
    private volatile boolean idle = true;

    // Guarded by the lock.
    private ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private ArrayDeque<Runnable> spare = new ArrayDeque<>();
    private final List<Carrier> awake = new ArrayList<>();
    private final ArrayDeque<Carrier> parked = new ArrayDeque<>();
    private volatile boolean carried;
    private boolean dispatched;
    private boolean finishing;

    SharedLane(String name, LaneThreads threads) {
        this.name = name;
        this.threads = threads;
        this.spinning = new Spinning(threads.ticker());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isAlive() {
        return ended.getCount() > 0;
    }

    @Override
    public void join(long millis) throws InterruptedException {
        boolean unused = ended.await(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean isOnLane() {
        return runner == Thread.currentThread();
    }

    // ---- handing over

    @Override
    public void execute(Runnable task) {
        if (!add(task, false)) {
            throw over();
        }
    }

    @Override
    public void offer(Runnable task) {
        add(task, false);
    }

    @Override
    public void offerAll(List<Runnable> several) {
        lock.lock();
        try {
            if (!finishing) {
                tasks.addAll(several);
                findRunner();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void finish(Runnable task) {
        add(
                () -> {
                    try {
                        task.run();
                    } finally {
                        ended.countDown();
                    }
                },
                true);
    }

    private boolean add(Runnable task, boolean last) {
        lock.lock();
        try {
            if (finishing) {
                return false;
            }
            finishing = last;
            tasks.add(task);
            findRunner();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Finds somebody to run the tasks; with the lock held. */
    private void findRunner() {
        idle = tasks.isEmpty();
        if (idle || runner != null || !awake.isEmpty()) {
            return;
        }
        Carrier carrier = parked.pollLast();
        if (carrier != null) {
            awake.add(carrier);
            carrier.parked = false;
            LockSupport.unpark(carrier.thread);
        } else if (!dispatched) {
            dispatched = true;
            threads.dispatch(this);
        }
    }

    private RejectedExecutionException over() {
        return new RejectedExecutionException("lane " + name + " has ended with its session");
    }

    @Override
    public Subscription schedule(Runnable task, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative, but is " + delay);
        }
        lock.lock();
        try {
            if (finishing) {
                throw over();
            }
        } finally {
            lock.unlock();
        }
        return threads.timers().schedule(this, task, delay.toNanos());
    }

    // ---- running tasks

    /** Runs what waits now, and has itself called again if more has come by then. Called by a thread of the process. */
    void runWaiting() {
        ArrayDeque<Runnable> batch;
        lock.lock();
        try {
            dispatched = false;
            if (runner != null || tasks.isEmpty()) {
                return;
            }
            runner = Thread.currentThread();
            batch = tasks;
            tasks = spare;
            idle = true;
        } finally {
            lock.unlock();
        }
        for (Runnable task = batch.poll(); task != null; task = batch.poll()) {
            runSafely(task);
        }
        lock.lock();
        try {
            spare = batch;
            runner = null;
            findRunner();
        } finally {
            lock.unlock();
        }
    }

    /** Runs tasks until there are none or the operation is done; returns whether there was any. */
    private boolean runUntil(CompletableFuture<?> operation) {
        boolean any = false;
        while (!operation.isDone()) {
            Runnable task = begin();
            if (task == null) {
                return any;
            }
            any = true;
            runSafely(task);
            runner = null;
        }
        return any;
    }

    private @Nullable Runnable begin() {
        if (!hasTasks()) {
            return null;
        }
        lock.lock();
        try {
            if (runner != null || tasks.isEmpty()) {
                return null;
            }
            runner = Thread.currentThread();
            Runnable task = tasks.remove();
            idle = tasks.isEmpty();
            return task;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasTasks() {
        return runner == null && !idle;
    }

    private void runSafely(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.error("A task of {} threw; the lane goes on", name, e);
        }
    }

    // ---- carriers

    @Override
    public boolean willHelp() {
        Thread caller = Thread.currentThread();
        boolean will = runner == caller || (carried && isCarrier(caller));
        if (will) {
            threads.loop().signal();
        }
        return will;
    }

    private boolean isCarrier(Thread thread) {
        lock.lock();
        try {
            for (int i = 0; i < awake.size(); i++) {
                if (awake.get(i).thread == thread) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> carry(
            Supplier<CompletableFuture<T>> operation, Duration atMost) {
        if (isOnLane()) {
            return operation.get();
        }
        Carrier carrier = new Carrier();
        enter(carrier);
        try {
            CompletableFuture<T> begun = operation.get();
            carryUntil(begun, carrier, atMost);
            return begun;
        } finally {
            finishOff();
            leave(carrier);
        }
    }

    /** Does what the operation has left to do, as long as that is little: to have another thread woken for it costs more. */
    private void finishOff() {
        long begin = threads.ticker().nanos();
        do {
            threads.loop().help();
            Runnable task = begin();
            if (task == null) {
                return;
            }
            runSafely(task);
            runner = null;
        } while (threads.ticker().nanos() - begin < FINISHING_NANOS);
    }

    private void enter(Carrier carrier) {
        lock.lock();
        try {
            awake.add(carrier);
            carried = true;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Carrier carrier) {
        lock.lock();
        try {
            awake.remove(carrier);
            carried = !awake.isEmpty() || !parked.isEmpty();
            findRunner();
        } finally {
            lock.unlock();
        }
        // The last task may have made work that the loop's thread was not told of.
        threads.loop().help();
    }

    private void carryUntil(CompletableFuture<?> operation, Carrier carrier, Duration atMost) {
        long limit = 0;
        boolean heard = false;
        while (!operation.isDone()) {
            threads.loop().help();
            if (runUntil(operation)) {
                continue;
            }
            if (atMost.isZero()) {
                return;
            }
            if (spinning.await(
                    () -> operation.isDone() || hasTasks() || threads.loop().needsHelp())) {
                continue;
            }
            if (!heard) {
                heard = true;
                limit = threads.ticker().nanos() + atMost.toNanos();
                operation.whenComplete((value, failure) -> LockSupport.unpark(carrier.thread));
            }
            if (!park(operation, carrier, limit)) {
                return;
            }
        }
    }

    /** Parks until there may be something to do; returns false if the time is over or the thread is interrupted. */
    private boolean park(CompletableFuture<?> operation, Carrier carrier, long limit) {
        lock.lock();
        try {
            if (runner == null && !tasks.isEmpty()) {
                return true;
            }
            awake.remove(carrier);
            carrier.parked = true;
            parked.add(carrier);
        } finally {
            lock.unlock();
        }
        long left = limit - threads.ticker().nanos();
        boolean goesOn = true;
        while (goesOn && carrier.parked && !operation.isDone()) {
            LockSupport.parkNanos(this, left);
            left = limit - threads.ticker().nanos();
            goesOn = left > 0 && !Thread.currentThread().isInterrupted();
        }
        lock.lock();
        try {
            if (carrier.parked) {
                carrier.parked = false;
                parked.remove(carrier);
                awake.add(carrier);
            }
        } finally {
            lock.unlock();
        }
        return goesOn;
    }
}
