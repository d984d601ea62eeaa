package io.quorate.embedded.tree;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Transactions as bytes: a version, a type, the fields.
 *
 * <p>Every transaction has exactly one form. Not thread-safe: an encoder keeps its buffer for the next transaction.
 */
public final class TxnCodec {

    /** The version of the format, its first byte. */
    public static final int VERSION = 1;

    private static final int NO_OP = 0;
    private static final int OPEN_SESSION = 1;
    private static final int CLOSE_SESSION = 2;
    private static final int WRITE = 3;
    private static final int REAP = 4;

    private static final int CREATED = 0;
    private static final int UPDATED = 1;
    private static final int DELETED = 2;
    private static final int SEQUENTIAL = 8;
    private static final int KIND_SHIFT = 4;

    private static final Txn NOTHING = new Txn.NoOp();

    private final BinaryOutput output = new BinaryOutput(512);

    /** Creates a codec with a buffer of its own. */
    public TxnCodec() {}

    /** Returns the bytes of a transaction, in an array of their own. */
    public byte[] encode(Txn txn) {
        output.clear();
        write(txn);
        return output.toByteArray();
    }

    /** Returns how many bytes a transaction has. */
    int encodedSize(Txn txn) {
        output.clear();
        write(txn);
        return output.size();
    }

    /**
     * Reads a transaction, which must end where the buffer does.
     *
     * @throws MalformedDataException if the bytes are no transaction of this version
     */
    public static Txn decode(ByteBuffer buffer) {
        if (buffer.remaining() > TreeLimits.HARD_TXN_BYTES) {
            throw new MalformedDataException("a transaction has at most " + TreeLimits.HARD_TXN_BYTES
                    + " bytes, but this one has " + buffer.remaining());
        }
        BinaryInput input = new BinaryInput(buffer);
        int version = input.octet();
        if (version != VERSION) {
            throw new MalformedDataException("a transaction of version " + version
                    + " needs another release: this one reads " + VERSION + " only");
        }
        Txn txn = read(input);
        input.end();
        return txn;
    }

    private void write(Txn txn) {
        output.octet(VERSION);
        if (txn instanceof Txn.Write write) {
            writeWrite(write);
        } else if (txn instanceof Txn.OpenSession open) {
            writeOpenSession(open);
        } else if (txn instanceof Txn.CloseSession close) {
            writeCloseSession(close);
        } else if (txn instanceof Txn.Reap reap) {
            output.octet(REAP);
            output.signed(reap.timeMillis());
            writePaths(reap.changes());
        } else {
            output.octet(NO_OP);
        }
    }

    private void writeWrite(Txn.Write write) {
        output.octet(WRITE);
        output.number(write.session());
        output.number(write.operation());
        output.number(write.acknowledged());
        output.signed(write.timeMillis());
        ResultCodec.write(output, write.result());
        output.number(write.changes().size());
        for (NodeChange change : write.changes()) {
            writeChange(change);
        }
    }

    private void writeChange(NodeChange change) {
        if (change instanceof NodeChange.Created created) {
            output.octet(CREATED
                    | (created.sequential() ? SEQUENTIAL : 0)
                    | (created.kind().number() << KIND_SHIFT));
            output.text(created.path());
            output.data(created.data());
            if (created.kind() == NodeKind.TTL) {
                output.number(created.ttlMillis());
            }
        } else if (change instanceof NodeChange.Updated updated) {
            output.octet(UPDATED);
            output.text(updated.path());
            output.data(updated.data());
        } else {
            output.octet(DELETED);
            output.text(change.path());
        }
    }

    private void writeOpenSession(Txn.OpenSession open) {
        output.octet(OPEN_SESSION);
        output.raw(open.password());
        output.number(open.timeoutMillis());
        output.text(open.ownerName());
        output.signed(open.timeMillis());
    }

    private void writeCloseSession(Txn.CloseSession close) {
        output.octet(CLOSE_SESSION);
        output.number(close.session());
        output.flag(close.expired());
        output.signed(close.timeMillis());
        writePaths(close.changes());
    }

    private void writePaths(List<NodeChange> deletions) {
        output.number(deletions.size());
        for (NodeChange deletion : deletions) {
            output.text(deletion.path());
        }
    }

    private static Txn read(BinaryInput input) {
        int type = input.octet();
        return switch (type) {
            case NO_OP -> NOTHING;
            case OPEN_SESSION -> readOpenSession(input);
            case CLOSE_SESSION ->
                new Txn.CloseSession(input.positive(), input.flag(), input.signed(), readPaths(input));
            case WRITE -> readWrite(input);
            case REAP -> new Txn.Reap(input.signed(), readPaths(input));
            default -> throw new MalformedDataException("no transaction has the type " + type);
        };
    }

    private static Txn readOpenSession(BinaryInput input) {
        byte[] password = input.raw(Txn.OpenSession.PASSWORD_BYTES);
        int timeoutMillis = input.count(Integer.MAX_VALUE);
        String ownerName = input.text(Request.OpenSession.MAX_OWNER_NAME * 3);
        if (timeoutMillis == 0 || ownerName.isEmpty() || ownerName.length() > Request.OpenSession.MAX_OWNER_NAME) {
            throw new MalformedDataException("a session needs a time-out and an owner name");
        }
        return new Txn.OpenSession(password, timeoutMillis, ownerName, input.signed());
    }

    private static Txn readWrite(BinaryInput input) {
        long session = input.positive();
        long operation = input.positive();
        long acknowledged = input.number();
        if (acknowledged < 0 || acknowledged >= operation) {
            throw new MalformedDataException(
                    "operation " + operation + " cannot follow the acknowledgement of " + acknowledged);
        }
        long timeMillis = input.signed();
        Result result = ResultCodec.read(input);
        return new Txn.Write(session, operation, acknowledged, timeMillis, readChanges(input), result);
    }

    private static List<NodeChange> readChanges(BinaryInput input) {
        int count = input.elements(TreeLimits.HARD_TXN_BYTES);
        if (count <= 1) {
            return count == 0 ? List.of() : List.of(readChange(input));
        }
        List<NodeChange> changes = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            changes.add(readChange(input));
        }
        return changes;
    }

    private static NodeChange readChange(BinaryInput input) {
        int type = input.octet();
        return switch (type) {
            case UPDATED -> new NodeChange.Updated(input.path(), input.data());
            case DELETED -> new NodeChange.Deleted(input.path());
            default -> readCreated(input, type);
        };
    }

    private static NodeChange readCreated(BinaryInput input, int type) {
        if ((type & ~SEQUENTIAL & ((1 << KIND_SHIFT) - 1)) != CREATED) {
            throw new MalformedDataException("no change has the type " + type);
        }
        NodeKind kind = NodeKind.of(type >>> KIND_SHIFT);
        String path = input.path();
        byte[] data = input.data();
        long ttlMillis = kind == NodeKind.TTL ? input.positive() : 0;
        return new NodeChange.Created(path, data, kind, ttlMillis, (type & SEQUENTIAL) != 0);
    }

    private static List<NodeChange> readPaths(BinaryInput input) {
        int count = input.elements(TreeLimits.HARD_TXN_BYTES);
        List<NodeChange> deletions = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            deletions.add(new NodeChange.Deleted(input.path()));
        }
        return deletions;
    }
}
