package io.quorate.lock;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Several locks that are acquired together or not at all.
 *
 * <p>All tickets are taken by one commit, which is one round trip however many locks there are, and puts two acquisitions
 * that share locks into the same order everywhere: they cannot wait for each other, in whatever order the names were given.
 * One time limit holds for the whole; if it passes, or the wait is cancelled, or interrupted, nothing is left in any queue.
 *
 * <p>The locks are those of {@link io.quorate.Quorate#lock(String)}: whoever holds one of the names alone is waited for. While
 * some of the locks are granted and others are not, those that are granted keep others waiting.
 *
 * <p>Deadlocks between acquisitions of this kind are impossible. Whoever acquires locks one after the other, while it holds
 * others, can still build one.
 */
public interface MultiLock extends Acquirable<MultiLockLease> {

    /** Returns the names of the locks, in order. */
    List<String> names();

    /** Reads who holds each lock and who waits for it, by name, for display. */
    CompletableFuture<Map<String, QueueView>> viewsAsync();

    /**
     * Asks all who hold one of the locks to let go. See {@link Contended#requestRevocation}.
     *
     * @return how many holders were asked, counted once per lock
     * @throws InterruptedException if the thread is interrupted while it waits for the answer
     */
    int requestRevocation(String reason) throws InterruptedException;

    /** Asks all who hold one of the locks to let go, without blocking. */
    CompletableFuture<Integer> requestRevocationAsync(String reason);
}
