package io.quorate.embedded.tree;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Guard;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import io.quorate.backend.TicketName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state as anybody would write it down: two maps, one request after the other, nothing pending.
 *
 * <p>Nodes and sessions are immutable, so that a copy of the maps is a copy of the state.
 */
final class Twin {

    record Node(
            @Nullable Bytes data,
            NodeKind kind,
            long owner,
            long ttl,
            long czxid,
            long mzxid,
            long pzxid,
            long ctime,
            long mtime,
            int version,
            int cversion,
            int sequence) {

        Node child(long index, boolean numbered) {
            return new Node(
                    data,
                    kind,
                    owner,
                    ttl,
                    czxid,
                    mzxid,
                    index,
                    ctime,
                    mtime,
                    version,
                    cversion + 1,
                    sequence + (numbered ? 1 : 0));
        }

        Node set(long index, long now, @Nullable Bytes newData) {
            return new Node(
                    newData, kind, owner, ttl, czxid, index, pzxid, ctime, now, version + 1, cversion, sequence);
        }
    }

    record Session(long last, long acknowledged, TreeMap<Long, Verdict.Answer> results) {}

    /** What a request comes to; index 0 and not proposed if it is refused at once. */
    record Outcome(boolean proposed, long index, Result result) {}

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Result result;

        Refusal(Result result) {
            super(result.toString());
            this.result = result;
        }
    }

    final TreeMap<String, Node> nodes;
    final TreeMap<Long, Session> sessions;
    final TreeMap<Long, Long> closed;
    final TreeLimits limits;

    Twin(TreeLimits limits) {
        this.limits = limits;
        nodes = new TreeMap<>();
        sessions = new TreeMap<>();
        closed = new TreeMap<>();
        nodes.put("/", new Node(null, NodeKind.PERSISTENT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    Twin(Twin other) {
        limits = other.limits;
        nodes = new TreeMap<>(other.nodes);
        sessions = new TreeMap<>(other.sessions);
        closed = new TreeMap<>(other.closed);
    }

    Outcome execute(Request request, long index, long now, Twin applied) {
        if (request instanceof Request.OpenSession) {
            if (sessions.size() >= limits.sessions()) {
                return refuse(Limit.SESSIONS, limits.sessions(), sessions.size() + 1L);
            }
            sessions.put(index, new Session(0, 0, new TreeMap<>()));
            return new Outcome(true, index, Result.Done.INSTANCE);
        }
        if (request instanceof Request.CloseSession close) {
            if (!sessions.containsKey(close.session())) {
                return gone(close.session(), applied);
            }
            sessions.remove(close.session());
            closed.put(close.session(), index);
            owned(close.session()).forEach(path -> delete(0, path, -1, index));
            return new Outcome(true, index, Result.Done.INSTANCE);
        }
        if (request instanceof Request.Reap reap) {
            boolean any = false;
            for (String path : reap.paths()) {
                Node node = nodes.get(path);
                if (node != null && node.equals(applied.nodes.get(path)) && applied.reapable(path, now)) {
                    delete(0, path, -1, index);
                    any = true;
                }
            }
            return new Outcome(any, any ? index : 0, Result.Done.INSTANCE);
        }
        return operation((Request.Operation) request, index, now, applied);
    }

    private Outcome operation(Request.Operation request, long index, long now, Twin applied) {
        Session session = sessions.get(request.session());
        if (session == null) {
            return gone(request.session(), applied);
        }
        long operation = request.operation();
        if (operation <= session.last) {
            Verdict.Answer answer = session.results.get(operation);
            return answer == null
                    ? new Outcome(false, 0, new Result.Forgotten())
                    : new Outcome(false, answer.index(), answer.result());
        }
        if (operation > session.last + 1) {
            return new Outcome(false, 0, new Result.OutOfOrder(session.last + 1));
        }
        long acknowledged = Math.max(session.acknowledged, Math.min(request.acknowledged(), session.last));
        if (operation - acknowledged > limits.results()) {
            return refuse(Limit.RESULTS, limits.results(), operation - acknowledged);
        }
        TreeMap<String, Node> before = new TreeMap<>(nodes);
        Result result;
        try {
            result = perform(request, index, now);
        } catch (Refusal refusal) {
            nodes.clear();
            nodes.putAll(before);
            result = refusal.result;
        }
        TreeMap<Long, Verdict.Answer> results = new TreeMap<>(session.results);
        results.put(operation, new Verdict.Answer(index, result));
        results.headMap(acknowledged, true).clear();
        sessions.put(request.session(), new Session(operation, acknowledged, results));
        return new Outcome(true, index, result);
    }

    private Result perform(Request.Operation request, long index, long now) {
        if (request instanceof Request.Write write) {
            commit(write.session(), write.commit(), index, now);
            return Result.Done.INSTANCE;
        }
        if (request instanceof Request.Dequeue dequeue) {
            String path = dequeue.ticket().toString();
            boolean exists = nodes.containsKey(path) && node(path).kind == NodeKind.EPHEMERAL;
            if (exists) {
                delete(0, path, -1, index);
            }
            return new Result.Dequeued(exists);
        }
        if (request instanceof Request.Enqueue enqueue) {
            return new Result.Created(enqueue(enqueue, index, now));
        }
        Request.Create create = (Request.Create) request;
        String path = create.key().toString();
        if (create.mode().isSequential()) {
            Node parent = nodes.get(parent(path));
            path += String.format("%010d", parent == null ? 0 : parent.sequence);
        }
        long owner = create.mode().kind() == NodeKind.EPHEMERAL ? create.session() : 0;
        Node node = fresh(create.value(), create.mode().kind(), owner, create.ttlMillis(), index, now);
        create(0, path, node, create.mode().isSequential(), null, index, now);
        return new Result.Created(path);
    }

    private List<String> enqueue(Request.Enqueue enqueue, long index, long now) {
        int count = enqueue.queues().size();
        check(count <= limits.commitSize(), Limit.COMMIT_SIZE, 0, limits.commitSize(), count);
        List<String> paths = new ArrayList<>();
        for (Key key : enqueue.queues()) {
            Node queue = nodes.get(key.toString());
            int sequence = queue == null ? 0 : queue.sequence;
            String path = key + "/" + new TicketName(enqueue.label(), enqueue.id(), sequence);
            Node ticket = fresh(enqueue.value(), NodeKind.EPHEMERAL, enqueue.session(), 0, index, now);
            create(paths.size(), path, ticket, true, NodeKind.CONTAINER, index, now);
            paths.add(path);
        }
        return paths;
    }

    private void commit(long session, Commit commit, long index, long now) {
        int size = commit.guards().size() + commit.ops().size();
        check(size <= limits.commitSize(), Limit.COMMIT_SIZE, 0, limits.commitSize(), size);
        for (int i = 0; i < commit.guards().size(); i++) {
            Guard guard = commit.guards().get(i);
            Node node = nodes.get(guard.key().toString());
            boolean holds = node != null
                    && !(guard instanceof Guard.Unchanged unchanged && unchanged.modRevision() != node.mzxid);
            check(holds, new Result.Failed(Result.Reason.GUARD_FAILED, i));
        }
        for (int i = 0; i < commit.ops().size(); i++) {
            Op op = commit.ops().get(i);
            String path = op.key().toString();
            if (op instanceof Op.Create create) {
                boolean owned = create.lifetime() == Op.Lifetime.SESSION;
                NodeKind kind = owned ? NodeKind.EPHEMERAL : NodeKind.PERSISTENT;
                Node node = fresh(create.value(), kind, owned ? session : 0, 0, index, now);
                create(i, path, node, false, NodeKind.PERSISTENT, index, now);
            } else if (op instanceof Op.Update update) {
                Node node = existing(i, path, update.expectedRevision());
                checkData(i, update.value());
                int more = length(update.value()) - length(node.data);
                long bytes = bytes() + more;
                check(more <= 0 || bytes <= limits.totalBytes(), Limit.TOTAL_BYTES, i, limits.totalBytes(), bytes);
                nodes.put(path, node.set(index, now, update.value()));
            } else if (op instanceof Op.Delete delete) {
                delete(i, path, delete.expectedRevision(), index);
            }
        }
    }

    private void create(
            int position, String path, Node node, boolean numbered, @Nullable NodeKind parents, long index, long now) {
        checkData(position, node.data);
        check(!nodes.containsKey(path), new Result.Failed(Result.Reason.KEY_EXISTS, position));
        String parentPath = parent(path);
        if (!nodes.containsKey(parentPath)) {
            check(parents != null, new Result.Failed(Result.Reason.NO_SUCH_KEY, position));
            NodeKind kind = parents == null ? NodeKind.PERSISTENT : parents;
            create(position, parentPath, fresh(null, kind, 0, 0, index, now), false, parents, index, now);
        }
        Node parent = node(parentPath);
        check(
                parent.kind != NodeKind.EPHEMERAL,
                new Result.Failed(Result.Reason.SESSION_OWNED_HAS_NO_CHILDREN, position));
        int siblings = children(parentPath).size();
        check(siblings < limits.children(), Limit.CHILDREN, position, limits.children(), siblings + 1L);
        check(nodes.size() < limits.nodes(), Limit.NODES, position, limits.nodes(), nodes.size() + 1L);
        long bytes = bytes() + size(path, node);
        check(bytes <= limits.totalBytes(), Limit.TOTAL_BYTES, position, limits.totalBytes(), bytes);
        if (node.kind == NodeKind.EPHEMERAL) {
            List<String> owned = owned(node.owner);
            int count = owned.size() + 1;
            check(count <= limits.ephemerals(), Limit.EPHEMERALS, position, limits.ephemerals(), count);
            long pathBytes =
                    (long) bytes(path) + owned.stream().mapToInt(Twin::bytes).sum();
            int bound = limits.ephemeralPathBytes();
            check(pathBytes <= bound, Limit.EPHEMERAL_PATH_BYTES, position, bound, pathBytes);
        }
        nodes.put(parentPath, parent.child(index, numbered));
        nodes.put(path, node);
    }

    private void delete(int position, String path, long expected, long index) {
        existing(position, path, expected);
        check(children(path).isEmpty(), new Result.Failed(Result.Reason.NOT_EMPTY, position));
        nodes.remove(path);
        nodes.put(parent(path), node(parent(path)).child(index, false));
    }

    private Node existing(int position, String path, long expected) {
        check(nodes.containsKey(path), new Result.Failed(Result.Reason.NO_SUCH_KEY, position));
        Node node = node(path);
        check(expected < 0 || node.mzxid == expected, new Result.Failed(Result.Reason.UNEXPECTED_REVISION, position));
        return node;
    }

    /** Returns the paths of all children, in creation order. */
    List<String> children(String path) {
        List<String> children = new ArrayList<>();
        for (String other : nodes.keySet()) {
            if (!other.equals("/") && parent(other).equals(path)) {
                children.add(other);
            }
        }
        children.sort(
                Comparator.comparingLong((String child) -> node(child).czxid).thenComparing(Comparator.naturalOrder()));
        return children;
    }

    List<String> owned(long session) {
        return nodes.keySet().stream()
                .filter(path -> node(path).kind == NodeKind.EPHEMERAL && node(path).owner == session)
                .toList();
    }

    boolean reapable(String path, long now) {
        Node node = nodes.get(path);
        return node != null
                && children(path).isEmpty()
                && ((node.kind == NodeKind.CONTAINER && node.cversion != 0)
                        || (node.kind == NodeKind.TTL && now - node.mtime > node.ttl));
    }

    long bytes() {
        return nodes.entrySet().stream()
                .mapToLong(entry -> size(entry.getKey(), entry.getValue()))
                .sum();
    }

    private Node node(String path) {
        return Objects.requireNonNull(nodes.get(path), path);
    }

    private static long size(String path, Node node) {
        return (long) Znode.OVERHEAD_BYTES + path.length() - path.lastIndexOf('/') - 1 + length(node.data);
    }

    private static Node fresh(@Nullable Bytes data, NodeKind kind, long owner, long ttl, long index, long now) {
        return new Node(data, kind, owner, ttl, index, index, index, now, now, 0, 0, 0);
    }

    static String parent(String path) {
        return path.lastIndexOf('/') == 0 ? "/" : path.substring(0, path.lastIndexOf('/'));
    }

    private static int bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8).length;
    }

    private static int length(@Nullable Bytes data) {
        return data == null ? 0 : data.size();
    }

    private void checkData(int position, @Nullable Bytes data) {
        check(length(data) <= limits.dataBytes(), Limit.DATA_BYTES, position, limits.dataBytes(), length(data));
    }

    private static void check(boolean condition, Limit limit, int position, long bound, long actual) {
        check(condition, new Result.LimitExceeded(limit, position, bound, actual));
    }

    private static void check(boolean condition, Result otherwise) {
        if (!condition) {
            throw new Refusal(otherwise);
        }
    }

    private Outcome gone(long session, Twin applied) {
        long index = applied.closed.containsKey(session) ? 0 : closed.getOrDefault(session, 0L);
        return new Outcome(false, index, new Result.SessionGone());
    }

    private static Outcome refuse(Limit limit, long bound, long actual) {
        return new Outcome(false, 0, new Result.LimitExceeded(limit, 0, bound, actual));
    }
}
