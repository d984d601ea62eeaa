package io.quorate.embedded.member;

import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.zab.DurableState;
import io.quorate.embedded.zab.EpochPromise;
import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.RecordBatch;
import io.quorate.embedded.zab.Roster;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a member keeps what must survive it, for one life of the member.
 *
 * <p>Operations take effect in the order of the calls; no call blocks. One that finds no room waits for some, and those behind
 * it wait with it. None is ever dropped unless the storage fails, which it reports once, or is closed while it waits for room.
 */
public interface MemberStore {

    /**
     * What was found at the start.
     *
     * @param state the outline
     * @param machine the state that the snapshot holds, an empty one if there is none
     * @param records all records after the snapshot
     * @param alert what somebody should know of how it was found
     */
    record Recovered(DurableState state, StateMachine machine, List<LogRecord> records, Optional<String> alert) {}

    /**
     * A snapshot that another member has sent.
     *
     * @param point the point of the snapshot
     * @param digest the digest of the state that it holds
     * @param roster which disks count at that point
     * @param content the state
     */
    record Received(LogPoint point, long digest, Roster roster, List<byte[]> content) {}

    /** Receives what becomes of the operations, on any thread. */
    interface Listener {

        /** The storage is open and was read. */
        void recovered(Recovered recovered);

        /** An operation has ended, as the protocol is to be told. */
        void completed(Event completion);

        /** The storage has failed; nothing else completes any more. */
        void failed(Throwable cause);

        /** A snapshot that was to be kept was not, and will not be; nothing else changed. */
        void snapshotAbandoned();

        /** The storage is released. */
        void closed();
    }

    /** Opens and recovers; ends with {@link Listener#recovered} or {@link Listener#failed}. */
    void open(Listener listener);

    /** Tells where the storage stands once everything that was asked for before is done. */
    void settle(long generation);

    /** Makes records durable behind the last one. */
    void append(long generation, RecordBatch records);

    /** Removes the records behind an index. */
    void truncate(long generation, long lastIndex);

    /** Makes a promise durable. */
    void persistPromise(long generation, EpochPromise promise);

    /** Replaces everything by a received snapshot. */
    void install(long generation, Received snapshot);

    /** Keeps a snapshot of the member's own state and drops the records up to {@code base}. */
    void keepSnapshot(LogPoint point, long digest, LogPoint base, List<byte[]> content);

    /** Reads a snapshot, or finds that it is not kept any more; {@code reader} runs on any thread. */
    void readSnapshot(LogPoint point, Consumer<Optional<List<byte[]>>> reader);

    /** Returns how well the storage does; any thread, at once. */
    default StoreHealth health() {
        return StoreHealth.GOOD;
    }

    /** Returns how long it takes, if it is a disk; any thread, at once. */
    default Optional<DiskFigures> figures() {
        return Optional.empty();
    }

    /** Has the next life begin without what is kept, because it leads to a wrong state. */
    default void condemn(String reason) {}

    /** Finishes what was asked for, then releases the storage and tells {@link Listener#closed}. */
    void close();
}
