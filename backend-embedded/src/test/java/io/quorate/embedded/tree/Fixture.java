package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A leader of one, for tests that tell a story: requests are judged, and applied when the test says so. */
final class Fixture {

    static final String ID = "0123456789abcdef0123456789abcdef";

    final StateMachine state = new StateMachine();
    final TreeLimits limits;
    Validator validator;
    final ArrayDeque<Txn> proposals = new ArrayDeque<>();
    private final TxnCodec codec = new TxnCodec();
    private final Map<Long, Long> operations = new HashMap<>();
    private long openings;
    long now = 1_000;

    Fixture() {
        this(TreeLimits.DEFAULT);
    }

    Fixture(TreeLimits limits) {
        this.limits = limits;
        this.validator = new Validator(state, limits);
    }

    long nextIndex() {
        return state.appliedIndex() + proposals.size() + 1;
    }

    Verdict judge(Request request) {
        Verdict verdict = validator.validate(request, nextIndex(), now);
        Txn txn = verdict.txn();
        if (txn != null) {
            proposals.addLast(txn);
        }
        return verdict;
    }

    @Nullable
    Applied applyAll() {
        Applied last = null;
        while (!proposals.isEmpty()) {
            Txn txn = TxnCodec.decode(ByteBuffer.wrap(codec.encode(proposals.removeFirst())));
            last = state.apply(state.appliedIndex() + 1, txn);
        }
        return last;
    }

    /** Judges and applies a request; returns the result. */
    Result run(Request request) {
        Verdict verdict = judge(request);
        applyAll();
        if (verdict instanceof Verdict.Propose propose) {
            return propose.txn() instanceof Txn.Write write ? write.result() : Result.Done.INSTANCE;
        }
        return verdict instanceof Verdict.Answer answer ? answer.result() : Result.Done.INSTANCE;
    }

    long open() {
        long session = nextIndex();
        run(openRequest());
        return session;
    }

    /** Returns a request like no other, or it would open the same session. */
    Request.OpenSession openRequest() {
        byte[] password =
                ByteBuffer.allocate(16).putLong(++openings).putLong(nextIndex()).array();
        return new Request.OpenSession(password, 10_000, "test");
    }

    Request.Write write(long session, Commit.Builder commit) {
        long operation = operations.merge(session, 1L, Long::sum);
        return new Request.Write(session, operation, operation - 1, commit.build());
    }

    Request.Enqueue enqueue(long session, String... keys) {
        List<Key> queues = Stream.of(keys).map(Key::of).toList();
        long operation = operations.merge(session, 1L, Long::sum);
        return new Request.Enqueue(session, operation, operation - 1, queues, "w", ID, Bytes.EMPTY);
    }

    Request.Dequeue dequeue(long session, String ticket) {
        long operation = operations.merge(session, 1L, Long::sum);
        return new Request.Dequeue(session, operation, operation - 1, Key.of(ticket));
    }

    Request.Create create(long session, String path, CreateMode mode, long ttlMillis) {
        long operation = operations.merge(session, 1L, Long::sum);
        return new Request.Create(session, operation, operation - 1, Key.of(path), null, mode, ttlMillis);
    }

    static Key key(String path) {
        return Key.of(path);
    }

    static Commit.Builder commit() {
        return Commit.builder();
    }
}
