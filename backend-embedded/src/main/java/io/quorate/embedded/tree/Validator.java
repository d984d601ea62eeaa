package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The leader's judgement: turns requests into transactions.
 *
 * <p>A request is judged on the state after all proposals before it, most of which are not applied yet. A validator lives as
 * long as one leadership. It must be created when everything in the leader's log has been applied, and every transaction that it
 * returns must be proposed at the index for which it was made; when the leadership ends, or a proposal cannot be made, the
 * validator is dropped and with it all that it remembers of proposals.
 *
 * <p>Confined to the thread of the state, which it reads and never changes.
 */
public final class Validator {

    private final StateMachine state;
    private final TreeLimits limits;
    private final Rules rules;
    private final Pending pending;
    private final TxnCodec codec = new TxnCodec();
    private final Openings openings;
    private long lastIndex;

    /** Creates a validator for a leadership that begins on the state as it is. */
    public Validator(StateMachine state, TreeLimits limits) {
        this(state, limits, state.rules());
    }

    Validator(StateMachine state, TreeLimits limits, Rules rules) {
        this.state = state;
        this.limits = limits;
        this.rules = rules;
        this.pending = new Pending(state);
        this.lastIndex = state.appliedIndex();
        this.openings = new Openings(state.sessionTable().all());
    }

    /**
     * Judges a request.
     *
     * @param request the request
     * @param index the index at which its transaction will be proposed if it becomes one
     * @param nowMillis the wall clock, for creation times and times to live
     * @throws IllegalArgumentException if the index has been proposed or applied already
     */
    public Verdict validate(Request request, long index, long nowMillis) {
        if (index <= lastIndex || index <= state.appliedIndex()) {
            throw new IllegalArgumentException("index " + index + " has been used already: " + lastIndex
                    + " was the last proposal, " + state.appliedIndex() + " is applied");
        }
        pending.forgetUpTo(rules.judgesPending() ? state.appliedIndex() : Long.MAX_VALUE);
        Verdict verdict = judge(request, index, nowMillis);
        if (verdict instanceof Verdict.Propose) {
            lastIndex = index;
        }
        return verdict;
    }

    /** Returns how many proposals are remembered because they were not applied when a request was last judged. */
    int pendingProposals() {
        return pending.proposals();
    }

    private Verdict judge(Request request, long index, long nowMillis) {
        if (request instanceof Request.Operation operation) {
            return judgeOperation(operation, index, nowMillis);
        }
        if (request instanceof Request.OpenSession open) {
            return judgeOpenSession(open, index, nowMillis);
        }
        if (request instanceof Request.CloseSession close) {
            return judgeCloseSession(close, index, nowMillis);
        }
        return judgeReap((Request.Reap) request, index, nowMillis);
    }

    // ---- sessions

    private Verdict judgeOpenSession(Request.OpenSession open, long index, long nowMillis) {
        long opened = openings.find(open.password());
        if (opened != 0) {
            return new Verdict.Answer(opened, Result.Done.INSTANCE);
        }
        int count = pending.sessionCount() + 1;
        if (count > limits.sessions()) {
            return refused(new Result.LimitExceeded(Limit.SESSIONS, 0, limits.sessions(), count));
        }
        pending.open(index);
        openings.opened(index, open.password());
        return new Verdict.Propose(
                new Txn.OpenSession(open.password(), open.timeoutMillis(), open.ownerName(), nowMillis));
    }

    private Verdict judgeCloseSession(Request.CloseSession close, long index, long nowMillis) {
        PendingSession session = pending.session(close.session());
        if (session == null || session.closedAt != 0) {
            return gone(session);
        }
        Draft draft = new Draft(pending, limits, rules, index, session);
        Set<String> paths = ownedBy(session);
        int released = rules.nodesReleased(paths.size());
        for (String path : paths) {
            if (released-- > 0) {
                require(draft.delete(0, path, Op.ANY_REVISION));
            }
        }
        session.closedAt = index;
        openings.closed(session.id);
        pending.add(index, draft, List.of(session));
        pending.close();
        return new Verdict.Propose(new Txn.CloseSession(session.id, close.expired(), nowMillis, draft.changes()));
    }

    /** Returns the paths of the nodes that a session owns after all proposals. */
    private Set<String> ownedBy(PendingSession session) {
        Set<String> paths = new LinkedHashSet<>();
        SessionRecord applied = state.sessionTable().find(session.id);
        if (applied != null) {
            for (Znode node : applied.ephemerals) {
                String path = node.path();
                PendingNode shadow = pending.shadow(path);
                if (shadow == null || (shadow.exists() && shadow.owner() == session.id)) {
                    paths.add(path);
                }
            }
        }
        paths.addAll(session.created);
        return paths;
    }

    private static Verdict gone(@Nullable PendingSession session) {
        return new Verdict.Answer(session == null ? 0 : session.closedAt, new Result.SessionGone());
    }

    // ---- operations of a session

