package io.quorate.embedded.member;

import io.quorate.embedded.log.MemberStorage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the storage's thread wait on a full disk until there is room again, so that nothing it was asked for is dropped and
 * nothing behind it comes first.
 *
 * <p>If the free space can be seen to be short it waits until there is enough, otherwise it lets the caller try again from time
 * to time.
 */
final class RoomGate {

    private final DiskWatch watch;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Creates a gate.
     *
     * @param thread the storage's thread, the only one that waits here
     */
    RoomGate(DiskWatch watch, Thread thread) {
        this.watch = watch;
        this.thread = thread;
    }

    /**
     * Waits until it is worth another try.
     *
     * @param cause what did not fit
     * @return false if the storage is to be closed, and the operation given up
     */
    boolean awaitRoom(MemberStorage storage, Exception cause) {
        watch.full(String.valueOf(cause.getMessage()));
        do {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(DiskWatch.measureMillis()));
            // The thread is nobody's to interrupt; a flag that is set all the same must not make this loop spin.
            Thread.interrupted();
            watch.measureSpace(storage);
        } while (!closing && watch.isSpaceLow());
        return !closing;
    }

    /** Lets nobody wait any more. Called by any thread. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
    }
}
