package io.quorate.lock;

/**
 * A lock that many may hold for reading at the same time, or one for writing; between processes, fair and fenced.
 *
 * <p>Readers and writers stand in one queue, first come first served: a reader waits for the last writer ahead of it and for
 * nobody else, a writer for all who are ahead of it. Neither can starve. An uncontended acquisition is one round trip, and
 * whoever leaves wakes at most those who have their turn by that; how many wait behind them makes no difference.
 *
 * <p><b>Tokens.</b> Every lease has a token of its own, its place in the queue. A later writer's token is greater than that of
 * every reader and writer before it. Readers who hold the lock at the same time have different tokens, in the order in which
 * they came; among them the order means nothing.
 *
 * <p><b>Guards.</b> A commit with the guard of a lease for writing happens only while that is held for writing. A commit with
 * the guard of a lease for reading happens only while that is held for reading, so that no writer has held the lock between the
 * grant and the commit: what was read under the lease is still so. It says nothing of other readers, who may commit as well.
 *
 * <p>It is not re-entrant, and a lease for reading cannot be turned into one for writing: two readers who tried would wait for
 * each other. Release, acquire for writing, and read again. The other way round see {@link WriteLease#downgrade()}.
 *
 * <p>What leases promise, and what a failed acquisition leaves behind, is as for {@link DistributedLock}. Its name shares
 * nothing with a lock of the same name made by {@link io.quorate.Quorate#lock(String)}.
 */
public interface ReadWriteLock extends Contended {

    /** Returns the side for those who read: it excludes writers. */
    Acquirable<LockLease> readLock();

    /** Returns the side for those who write: it excludes everybody else. */
    Acquirable<WriteLease> writeLock();
}