    private Verdict judgeOperation(Request.Operation request, long index, long nowMillis) {
        PendingSession session = pending.session(request.session());
        if (session == null || session.closedAt != 0) {
            return gone(session);
        }
        long operation = request.operation();
        if (operation <= session.lastOperation && rules.answersRetries()) {
            return answerRetry(session, operation);
        }
        long next = session.lastOperation + 1;
        if (operation != next && rules.answersRetries()) {
            return refused(new Result.OutOfOrder(next));
        }
        long acknowledged = Math.max(session.acknowledged, Math.min(request.acknowledged(), session.lastOperation));
        if (next - acknowledged > limits.results()) {
            return refused(new Result.LimitExceeded(Limit.RESULTS, 0, limits.results(), next - acknowledged));
        }
        return propose(request, session, next, acknowledged, index, nowMillis);
    }

    private Verdict answerRetry(PendingSession session, long operation) {
        if (operation <= session.acknowledged) {
            return refused(new Result.Forgotten());
        }
        Verdict.Answer answer = session.answer(operation);
        return answer != null ? answer : state.answer(session.id, operation).orElseThrow();
    }

    private Verdict propose(
            Request.Operation request,
            PendingSession session,
            long operation,
            long acknowledged,
            long index,
            long nowMillis) {
        Draft draft = new Draft(pending, limits, rules, index, session);
        Result result = draft(request, draft);
        Txn.Write write = new Txn.Write(session.id, operation, acknowledged, nowMillis, draft.changes(), result);
        int size = isSuccess(result) && mayExceed(write) ? codec.encodedSize(write) : 0;
        if (size > limits.txnBytes()) {
            result = new Result.LimitExceeded(Limit.TXN_BYTES, 0, limits.txnBytes(), size);
        }
        if (!isSuccess(result)) {
            if (!rules.recordsFailures()) {
                return refused(result);
            }
            List<NodeChange> kept = rules.keptByFailure(draft.changes());
            if (rules.forgetsFailedCommit()) {
                draft = new Draft(pending, limits, rules, index, session);
            }
            write = new Txn.Write(session.id, operation, acknowledged, nowMillis, kept, result);
        }
        session.record(index, operation, acknowledged, result);
        pending.add(index, draft, List.of(session));
        return new Verdict.Propose(write);
    }

    private Result draft(Request.Operation request, Draft draft) {
        if (request instanceof Request.Write write) {
            return draftCommit(write.commit(), draft);
        }
        if (request instanceof Request.Enqueue enqueue) {
            return draftEnqueue(enqueue, draft);
        }
        if (request instanceof Request.Dequeue dequeue) {
            return draftDequeue(dequeue, draft);
        }
        return draftCreate((Request.Create) request, draft);
    }

    private Result draftCommit(Commit commit, Draft draft) {
        int size = commit.guards().size() + commit.ops().size();
        if (size > limits.commitSize()) {
            return new Result.LimitExceeded(Limit.COMMIT_SIZE, 0, limits.commitSize(), size);
        }
        for (int i = 0; i < commit.guards().size(); i++) {
            if (!holds(commit.guards().get(i), draft)) {
                return new Result.Failed(Result.Reason.GUARD_FAILED, i);
            }
        }
        for (int i = 0; i < commit.ops().size(); i++) {
            Result failure = draftOp(i, commit.ops().get(i), draft);
            if (failure != null) {
                return failure;
            }
        }
        return Result.Done.INSTANCE;
    }

    private static boolean holds(Guard guard, Draft draft) {
        PendingNode node = draft.node(guard.key().toString());
        if (guard instanceof Guard.Unchanged unchanged) {
            return node != null && node.mzxid() == unchanged.modRevision();
        }
        // The key of a ticket is unique for ever, so that its existence says all about who holds it.
        return node != null;
    }

    private @Nullable Result draftOp(int position, Op op, Draft draft) {
        String path = op.key().toString();
        if (op instanceof Op.Update update) {
            return draft.update(
                    position, new NodeChange.Updated(path, array(update.value())), update.expectedRevision());
        }
        if (op instanceof Op.Delete delete) {
            return draft.delete(position, path, delete.expectedRevision());
        }
        Op.Create create = (Op.Create) op;
        NodeKind kind = create.lifetime() == Op.Lifetime.SESSION ? NodeKind.EPHEMERAL : NodeKind.PERSISTENT;
        NodeChange.Created created = new NodeChange.Created(path, array(create.value()), kind, 0, false);
        return draft.create(position, created, NodeKind.PERSISTENT);
    }

    private Result draftEnqueue(Request.Enqueue enqueue, Draft draft) {
        int tickets = enqueue.queues().size();
        if (tickets > limits.commitSize()) {
            return new Result.LimitExceeded(Limit.COMMIT_SIZE, 0, limits.commitSize(), tickets);
        }
        byte[] data = array(enqueue.value());
        long bytes = data == null ? 0 : (long) data.length * tickets;
        if (bytes > limits.txnBytes()) {
            // Found before the value, which was sent once, is encoded once for each ticket.
            return new Result.LimitExceeded(Limit.TXN_BYTES, 0, limits.txnBytes(), bytes);
        }
        List<String> paths = new ArrayList<>(tickets);
        for (int i = 0; i < tickets; i++) {
            String path = ticketPath(enqueue, enqueue.queues().get(i).toString(), draft);
            Result failure = draftNamed(i, path, data, CreateMode.EPHEMERAL_SEQUENTIAL, 0, draft, NodeKind.CONTAINER);
            if (failure != null) {
                return failure;
            }
            paths.add(path);
        }
        return new Result.Created(paths);
    }

