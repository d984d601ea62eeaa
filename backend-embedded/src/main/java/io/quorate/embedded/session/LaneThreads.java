package io.quorate.embedded.session;

import io.quorate.backend.Ticker;
import io.quorate.embedded.member.EnsembleLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of the event lanes of one process.
 *
 * <p>A lane has no thread of its own: a few threads run the tasks of those lanes that have some. A task must not block, but one
 * that does holds up its own lane only: if a lane has waited for a thread from one tick to the next, another thread is added.
 * Threads that find nothing to do end after a while.
 */
public final class LaneThreads implements EventLane.Factory {

    private static final Logger log = LoggerFactory.getLogger(LaneThreads.class);
    private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** With so many lanes that wait for a thread, another one is worth its start. */
    private static final int BACKLOG = 8;

    private final Ticker ticker;
    private final EnsembleLoop loop;
    private final int parallelism;
    private final LaneTimers timers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final ArrayDeque<SharedLane> waiting = new ArrayDeque<>();
    private final Set<Thread> threads = new HashSet<>();
    private int idle;
    private long started;
    private boolean closed;
    private @Nullable SharedLane firstAtLastTick;

    /**
     * Creates lanes without threads.
     *
     * @param ticker what timers are measured with
     * @param loop what the waiting threads help; it drives the timers
     * @param parallelism how many threads run tasks, as long as none blocks
     */
    public LaneThreads(Ticker ticker, EnsembleLoop loop, int parallelism) {
        this.ticker = ticker;
        this.loop = loop;
        this.parallelism = parallelism;
        this.timers = new LaneTimers(ticker, loop::wakeBy);
    }

    @Override
    public EventLane open(String name) {
        return new SharedLane(name, this);
    }

    EnsembleLoop loop() {
        return loop;
    }

    Ticker ticker() {
        return ticker;
    }

    LaneTimers timers() {
        return timers;
    }

    /** Hands the tasks whose time has come over to their lanes; returns whether there were any. */
    public boolean runTimers() {
        return timers.run();
    }

    /** Returns in how many nanoseconds a timer is due, {@link Long#MAX_VALUE} if there is none. */
    public long nanosToTimer() {
        return timers.nanosToFirst();
    }

    /** Looks whether lanes wait in vain for a thread. Called from time to time. */
    public void tick() {
        lock.lock();
        try {
            SharedLane first = waiting.peek();
            if (first != null && first == firstAtLastTick && idle == 0) {
                addThread();
            }
            firstAtLastTick = first;
        } finally {
            lock.unlock();
        }
    }

    /** Has a thread run the tasks of a lane, soon. */
    void dispatch(SharedLane lane) {
        lock.lock();
        try {
            waiting.add(lane);
            loop.promiseHelp();
            if (waiting.size() == 1 && isHelping(Thread.currentThread())) {
                // It comes for the lane as soon as it is done with this round of the loop.
                return;
            }
            if (idle > 0) {
                ready.signal();
            } else if (threads.isEmpty() || (waiting.size() > BACKLOG && threads.size() < parallelism)) {
                addThread();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isHelping(Thread thread) {
        return thread instanceof Server server && server.helping && threads.contains(thread);
    }

    private void addThread() {
        Thread thread = new Server("quorate-lanes-" + ++started);
        threads.add(thread);
        thread.start();
    }

    /** Runs tasks, and thereafter drives the loop that answers what they have asked for. */
    private final class Server extends Thread {
        /** Touched by this thread only. */
        private boolean helping;

        Server(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            for (SharedLane lane = next(); lane != null; lane = next()) {
                loop.promiseHelp();
                lane.runWaiting();
                helping = true;
                loop.helpAsPromised();
                helping = false;
            }
        }
    }

    /** Returns the next lane that has tasks, or {@code null} if the calling thread is to end. */
    private @Nullable SharedLane next() {
        lock.lock();
        try {
            long left = KEEP_ALIVE_NANOS;
            while (waiting.isEmpty() && left > 0 && !closed) {
                left = await(left);
            }
            SharedLane lane = waiting.poll();
            if (lane == null) {
                threads.remove(Thread.currentThread());
            }
            return lane;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
    private long await(long nanos) {
        idle++;
        try {
            return ready.awaitNanos(nanos);
        } catch (InterruptedException e) {
            // The thread is nobody else's to interrupt: a task that did so meant itself.
            log.debug("{} was interrupted", Thread.currentThread().getName(), e);
            return nanos;
        } finally {
            idle--;
        }
    }

    /** Ends the threads once all lanes have run out of tasks, and waits for them; not for the one that calls. */
    public void close(long millis) throws InterruptedException {
        List<Thread> ending;
        lock.lock();
        try {
            closed = true;
            ready.signalAll();
            ending = new ArrayList<>(threads);
        } finally {
            lock.unlock();
        }
        for (Thread thread : ending) {
            if (thread != Thread.currentThread()) {
                thread.join(millis);
            }
        }
    }
}
