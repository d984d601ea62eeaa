package io.quorate.embedded.member;

import io.quorate.embedded.tree.SnapshotWriter;
import io.quorate.embedded.zab.LogPoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that a member takes of its own state: when one is due, and the one that is being written, a piece with each
 * step, while the state goes on. Confined to the member's thread.
 */
final class Snapshots {

    private static final int CHUNK_BYTES = 256 * 1024;

    /** What is written in one go: it takes a few microseconds, by which a write of a client may be late. */
    private static final int PIECE_BYTES = 1024;

    /** How long to wait after the storage could not keep one. */
    private static final int PAUSE_TICKS = 600;

    private final Replica replica;
    private final MemberStore store;
    private final int afterRecords;
    private final long afterBytes;
    private @Nullable SnapshotWriter writer;
    private List<byte[]> chunks = new ArrayList<>();
    private LogPoint point = LogPoint.GENESIS;
    private LogPoint last = LogPoint.GENESIS;
    private long digest;
    private boolean storing;
    private int pause;

    Snapshots(Replica replica, MemberStore store, MemberSettings settings) {
        this.replica = replica;
        this.store = store;
        this.afterRecords = settings.snapshotRecords();
        this.afterBytes = settings.snapshotBytes();
    }

    /** Goes on from a snapshot that was recovered or received; one that is being written is dropped. */
    void restartFrom(LogPoint snapshot) {
        last = snapshot;
        drop();
    }

    /** Writes the next piece, or begins a snapshot if one is due; returns whether there is more to write. */
    boolean step(boolean mayBegin) {
        SnapshotWriter writing = writer;
        if (writing == null) {
            return mayBegin && begin();
        }
        int bytes = writing.advance(PIECE_BYTES);
        boolean isLast = writing.isEnded();
        if (isLast || bytes >= CHUNK_BYTES) {
            chunks.add(writing.take());
        }
        if (isLast) {
            store();
        }
        return !isLast;
    }

    boolean isUnderWay() {
        return writer != null || storing;
    }

    private boolean begin() {
        long applied = replica.state().appliedIndex();
        long since = applied - last.index();
        boolean due = since >= afterRecords || (since > 0 && replica.tail().bytes() >= afterBytes);
        if (!due || storing || pause > 0) {
            return false;
        }
        point = replica.tail().pointAt(applied);
        digest = replica.state().digest();
        writer = replica.state().beginSnapshot();
        return true;
    }

    private void store() {
        // The log keeps one snapshot's distance, so that a follower that lags a little needs no snapshot.
        LogTail tail = replica.tail();
        LogPoint base = tail.pointAt(Math.max(tail.base().index(), last.index()));
        last = point;
        storing = true;
        store.keepSnapshot(point, digest, base, List.copyOf(chunks));
        drop();
    }

    /** Lets time pass. */
    void tick() {
        pause = Math.max(0, pause - 1);
    }

    /**
     * The storage keeps the snapshot and has dropped the log up to a point.
     *
     * @return false if a received snapshot has replaced the log in the meantime
     */
    boolean stored(LogPoint base) {
        storing = false;
        if (base.index() < replica.tail().base().index()) {
            return false;
        }
        replica.tail().compact(base.index());
        return true;
    }

    /** The storage could not keep the snapshot; the log stays as it is. */
    void abandoned() {
        storing = false;
        pause = PAUSE_TICKS;
    }

    private void drop() {
        SnapshotWriter dropped = writer;
        if (dropped != null) {
            dropped.close();
        }
        writer = null;
        chunks = new ArrayList<>();
    }
}