    private static String ticketPath(Request.Enqueue enqueue, String queue, Draft draft) {
        PendingNode parent = draft.node(queue);
        String name = Paths.ticket(enqueue.label(), enqueue.id(), parent == null ? 0 : parent.sequence());
        return Paths.child(queue, name);
    }

    private Result draftCreate(Request.Create create, Draft draft) {
        String path = create.key().toString();
        if (create.mode().isSequential()) {
            PendingNode parent = draft.node(Paths.parent(path));
            path += Paths.sequence(parent == null ? 0 : parent.sequence());
        }
        Result failure = draftNamed(0, path, array(create.value()), create.mode(), create.ttlMillis(), draft, null);
        return failure == null ? new Result.Created(path) : failure;
    }

    private static @Nullable Result draftNamed(
            int position,
            String path,
            byte @Nullable [] data,
            CreateMode mode,
            long ttlMillis,
            Draft draft,
            @Nullable NodeKind parents) {
        Result unnameable = checkPath(position, path);
        return unnameable != null
                ? unnameable
                : draft.create(
                        position,
                        new NodeChange.Created(path, data, mode.kind(), ttlMillis, mode.isSequential()),
                        parents);
    }

    private static @Nullable Result checkPath(int position, String path) {
        int bytes = Paths.utf8Length(path);
        if (bytes > Key.MAX_BYTES) {
            return new Result.LimitExceeded(Limit.KEY_BYTES, position, Key.MAX_BYTES, bytes);
        }
        int segment = Paths.utf8Length(Paths.name(path));
        if (segment > Key.MAX_SEGMENT_BYTES) {
            return new Result.LimitExceeded(Limit.SEGMENT_BYTES, position, Key.MAX_SEGMENT_BYTES, segment);
        }
        int depth = Paths.depth(path);
        return depth > Key.MAX_DEPTH ? new Result.LimitExceeded(Limit.KEY_DEPTH, position, Key.MAX_DEPTH, depth) : null;
    }

    private static Result draftDequeue(Request.Dequeue dequeue, Draft draft) {
        String path = dequeue.ticket().toString();
        PendingNode node = draft.node(path);
        if (node == null || node.kind() != NodeKind.EPHEMERAL) {
            return new Result.Dequeued(false);
        }
        require(draft.delete(0, path, Op.ANY_REVISION));
        return new Result.Dequeued(true);
    }

    // ---- reaping

    private Verdict judgeReap(Request.Reap reap, long index, long nowMillis) {
        Draft draft = new Draft(pending, limits, rules, index, null);
        for (String path : reap.paths()) {
            if (draft.node(path) != null && isReapable(path, nowMillis)) {
                require(draft.delete(0, path, Op.ANY_REVISION));
            }
        }
        if (draft.changes().isEmpty()) {
            return Verdict.Nothing.INSTANCE;
        }
        pending.add(index, draft, List.of());
        return new Verdict.Propose(new Txn.Reap(nowMillis, draft.changes()));
    }

    /** Returns whether a node may be reaped in the state, and no proposal has touched it since. */
    private boolean isReapable(String path, long nowMillis) {
        Znode node = state.tree().find(path);
        if (node == null || (pending.shadow(path) != null && rules.sparesRefilledContainers())) {
            return false;
        }
        return node.isSpentContainer()
                || (node.kind == NodeKind.TTL && node.childCount() == 0 && StateMachine.hasOutlived(node, nowMillis));
    }

    // ----

    private static Verdict refused(Result result) {
        return new Verdict.Answer(0, result);
    }

    private static boolean isSuccess(Result result) {
        return result instanceof Result.Done || result instanceof Result.Created || result instanceof Result.Dequeued;
    }

    /** Returns whether a transaction might be too large, by a generous estimate that costs no encoding. */
    private boolean mayExceed(Txn.Write write) {
        long bytes = 4096;
        for (NodeChange change : write.changes()) {
            bytes += 3L * change.path().length() + 32;
            if (change instanceof NodeChange.Created created && created.data() != null) {
                bytes += created.data().length;
            } else if (change instanceof NodeChange.Updated updated && updated.data() != null) {
                bytes += updated.data().length;
            }
        }
        return bytes > limits.txnBytes();
    }

    private static void require(@Nullable Result failure) {
        if (failure != null) {
            throw new IllegalStateException("a deletion was judged possible, but: " + failure);
        }
    }

    private static byte @Nullable [] array(@Nullable Bytes value) {
        return value == null ? null : value.toByteArray();
    }
}
