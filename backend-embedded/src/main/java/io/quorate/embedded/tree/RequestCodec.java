package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Guard;
import io.quorate.backend.InvalidKeyException;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests as bytes, as members send them to their leader. Every request has exactly one form. */
public final class RequestCodec {

    private static final int OPEN_SESSION = 1;
    private static final int CLOSE_SESSION = 2;
    private static final int REAP = 3;
    private static final int WRITE = 4;
    private static final int ENQUEUE = 5;
    private static final int DEQUEUE = 6;
    private static final int CREATE = 7;

    private static final int GUARD_EXISTS = 1;
    private static final int GUARD_UNCHANGED = 2;
    private static final int GUARD_HELD_BY = 3;

    private static final int OP_CREATE = 1;
    private static final int OP_CREATE_OWNED = 2;
    private static final int OP_UPDATE = 3;
    private static final int OP_DELETE = 4;

    private static final int MAX_TICKET_TEXT = 64;

    private RequestCodec() {}

    // ---- writing

    /** Writes a request. */
    public static void write(BinaryOutput output, Request request) {
        if (request instanceof Request.Operation operation) {
            writeOperation(output, operation);
        } else if (request instanceof Request.OpenSession open) {
            output.octet(OPEN_SESSION);
            output.raw(open.password());
            output.number(open.timeoutMillis());
            output.text(open.ownerName());
        } else if (request instanceof Request.CloseSession close) {
            output.octet(CLOSE_SESSION);
            output.number(close.session());
            output.flag(close.expired());
        } else if (request instanceof Request.Reap reap) {
            output.octet(REAP);
            output.number(reap.paths().size());
            reap.paths().forEach(output::text);
        } else {
            throw new IllegalArgumentException("no form for " + request);
        }
    }

    private static void writeOperation(BinaryOutput output, Request.Operation operation) {
        if (operation instanceof Request.Write write) {
            begin(output, WRITE, write);
            writeCommit(output, write.commit());
        } else if (operation instanceof Request.Enqueue enqueue) {
            begin(output, ENQUEUE, enqueue);
            output.number(enqueue.queues().size());
            enqueue.queues().forEach(queue -> key(output, queue));
            output.text(enqueue.label());
            output.text(enqueue.id());
            value(output, enqueue.value());
        } else if (operation instanceof Request.Dequeue dequeue) {
            begin(output, DEQUEUE, dequeue);
            key(output, dequeue.ticket());
        } else if (operation instanceof Request.Create create) {
            begin(output, CREATE, create);
            key(output, create.key());
            value(output, create.value());
            output.octet(create.mode().number());
            output.number(create.ttlMillis());
        } else {
            throw new IllegalArgumentException("no form for " + operation);
        }
    }

    private static void begin(BinaryOutput output, int type, Request.Operation operation) {
        output.octet(type);
        output.number(operation.session());
        output.number(operation.operation());
        output.number(operation.acknowledged());
    }

    private static void writeCommit(BinaryOutput output, Commit commit) {
        output.number(commit.guards().size());
        commit.guards().forEach(guard -> writeGuard(output, guard));
        output.number(commit.ops().size());
        commit.ops().forEach(op -> writeOp(output, op));
    }

    private static void writeGuard(BinaryOutput output, Guard guard) {
        if (guard instanceof Guard.Exists exists) {
            output.octet(GUARD_EXISTS);
            key(output, exists.key());
        } else if (guard instanceof Guard.Unchanged unchanged) {
            output.octet(GUARD_UNCHANGED);
            key(output, unchanged.key());
            output.signed(unchanged.modRevision());
        } else if (guard instanceof Guard.HeldBy held) {
            output.octet(GUARD_HELD_BY);
            key(output, held.key());
            output.signed(held.revision());
        } else {
            throw new IllegalArgumentException("a commit takes this guard apart: " + guard);
        }
    }

    private static void writeOp(BinaryOutput output, Op op) {
        if (op instanceof Op.Create create) {
            output.octet(create.lifetime() == Op.Lifetime.SESSION ? OP_CREATE_OWNED : OP_CREATE);
            key(output, create.key());
            value(output, create.value());
        } else if (op instanceof Op.Update update) {
            output.octet(OP_UPDATE);
            key(output, update.key());
            value(output, update.value());
            output.signed(update.expectedRevision());
        } else if (op instanceof Op.Delete delete) {
            output.octet(OP_DELETE);
            key(output, delete.key());
            output.signed(delete.expectedRevision());
        }
    }

    private static void key(BinaryOutput output, Key key) {
        output.text(key.toString());
    }

