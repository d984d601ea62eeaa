package io.quorate.embedded.zab;

/**
 * Word from the storage that an operation is finished and a power cut can no longer undo it.
 *
 * <p>Each completion carries the role generation of the effect that asked for it. One from an earlier generation is
 * dropped: what it did to the disk is seen by the {@link Settled} that begins the new role.
 */
public abstract sealed class StorageCompletion implements Event {

    private final long generation;

    private StorageCompletion(long generation) {
        this.generation = generation;
    }

    /** The role generation of the effect that asked for the operation. */
    public final long generation() {
        return generation;
    }

    @Override
    public final void accept(Event.Handler handler) {
        handler.onStorageCompletion(this);
    }

    abstract void deliverTo(Role role);

    /** What was completed. */
    abstract Object result();

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[generation=" + generation + ", " + result() + "]";
    }

    /**
     * The last index of a log that a completed fsync covers. Only the completions of this file can make one, so that
     * whoever holds one may acknowledge it.
     */
    static final class DurableIndex {
        private final long index;

        private DurableIndex(long index) {
            this.index = index;
        }

        long index() {
            return index;
        }

        @Override
        public String toString() {
            return "durable " + index;
        }
    }

    /** All earlier operations have finished or will never happen; this is what the disk holds. */
    public static final class Settled extends StorageCompletion {
        private final DurableState state;

        /** Creates the completion of {@link Effects#settle}. */
        public Settled(long generation, DurableState state) {
            super(generation);
            this.state = state;
        }

        DurableState state() {
            return state;
        }

        DurableIndex durable() {
            return new DurableIndex(state.history().end().index());
        }

        @Override
        void deliverTo(Role role) {
            role.onSettled(this);
        }

        @Override
        Object result() {
            return state;
        }
    }

    /** All appended records up to an index are durable. */
    public static final class Appended extends StorageCompletion {
        private final long lastIndex;

        /** Creates the completion of one or several {@link Effects#append}. */
        public Appended(long generation, long lastIndex) {
            super(generation);
            this.lastIndex = lastIndex;
        }

        /** Returns the index of the last of them. */
        public long lastIndex() {
            return lastIndex;
        }

        DurableIndex durable() {
            return new DurableIndex(lastIndex);
        }

        @Override
        void deliverTo(Role role) {
            role.onAppended(this);
        }

        @Override
        Object result() {
            return lastIndex;
        }
    }

    /** The log ends at a point, and its old tail can't come back. */
    public static final class Truncated extends StorageCompletion {
        private final LogPoint end;

        /** Creates the completion of {@link Effects#truncate}. */
        public Truncated(long generation, LogPoint end) {
            super(generation);
            this.end = end;
        }

        /** Returns the point of the last record that is left. */
        public LogPoint end() {
            return end;
        }

        DurableIndex durable() {
            return new DurableIndex(end.index());
        }

        @Override
        void deliverTo(Role role) {
            role.onTruncated(this);
        }

        @Override
        Object result() {
            return end;
        }
    }

    /** A snapshot has replaced log and state. */
    public static final class SnapshotInstalled extends StorageCompletion {
        private final LogPoint point;

        /** Creates the completion of {@link Effects#installSnapshot}. */
        public SnapshotInstalled(long generation, LogPoint point) {
            super(generation);
            this.point = point;
        }

        /** Returns the point that the log begins behind now. */
        public LogPoint point() {
            return point;
        }

        DurableIndex durable() {
            return new DurableIndex(point.index());
        }

        @Override
        void deliverTo(Role role) {
            role.onSnapshotInstalled(this);
        }

        @Override
        Object result() {
            return point;
        }
    }

    /** The promise is durable. */
    public static final class PromisePersisted extends StorageCompletion {
        private final EpochPromise promise;

        /** Creates the completion of {@link Effects#persistPromise}. */
        public PromisePersisted(long generation, EpochPromise promise) {
            super(generation);
            this.promise = promise;
        }

        /** The promise. */
        public EpochPromise promise() {
            return promise;
        }

        @Override
        void deliverTo(Role role) {
            role.onPromisePersisted(this);
        }

        @Override
        Object result() {
            return promise;
        }
    }
}
