package io.quorate.embedded.member;

import io.quorate.embedded.tree.Applied;
import io.quorate.embedded.tree.SnapshotLoader;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.Txn;
import io.quorate.embedded.tree.TxnCodec;
import io.quorate.embedded.zab.Admission;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.LogRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member's copy of the replicated state, and of the log behind its base. Confined to the member's thread.
 */
final class Replica {

    private StateMachine state = new StateMachine();
    private LogTail tail = new LogTail(LogPoint.GENESIS, List.of());
    private @Nullable StateMachine installing;

    StateMachine state() {
        return state;
    }

    LogTail tail() {
        return tail;
    }

    /** Begins with what the storage has recovered. */
    void recovered(MemberStore.Recovered recovered) {
        state = recovered.machine();
        tail = new LogTail(recovered.state().snapshot(), recovered.records());
    }

    /**
     * Returns the state that the content of a snapshot describes.
     *
     * @throws IllegalStateException if it is not that of the point
     */
    static StateMachine load(List<byte[]> content, LogPoint point) {
        SnapshotLoader loader = new SnapshotLoader();
        content.forEach(chunk -> loader.accept(ByteBuffer.wrap(chunk)));
        StateMachine loaded = loader.finish();
        if (loaded.appliedIndex() != point.index()) {
            throw new IllegalStateException(
                    "a snapshot at index " + point.index() + " holds the state at index " + loaded.appliedIndex());
        }
        return loaded;
    }

    /** Applies records of the log that are committed, and tells of each just behind it. */
    void apply(long applied, long through, Consumer<Applied> listener) {
        for (long index = applied + 1; index <= through; index++) {
            LogRecord record = tail.get(index);
            listener.accept(apply(record));
        }
    }

    private Applied apply(LogRecord record) {
        return switch (record.type()) {
            case NEWLEADER -> state.apply(record.index(), new Txn.NoOp());
            case TXN -> state.apply(record.index(), (Txn) record.content(Replica::decode));
            case ADMISSION -> {
                Admission admission = Admission.of(record.payload());
                yield state.admit(record.index(), admission.member(), admission.disk());
            }
        };
    }

    private static Txn decode(byte[] payload) {
        return TxnCodec.decode(ByteBuffer.wrap(payload));
    }

    /**
     * Prepares to go on from a received snapshot; the log begins behind it at once, the state follows with {@link #installed}.
     *
     * @return the state that it holds
     */
    StateMachine install(LogPoint point, List<byte[]> content) {
        StateMachine loaded = load(content, point);
        installing = loaded;
        tail.restart(point);
        return loaded;
    }

    /** Takes over the state of the snapshot, which is durable now; returns whether there was one. */
    boolean installed() {
        StateMachine restored = installing;
        if (restored == null) {
            return false;
        }
        state = restored;
        installing = null;
        return true;
    }
}