    private static void value(BinaryOutput output, @Nullable Bytes value) {
        output.data(value == null ? null : value.toByteArray());
    }

    // ---- reading

    /**
     * Reads a request.
     *
     * @throws MalformedDataException if the bytes are none
     */
    public static Request read(BinaryInput input) {
        try {
            return readChecked(input);
        } catch (IllegalArgumentException | InvalidKeyException e) {
            // What the constructors of keys, commits and requests refuse.
            throw new MalformedDataException("no such request: " + e.getMessage(), e);
        }
    }

    private static Request readChecked(BinaryInput input) {
        int type = input.octet();
        return switch (type) {
            case OPEN_SESSION ->
                new Request.OpenSession(
                        input.raw(Txn.OpenSession.PASSWORD_BYTES),
                        input.count(Integer.MAX_VALUE),
                        input.text(Request.OpenSession.MAX_OWNER_NAME * 3));
            case CLOSE_SESSION -> new Request.CloseSession(input.positive(), input.flag());
            case REAP -> new Request.Reap(readPaths(input));
            case WRITE, ENQUEUE, DEQUEUE, CREATE -> readOperation(input, type);
            default -> throw new MalformedDataException("no request has the type " + type);
        };
    }

    private static Request.Operation readOperation(BinaryInput input, int type) {
        long session = input.positive();
        long operation = input.positive();
        long acknowledged = input.index();
        return switch (type) {
            case WRITE -> new Request.Write(session, operation, acknowledged, readCommit(input));
            case ENQUEUE ->
                new Request.Enqueue(
                        session,
                        operation,
                        acknowledged,
                        readKeys(input),
                        input.text(MAX_TICKET_TEXT),
                        input.text(MAX_TICKET_TEXT),
                        readValue(input));
            case DEQUEUE -> new Request.Dequeue(session, operation, acknowledged, readKey(input));
            default ->
                new Request.Create(
                        session,
                        operation,
                        acknowledged,
                        readKey(input),
                        readValue(input),
                        CreateMode.of(input.octet()),
                        input.index());
        };
    }

    private static List<String> readPaths(BinaryInput input) {
        int count = input.elements(TreeLimits.HARD_TXN_BYTES);
        List<String> paths = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            paths.add(input.path());
        }
        return paths;
    }

    private static List<Key> readKeys(BinaryInput input) {
        int count = input.elements(TreeLimits.HARD_COMMIT_SIZE);
        List<Key> keys = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            keys.add(readKey(input));
        }
        return keys;
    }

    private static Commit readCommit(BinaryInput input) {
        int guardCount = input.elements(TreeLimits.HARD_COMMIT_SIZE);
        List<Guard> guards = new ArrayList<>(Math.min(guardCount, 16));
        for (int i = 0; i < guardCount; i++) {
            guards.add(readGuard(input));
        }
        int opCount = input.elements(TreeLimits.HARD_COMMIT_SIZE);
        List<Op> ops = new ArrayList<>(Math.min(opCount, 16));
        for (int i = 0; i < opCount; i++) {
            ops.add(readOp(input));
        }
        return new Commit(guards, ops);
    }

    private static Guard readGuard(BinaryInput input) {
        int type = input.octet();
        return switch (type) {
            case GUARD_EXISTS -> new Guard.Exists(readKey(input));
            case GUARD_UNCHANGED -> new Guard.Unchanged(readKey(input), input.signed());
            case GUARD_HELD_BY -> new Guard.HeldBy(readKey(input), input.signed());
            default -> throw new MalformedDataException("no guard has the type " + type);
        };
    }

    private static Op readOp(BinaryInput input) {
        int type = input.octet();
        return switch (type) {
            case OP_CREATE -> new Op.Create(readKey(input), readValue(input), Op.Lifetime.PERSISTENT);
            case OP_CREATE_OWNED -> new Op.Create(readKey(input), readValue(input), Op.Lifetime.SESSION);
            case OP_UPDATE -> new Op.Update(readKey(input), readValue(input), input.signed());
            case OP_DELETE -> new Op.Delete(readKey(input), input.signed());
            default -> throw new MalformedDataException("no operation has the type " + type);
        };
    }

    private static Key readKey(BinaryInput input) {
        String text = input.text(Key.MAX_BYTES);
        Key key = Key.of(text);
        if (!key.toString().equals(text)) {
            throw new MalformedDataException("a key is sent with its leading slash");
        }
        return key;
    }

    private static @Nullable Bytes readValue(BinaryInput input) {
        byte[] data = input.data();
        return data == null ? null : Bytes.of(data);
    }
}
