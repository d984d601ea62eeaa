package io.quorate.lease;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The rule that makes a resource safe against stale holders: accept a token only if it is at least the highest one
 * seen.
 *
 * <p>It belongs where the resource is, since only there can the check and the action be one step. This class is that
 * rule for a resource in this process; a database keeps the highest token in a column and puts the comparison into the
 * update's condition, a file store into a conditional write.
 *
 * <p>Actions run one at a time. A holder may pass as often as it likes with the same token. Safe for use by many
 * threads.
 *
 * <p>The idea is from Mike Burrows, "The Chubby lock service for loosely-coupled distributed systems" (2006), section
 * 2.4.
 */
public final class FencingGate {

    private final ReentrantLock lock = new ReentrantLock();
    private long highest;

    private FencingGate(long highest) {
        this.highest = highest;
    }

    /** Returns a gate that has not seen a token. */
    public static FencingGate create() {
        return new FencingGate(Long.MIN_VALUE);
    }

    /**
     * Returns a gate that has seen the given token already: the one that was kept with the resource when it was last
     * written.
     */
    public static FencingGate resumeAt(long highestSeen) {
        return new FencingGate(highestSeen);
    }

    /**
     * Runs the action if the token is not stale. No other action passes the gate meanwhile.
     *
     * @throws StaleTokenException if a higher token has passed; the action did not run
     * @throws Exception what the action throws; the token counts as seen
     */
    public <T> T call(long token, Callable<T> action) throws Exception {
        lock.lock();
        try {
            admit(token);
            return action.call();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs the action if the token is not stale. No other action passes the gate meanwhile.
     *
     * @throws StaleTokenException if a higher token has passed; the action did not run
     */
    public void run(long token, Runnable action) {
        lock.lock();
        try {
            admit(token);
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the highest token that has passed, or {@link Long#MIN_VALUE} if none has. */
    public long highest() {
        lock.lock();
        try {
            return highest;
        } finally {
            lock.unlock();
        }
    }

    private void admit(long token) {
        if (token < highest) {
            throw new StaleTokenException(token, highest);
        }
        highest = token;
    }
}
