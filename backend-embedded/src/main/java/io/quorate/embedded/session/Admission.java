package io.quorate.embedded.session;

import io.quorate.backend.OverloadedException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all sessions of a process may have in flight together, so that memory stays bounded whatever the callers do. Refuses
 * before anything is queued. Safe for use by many threads.
 */
final class Admission {

    static final int MAX_OPERATIONS_PER_SESSION = 8_192;
    static final int MAX_OPERATIONS = 65_536;
    static final long MAX_BYTES = 64L << 20;
    static final int MAX_WATCHES_PER_SESSION = 10_000;
    static final int MAX_WATCHES = 500_000;

    /** A number that is taken from a limited stock and given back. */
    static final class Stock {
        private final String what;
        private final long limit;
        private final AtomicLong taken = new AtomicLong();

        Stock(String what, long limit) {
            this.what = what;
            this.limit = limit;
        }

        void take(long amount) {
            if (taken.addAndGet(amount) > limit) {
                taken.addAndGet(-amount);
                throw new OverloadedException("no more than " + limit + " " + what + "; wait for some to end", null);
            }
        }

        void giveBack(long amount) {
            taken.addAndGet(-amount);
        }

        long taken() {
            return taken.get();
        }
    }

    private final Stock operations =
            new Stock("operations of all sessions of a process may be in flight", MAX_OPERATIONS);
    private final Stock bytes = new Stock("bytes of all sessions of a process may be in flight", MAX_BYTES);
    private final Stock watches = new Stock("watches of all sessions of a process may be open", MAX_WATCHES);

    /** The part of one session. */
    final class Share {
        private final Stock ownOperations =
                new Stock("operations of a session may be in flight", MAX_OPERATIONS_PER_SESSION);
        private final Stock ownWatches = new Stock("watches of a session may be open", MAX_WATCHES_PER_SESSION);

        /**
         * Admits an operation.
         *
         * @throws OverloadedException if there are too many already; nothing was taken then
         */
        void admit(Pending<?> operation) {
            ownOperations.take(1);
            try {
                operations.take(1);
                try {
                    bytes.take(operation.bytes);
                } catch (OverloadedException e) {
                    operations.giveBack(1);
                    throw e;
                }
            } catch (OverloadedException e) {
                ownOperations.giveBack(1);
                throw e;
            }
        }

        /** Admits an operation that cleans up. */
        void admitAnyway(Pending<?> operation) {
            ownOperations.giveBack(-1);
            operations.giveBack(-1);
            bytes.giveBack(-operation.bytes);
        }

        /** Operations that were admitted are over. */
        void release(int count, long theirBytes) {
            ownOperations.giveBack(count);
            operations.giveBack(count);
            bytes.giveBack(theirBytes);
        }

        void admitWatch() {
            ownWatches.take(1);
            try {
                watches.take(1);
            } catch (OverloadedException e) {
                ownWatches.giveBack(1);
                throw e;
            }
        }

        void releaseWatch() {
            ownWatches.giveBack(1);
            watches.giveBack(1);
        }
    }

    Share newShare() {
        return new Share();
    }

    /** Returns how many operations are in flight. */
    long operations() {
        return operations.taken();
    }

    /** Returns how many bytes are in flight. */
    long bytes() {
        return bytes.taken();
    }

    /** Returns how many watches are open. */
    long watches() {
        return watches.taken();
    }
}
