package io.quorate.remote;

import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QuorateException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Reads an entry or a whole subtree, under a watch that is set already, until what was read is one true state.
 *
 * <p>A server sends the events of all changes up to some state before the reply to a read of that state. So if nothing was
 * announced about a node since it was read, it is unchanged at the last reply, and if that holds for all nodes, all of what
 * was read is true at the last reply. What was announced is read again, always together with everything else that was announced
 * since the last true state, in one atomic request: an event that comes before its reply and concerns a node in the
 * request is covered by it. Writers that never stop therefore cannot starve the reader as long as the nodes they keep
 * changing fit one request. For the same reason a reader may name {@linkplain Reader#companions companions} that are read along with what was
 * announced: the events of one commit arrive one by one, and those that are still on their way when the first one makes the reader ask are then covered.
 *
 * <p>The state is true at the largest zxid of all changes seen: those that events announced and those found in the nodes. A node
 * tells the last deletion below it as well, which nothing else tells of what was gone before the watch was set. Confined to the
 * lane.
 */
final class SubtreeReader {

    /** Who wants to know. */
    interface Reader {

        /** Returns the paths of nodes that are likely to have changed together with those that were announced, if any. */
        default Collection<String> companions() {
            return List.of();
        }

        /**
         * Takes a true state.
         *
         * @param fresh what was read since the last true state, by path; empty for what does not exist
         * @param whole whether nothing else exists
         * @param revision the largest zxid of all changes seen so far; 0 if nothing has ever existed
         */
        void consistent(Map<String, Optional<Entry>> fresh, boolean whole, long revision);

        /** Takes the reason why it cannot be read. */
        void unreadable(QuorateException cause);
    }

    /** What a request reads of each of its nodes. */
    private enum Part {
        /** What is in it. */
        DATA,
        /** What is in it and, by a request that follows, which children it has if it has any. */
        DATA_THEN_CHILDREN,
        /** What is in it and which children it has. */
        DATA_AND_CHILDREN,
        /** Which children it has. */
        CHILDREN
    }

    /**
     * How many nodes of one level are asked for their children before it is known whether they have any. That saves a round trip where the tree
     * branches, and costs a look at every leaf.
     */
    private static final int FEW = 128;

    private final SessionContext context;
    private final Operation owner;
    private final Reader reader;
    private final String root;
    private final boolean deep;
    private final Map<String, Optional<Entry>> fresh = new HashMap<>();
    private final Set<String> announced = new LinkedHashSet<>();
    private final Set<String> stale = new HashSet<>();
    private Set<String> covered = Set.of();
    private Renewal.@Nullable Barrier barrier;
    private boolean whole;
    private boolean settling;
    private boolean zxidsMissing;
    private int outstanding;
    private int generation;
    private int largestValue;
    private long revision;

    SubtreeReader(SessionContext context, Operation owner, String root, boolean deep, Reader reader) {
        this.context = context;
        this.owner = owner;
        this.root = root;
        this.deep = deep;
        this.reader = reader;
    }

    /** Reads everything anew. */
    void load() {
        generation++;
        whole = true;
        outstanding = 0;
        fresh.clear();
        announced.clear();
        stale.clear();
        covered = Set.of();
        read(List.of(root), deep ? Part.DATA_AND_CHILDREN : Part.DATA);
    }

    /** Voids what is under way. */
    void stop() {
        generation++;
        outstanding = 0;
    }

    /** Takes an event about a node in scope. Returns whether it concerns the reader. */
    boolean announce(String path, long zxid) {
        if (context.paths().key(path).isEmpty()) {
            return false;
        }
        if (zxid > 0) {
            revision = Math.max(revision, zxid);
        } else {
            zxidsMissing = true;
        }
        announced.add(path);
        if (!covered.contains(path)) {
            stale.add(path);
        }
        if (outstanding == 0 && !settling) {
            // Whatever else has arrived together with this event joins the same request.
            settling = true;
            context.lane().post(() -> {
                settling = false;
                settle();
            });
        }
        return true;
    }

    private void settle() {
        if (outstanding > 0 || owner.done || !context.dispatcher().isConnected()) {
            return;
        }
        if (!stale.isEmpty()) {
            readAgain();
            return;
        }
        if (!whole && announced.isEmpty()) {
            return;
        }
        Renewal.Barrier before = barrier;
        if (before != null) {
            revision = Math.max(revision, before.revision());
            barrier = null;
        }
        Map<String, Optional<Entry>> state = new HashMap<>(fresh);
        boolean everything = whole;
        whole = false;
        covered = Set.of();
        fresh.clear();
        announced.clear();
        reader.consistent(state, everything, revision);
    }

    private void readAgain() {
        stale.clear();
        if (zxidsMissing) {
            // An old server: the revision of a barrier takes the place of those that the events do not tell.
            barrier = context.renewal().barrier(context.renewal().mark());
        }
        Set<String> paths = new LinkedHashSet<>(announced);
        paths.addAll(reader.companions());
        List<List<String>> chunks = read(List.copyOf(paths), Part.DATA);
        covered = chunks.size() == 1 ? paths : Set.of();
    }

    private List<List<String>> read(List<String> paths, Part part) {
        int current = generation;
        List<List<String>> chunks = Chunks.of(paths, largestValue, part == Part.DATA_AND_CHILDREN);
        outstanding += chunks.size();
        for (List<String> chunk : chunks) {
            context.wire().multi(owner, requests(chunk, part), (code, results) -> {
                if (current == generation) {
                    answered(chunk, part, code, results);
                }
            });
        }
        return chunks;
    }

    private static List<Op> requests(List<String> chunk, Part part) {
        return part == Part.CHILDREN
                ? chunk.stream().map(Op::getChildren).toList()
                : Chunks.reads(chunk, part == Part.DATA_AND_CHILDREN);
    }

    private void answered(List<String> chunk, Part part, Code code, List<OpResult> results) {
        outstanding--;
        if (results.isEmpty()) {
            unreadable(code, root);
            return;
        }
        List<String> parents = new ArrayList<>();
        List<String> next = new ArrayList<>();
        Iterator<OpResult> each = results.iterator();
        for (String path : chunk) {
            if (part != Part.CHILDREN) {
                OpResult data = each.next();
                if (!node(path, data)) {
                    return;
                }
                if (part == Part.DATA_THEN_CHILDREN && hasChildren(data)) {
                    parents.add(path);
                }
            }
            // A node that is gone by now was announced, or is about to be.
            if ((part == Part.CHILDREN || part == Part.DATA_AND_CHILDREN)
                    && each.next() instanceof OpResult.GetChildrenResult children) {
                children.getChildren().forEach(name -> child(path, name, next));
            }
        }
        if (!parents.isEmpty()) {
            read(parents, Part.CHILDREN);
        }
        if (!next.isEmpty()) {
            read(next, next.size() <= FEW ? Part.DATA_AND_CHILDREN : Part.DATA_THEN_CHILDREN);
        }
        settle();
    }

    private static boolean hasChildren(OpResult data) {
        return data instanceof OpResult.GetDataResult found && found.getStat().getNumChildren() > 0;
    }

    private void child(String parent, String name, List<String> next) {
        String path = PathMapping.child(parent, name);
        if (!fresh.containsKey(path) && context.paths().key(path).isPresent()) {
            next.add(path);
        }
    }

    private boolean node(String path, OpResult result) {
        Optional<Key> key = context.paths().key(path);
        if (result instanceof OpResult.GetDataResult found) {
            Stat stat = found.getStat();
            largestValue = Math.max(largestValue, stat.getDataLength());
            if (deep) {
                revision = Math.max(revision, stat.getPzxid());
            }
            if (key.isPresent()) {
                revision = Math.max(revision, stat.getMzxid());
                context.stripes().observed(path, stat.getMzxid(), stat.getVersion());
                fresh.put(path, Optional.of(PathMapping.entry(key.get(), found.getData(), stat)));
            }
            return true;
        }
        if (Replies.isNoNode(result)) {
            fresh.put(path, Optional.empty());
            return true;
        }
        unreadable(Replies.code(result), path);
        return false;
    }

    private void unreadable(Code code, String path) {
        stop();
        reader.unreadable(Replies.failure(code, "reading " + path));
    }
}
