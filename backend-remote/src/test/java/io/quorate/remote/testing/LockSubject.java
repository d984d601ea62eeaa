package io.quorate.remote.testing;

import java.util.concurrent.CompletableFuture;

/** One client's handle on a lock, with the steps whose cost {@link LockRoundTrips} measures. */
interface LockSubject extends AutoCloseable {
    /** Opens a handle with a session of its own; the session is connected when this returns, and nothing else has happened. */
    interface Opener {
        LockSubject open(String connectString, String path) throws Exception;
    }

    /** Acquires the lock, which is free. */
    void acquire() throws Exception;

    /** Acquires the lock if that is possible without waiting for another holder, and says whether it did. */
    boolean acquireAtOnce() throws Exception;

    /** Begins to acquire the lock, which another client holds; completed when it is acquired. */
    CompletableFuture<Void> enqueueBehindHolder();

    /** Releases the lock, which this handle holds. */
    void release() throws Exception;

    /** Returns how often the caller of a step had to wait for the server before it could go on. */
    default int roundTrips(Counts counts) {
        return counts.roundTrips();
    }

    /** Ends the session. */
    @Override
    void close();
}
