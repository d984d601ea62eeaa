package io.quorate.embedded.tree;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state at one index as a stream of chunks, written while later transactions are applied.
 *
 * <p>It walks over the tree, a chunk at a time. A node or a session that is about to change for the first time since the
 * snapshot began is written just before, out of turn; what was created since is left out. So nothing is ever copied twice,
 * and a transaction pays at most for writing what it touches: the records of a few nodes. The order of the records therefore
 * depends on what happens meanwhile; their sum does not.
 *
 * <p>Confined to the thread of the state. Call {@link #next} until it returns {@code null}, or {@link #close}.
 */
public final class SnapshotWriter implements AutoCloseable {

    /** The version of the format. */
    public static final int VERSION = 1;

    static final long MAGIC = 0x514E_5450_534E_4150L;

    static final int HEADER = 1;
    static final int SESSION = 2;
    static final int NODE = 3;
    static final int END = 4;
    static final int DISK = 5;

    private static final int MIN_STEPS = 64;
    private static final int SMALL_RECORD = 32;

    private final StateMachine state;
    private final int number;
    private final long index;
    private final List<SessionRecord> sessions;
    private final BinaryOutput output = new BinaryOutput(1 << 12);
    private @Nullable Znode cursor;
    private int nextSession;
    private long nodesWritten;
    private long sessionsWritten;
    private boolean ended;

    SnapshotWriter(StateMachine state, int number) {
        this.state = state;
        this.number = number;
        this.index = state.appliedIndex();
        this.sessions = List.copyOf(state.sessionTable().all());
        this.cursor = state.tree().root();
        writeHeader();
    }

    /** Returns the index that the snapshot is taken at. */
    public long index() {
        return index;
    }

    /**
     * Returns the next chunk, or {@code null} after the last one.
     *
     * @param bytes how large a chunk to aim at; it is exceeded by at most one record and what was written out of turn since the
     *     last call, and missed, even by all of it, where everything was written out of turn
     */
    public byte @Nullable [] next(int bytes) {
        if (ended) {
            return null;
        }
        fill(bytes);
        return take();
    }

    /**
     * Writes some more records into the chunk at hand, up to the last one of the snapshot.
     *
     * @param bytes how many bytes to aim at
     * @return how many bytes the chunk has now
     */
    public int advance(int bytes) {
        if (!ended) {
            fill(output.size() + bytes);
        }
        return output.size();
    }

    /** Returns whether nothing more will be written, because all is or because the snapshot was closed. */
    public boolean isEnded() {
        return ended;
    }

    /** Returns the chunk at hand and begins the next one. */
    public byte[] take() {
        byte[] chunk = output.toByteArray();
        output.clear();
        return chunk;
    }

    private void fill(int bytes) {
        // What was written already adds nothing to the chunk; a call must not walk over it for long all the same.
        int steps = Math.max(MIN_STEPS, (bytes - output.size()) / SMALL_RECORD);
        while (output.size() < bytes && nextSession < sessions.size() && steps-- > 0) {
            write(sessions.get(nextSession++));
        }
        Znode node = cursor;
        while (output.size() < bytes && node != null && steps-- > 0) {
            write(node);
            // Whatever is below a new node is new as well.
            node = ZnodeTree.following(node, isIncluded(node));
        }
        cursor = node;
        if (node == null && nextSession == sessions.size()) {
            writeEnd();
            close();
        }
    }

    /** Ends the snapshot, finished or not. Idempotent. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            state.endSnapshot();
        }
    }

    void beforeChange(Znode node) {
        if (state.rules().savesBeforeChange()) {
            write(node);
        }
    }

    void beforeDelete(Znode node) {
        beforeChange(node);
        if (cursor == node) {
            cursor = ZnodeTree.following(node, false);
        }
    }

    void beforeChange(SessionRecord session) {
        if (state.rules().savesBeforeChange()) {
            write(session);
        }
    }

    private boolean isIncluded(Znode node) {
        return node.czxid <= index;
    }

    private void writeHeader() {
        output.octet(HEADER);
        output.fixed(MAGIC);
        output.octet(VERSION);
        output.number(index);
        output.fixed(state.digest());
        state.disks().forEach((member, disk) -> {
            output.octet(DISK);
            output.number(member);
            output.fixed(disk);
        });
    }

    private void writeEnd() {
        output.octet(END);
        output.number(nodesWritten);
        output.number(sessionsWritten);
    }

    private void write(SessionRecord session) {
        if (session.snapshot == number || session.id > index) {
            return;
        }
        session.snapshot = number;
        sessionsWritten++;
        output.octet(SESSION);
        output.number(session.id);
        output.raw(session.password);
        output.number(session.timeoutMillis);
        output.text(session.ownerName);
        output.signed(session.openedAtMillis);
        output.number(session.acknowledged);
        output.number(session.lastOperation - session.acknowledged);
        for (long operation = session.acknowledged + 1; operation <= session.lastOperation; operation++) {
            output.number(session.index(operation));
            ResultCodec.write(output, session.result(operation));
        }
    }

    private void write(Znode node) {
        if (node.snapshot == number || !isIncluded(node)) {
            return;
        }
        node.snapshot = number;
        nodesWritten++;
        Children children = node.children;
        output.octet(NODE);
        output.text(node.path());
        output.octet(node.kind.number());
        output.number(node.owner);
        output.number(node.czxid);
        output.number(node.mzxid);
        output.number(node.pzxid);
        output.signed(node.ctime);
        output.signed(node.mtime);
        output.signed(node.version);
        output.signed(node.aversion);
        output.signed(children == null ? 0 : children.cversion);
        output.signed(children == null ? 0 : children.sequence);
        output.data(node.data);
    }
}
