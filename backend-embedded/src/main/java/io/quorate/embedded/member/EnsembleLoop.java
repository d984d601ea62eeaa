package io.quorate.embedded.member;

import io.quorate.embedded.transport.Driving;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the members of one process, and the sessions that they serve: by a thread of its own, and by any thread that is about
 * to wait for what they do.
 *
 * <p>One thread at a time does the work, the one that holds the loop's lock. Whoever has made work and will wait for its
 * outcome {@linkplain #help helps}: if the lock is free it does all the work there is, its own and that of others, and needs
 * no other thread to wake up (Hendler, Incze, Shavit, Tzafrir: "Flat Combining and the Synchronization-Parallelism Tradeoff",
 * SPAA 2010). Whoever will not wait {@linkplain #wakeUp wakes} the loop's thread, which also lets the time pass.
 *
 * <p>A thread that has something else to do first, which is the cause of more work, {@linkplain #promiseHelp promises} to help
 * thereafter. Until it comes the work gathers, and is done all at once by a thread that runs already, instead of piece by piece by one
 * that has to be woken for each. A promise holds for a moment only: who made it may be held up.
 *
 * <p>Nothing is lost between them: who makes work says so behind it, and who gives the lock up looks afterwards whether
 * somebody has said so in the meantime.
 *
 * <p>Ticks that were missed because the thread did not run are not made up for: time in which nobody could act proves nothing.
 */
public final class EnsembleLoop implements Runnable, Driving {

    private static final Logger log = LoggerFactory.getLogger(EnsembleLoop.class);

    /** How often a helper looks for more work before it leaves the rest to the loop's thread. */
    private static final int HELPING_ROUNDS = 64;

    /** How often the thread, or a helper that must not stay away for long, looks for more work before it looks at the time. */
    private static final int ROUNDS_PER_LOOK = 4;

    /** How long the thread leaves what nobody waits for to those who help. */
    private static final long BACKGROUND_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** By how much a timer may be early before the thread is woken for it: the time of a timer and of now are not looked at in one instant. */
    private static final long TIMER_SLACK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** For how long others rely on a promise to help. */
    private static final long PROMISE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** What is driven. All methods are called by whoever holds the loop's lock. */
    public interface Work {

        /** Does what there is to do; returns whether there was anything. */
        boolean runOnce();

        /** Does a small piece of what nobody waits for; returns whether there is more of it. */
        default boolean runInBackground() {
            return false;
        }

        /** Lets a tick pass. */
        void tick();

        /** Returns in how many nanoseconds a timer is due, {@link Long#MAX_VALUE} if there is none. */
        long nanosToTimer();

        /** Returns whether the thread may end. */
        boolean isDone();
    }

    private final Work work;
    private final long tickNanos;
    private final LongSupplier monotonicNanos;
    private final Thread thread;
    private final ReentrantLock driving = new ReentrantLock();

    /** Whether there may be work that nobody has looked for. */
    private volatile boolean signalled = true;

    private volatile boolean asleep;

    /** When the thread is going to look at the time again. */
    private volatile long wakesAt;

    /** Until when others rely on a promise to help. */
    private volatile long promisedUntil;

    // Guarded by the lock.
    private long nextTick;
    private boolean helped;
    private boolean worked;
    private boolean hasMore;

    /** Creates a loop whose thread is not started. */
    public EnsembleLoop(String name, Work work, long tickNanos, LongSupplier monotonicNanos) {
        this.work = work;
        this.tickNanos = tickNanos;
        this.monotonicNanos = monotonicNanos;
        this.nextTick = monotonicNanos.getAsLong() + tickNanos;
        this.wakesAt = nextTick;
        this.promisedUntil = nextTick - tickNanos;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Says that there is work, behind what made it, and promises that the caller will {@link #help}. */
    public void signal() {
        if (!signalled) {
            signalled = true;
        }
    }

    /** Says that there is work, behind what made it, and has it done without the caller. Called by any thread. */
    public void wakeUp() {
        signal();
        // Who holds the lock looks again when it has given it up, and who has promised to help looks when it comes.
        if (asleep && !driving.isLocked() && !isHelpPromised()) {
            LockSupport.unpark(thread);
        }
    }

    /** Says that a timer is due at an instant; the thread will have woken by then. Called by any thread. */
    public void wakeBy(long nanos) {
        if (asleep && wakesAt - nanos > TIMER_SLACK_NANOS) {
            LockSupport.unpark(thread);
        }
    }

    /** Returns whether there may be work that nobody is at. */
    public boolean needsHelp() {
        return signalled && !driving.isLocked();
    }

    /** Does the work that was signalled, unless somebody else is at it. Called by any thread that holds no lock of the work. */
    public void help() {
        help(HELPING_ROUNDS, false);
    }

    /**
     * Promises that a thread of this process comes {@linkplain #helpAsPromised to help} as soon as it has done what is before it. Called by any
     * thread.
     */
    @Override
    public void promiseHelp() {
        promisedUntil = monotonicNanos.getAsLong() + PROMISE_NANOS;
    }

    /** Keeps a promise: helps until there is no more work, or until the promise is given anew. */
    public void helpAsPromised() {
        promisedUntil = monotonicNanos.getAsLong();
        help(HELPING_ROUNDS, true);
    }

    /** Keeps a promise as a thread that others wait for as well: helps a few times, and leaves the rest to the loop's thread. */
    @Override
    public void helpBriefly() {
        promisedUntil = monotonicNanos.getAsLong();
        help(ROUNDS_PER_LOOK, true);
    }

    private boolean isHelpPromised() {
        return monotonicNanos.getAsLong() - promisedUntil < 0;
    }

    private void help(int rounds, boolean untilPromised) {
        while (signalled && driving.tryLock()) {
            boolean finished;
            try {
                finished = drive(rounds, untilPromised) && !work.isDone();
                runInBackground();
                helped = true;
            } finally {
                driving.unlock();
            }
            if (!finished) {
                signal();
                if (!untilPromised || !isHelpPromised()) {
                    LockSupport.unpark(thread);
                }
                return;
            }
        }
    }

    /** Does the work, and lets a tick pass if one is due. Returns whether the thread may sleep as long as it is going to. */
    private boolean drive(int rounds, boolean untilPromised) {
        boolean idle = runUntilIdle(rounds, untilPromised);
        long now = monotonicNanos.getAsLong();
        if (now - nextTick >= 0) {
            nextTick = now + tickNanos;
            work.tick();
            idle &= runUntilIdle(rounds, untilPromised);
        }
        long wakes = now + Math.min(nextTick - now, Math.max(1, work.nanosToTimer()));
        boolean late = wakesAt - wakes > TIMER_SLACK_NANOS;
        if (late || Thread.currentThread() == thread) {
            wakesAt = idle ? wakes : now;
        }
        return idle && !late;
    }

    private void runInBackground() {
        try {
            hasMore = work.runInBackground();
        } catch (RuntimeException e) {
            log.error("{} goes on after a failure", thread.getName(), e);
            hasMore = false;
        }
    }

    /**
     * Does a piece of what nobody waits for, as the loop's thread, unless helpers have done some. If there was anything else to do the
     * thread keeps out of the way for a moment, because a caller that finds the lock taken has to wait for another thread.
     *
     * @return for how many nanoseconds at most the thread may sleep then
     */
    private long runInBackgroundUnlessHelped() {
        if (!helped) {
            runInBackground();
        }
        long pause = helped || worked ? BACKGROUND_PAUSE_NANOS : 0;
        helped = false;
        worked = false;
        return hasMore ? pause : Long.MAX_VALUE;
    }

    /** Does the work; returns whether all of it was done. */
    private boolean runUntilIdle(int rounds, boolean untilPromised) {
        for (int round = 0; round < rounds; round++) {
            signalled = false;
            if (!runSafely()) {
                return true;
            }
            worked = true;
            if (untilPromised && isHelpPromised()) {
                signal();
                return false;
            }
        }
        return false;
    }

    private boolean runSafely() {
        try {
            return work.runOnce();
        } catch (RuntimeException e) {
            // Each member catches what is its own fault; this is a mistake of the front end, and the others go on.
            // What it left undone is looked at with the next tick, so that a lasting failure does not keep the thread
            // busy.
            log.error("{} goes on after a failure", thread.getName(), e);
            return false;
        }
    }

    /** Waits for the thread to end. */
    public void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    @Override
    public void run() {
        while (true) {
            long pause = Long.MAX_VALUE;
            // If the lock is not free, whoever has it lets the time pass too: waiting for it would hold up all helpers.
            if (driving.tryLock()) {
                try {
                    drive(ROUNDS_PER_LOOK, true);
                    if (work.isDone()) {
                        return;
                    }
                    pause = runInBackgroundUnlessHelped();
                } finally {
                    driving.unlock();
                }
            } else {
                signal();
            }
            sleep(pause);
        }
    }

    private void sleep(long atMost) {
        asleep = true;
        long left = Math.min(wakesAt - monotonicNanos.getAsLong(), atMost);
        if (signalled) {
            // Whoever has the lock looks again when it has given it up; this is for a holder that does not come to
            // that. So is the end of a promise.
            left = driving.isLocked() ? tickNanos / 4 : promisedUntil - monotonicNanos.getAsLong();
        }
        if (left > 0) {
            LockSupport.parkNanos(work, left);
        }
        asleep = false;
        Thread.interrupted();
    }

    /** Returns a readable name. */
    @Override
    public String toString() {
        return thread.getName() + " (tick " + TimeUnit.NANOSECONDS.toMillis(tickNanos) + " ms)";
    }

    /** Returns the thread's name, or {@code null} once it has ended. */
    public @Nullable String liveThread() {
        return thread.isAlive() ? thread.getName() : null;
    }
}
