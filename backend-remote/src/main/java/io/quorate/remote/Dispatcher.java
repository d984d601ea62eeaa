package io.quorate.remote;

import io.quorate.backend.QuorateException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The open operations of a session, in issue order: sends them while there is a connection, sends them again after a
 * reconnection, and keeps operations on one key in order. Confined to the lane.
 *
 * <p><b>Order.</b> ZooKeeper executes the requests of one connection in order, so that operations may simply be sent one
 * behind the other. Three things could let a later operation overtake an earlier one on the same key, and each is ruled out:
 *
 * <ul>
 *   <li>the earlier one needs a preparatory read: the later one waits until the earlier one is decisive;
 *   <li>the earlier one is refused for a reason that a retry overcomes, when the later one is under way: a later write carries
 *       a check that fails unless the earlier one has happened, and is sent again; a later read is repeated;
 *   <li>the connection dies and the later one is handed to ZooKeeper's client before the loss of the earlier one is known
 *       here, and so travels on the new connection ahead of the repetition of the earlier one: the same check catches a
 *       write; the reply to a read is dropped because it belongs to another epoch.
 * </ul>
 */
final class Dispatcher {

    private final TreeMap<Long, Operation> open = new TreeMap<>();
    private final Map<String, Set<Operation>> writers = new HashMap<>();
    private final Map<String, Set<Operation>> readers = new HashMap<>();
    private long nextOrder;
    private long epoch;
    private boolean connected = true;
    private @Nullable QuorateException ended;
    private Runnable whenIdle = () -> {};

    /** Returns the number of the current connection. Replies to requests of an earlier one are void. */
    long epoch() {
        return epoch;
    }

    boolean isConnected() {
        return connected;
    }

    /** Takes an operation in and sends it, now or after the next reconnection. */
    void submit(Operation op) {
        if (ended != null) {
            op.done = true;
            op.end(ended);
            return;
        }
        op.order = nextOrder++;
        open.put(op.order, op);
        for (String path : op.writes()) {
            index(writers, path, op);
            index(writers, anyChild(path), op);
        }
        op.reads().forEach(path -> index(readers, path, op));
        if (connected) {
            op.send();
        }
    }

    /** Lets those that depend on the operation go on, now that its decisive request is on its way. */
    void decisive(Operation op) {
        op.decisive = true;
        resume(op.takeWaiting());
    }

    /**
     * Lets later reads pass an operation that starts anew: nothing that they could have to see has happened by it. Later writes on the same
     * keys still wait for it.
     */
    void letPass(Operation op) {
        op.passable = true;
        resume(op.takeWaiting());
    }

    /** Takes an operation out whose result is known. */
    void done(Operation op) {
        if (op.done) {
            return;
        }
        op.done = true;
        open.remove(op.order);
        for (String path : op.writes()) {
            unindex(writers, path, op);
            unindex(writers, anyChild(path), op);
        }
        op.reads().forEach(path -> unindex(readers, path, op));
        resume(op.takeWaiting());
        if (isIdle()) {
            whenIdle.run();
        }
    }

    /** Returns whether no operation is open but those that last as long as the session. */
    boolean isIdle() {
        return open.values().stream().allMatch(Operation::isLasting);
    }

    /** Sets what to do each time that the last operation that somebody waits for is done. */
    void whenIdle(Runnable action) {
        whenIdle = action;
    }

    private void resume(List<Operation> waiting) {
        for (Operation op : waiting) {
            if (!op.done && connected) {
                op.send();
            }
        }
    }

    /** Returns the open operations that were issued earlier and must take effect before this one. */
    List<Operation> ahead(Operation op) {
        TreeSet<Long> orders = new TreeSet<>();
        for (String path : op.writes()) {
            collect(writers.get(path), op, orders);
            collect(readers.get(path), op, orders);
        }
        for (String path : op.reads()) {
            collect(writers.get(path), op, orders);
        }
        return inOrder(orders);
    }

    /**
     * Returns whether requests that depend on earlier operations may be sent behind them. If not, the operation is sent again
     * when they may.
     *
     * @param checked whether the request will carry a check for each of them
     */
    static boolean mayFollow(Operation op, List<Operation> ahead, boolean checked) {
        for (Operation earlier : ahead) {
            if (!earlier.decisive || (checked && earlier.happened().isEmpty())) {
                op.await(earlier);
                return false;
            }
        }
        return true;
    }

    /** Returns the open writes that were issued earlier and lie below a path. */
    List<Operation> aheadBelow(Operation op, String prefix) {
        TreeSet<Long> orders = new TreeSet<>();
        for (Map.Entry<String, Set<Operation>> entry : writers.entrySet()) {
            if (PathMapping.isAtOrBelow(entry.getKey(), prefix)) {
                collect(entry.getValue(), op, orders);
            }
        }
        return inOrder(orders);
    }

    private static void collect(@Nullable Collection<Operation> candidates, Operation op, Set<Long> orders) {
        if (candidates != null) {
            for (Operation candidate : candidates) {
                if (candidate.order < op.order) {
                    orders.add(candidate.order);
                }
            }
        }
    }

    private List<Operation> inOrder(Set<Long> orders) {
        List<Operation> result = new ArrayList<>();
        for (long order : orders) {
            Operation op = open.get(order);
            if (op != null) {
                result.add(op);
            }
        }
        return result;
    }

    /** Voids all replies that are still to come. */
    void disconnected() {
        epoch++;
        connected = false;
        for (Operation op : open.values()) {
            op.decisive = false;
            op.takeWaiting();
        }
    }

    /** Lets operations be sent. */
    void connected() {
        connected = true;
    }

    /** Sends every open operation again, in issue order. */
    void resendAll() {
        for (Operation op : new ArrayList<>(open.values())) {
            if (!op.done && connected) {
                op.send();
            }
        }
    }

    /** Ends every open operation and all that are submitted from now on. */
    void end(QuorateException cause) {
        ended = cause;
        connected = false;
        epoch++;
        List<Operation> ending = new ArrayList<>(open.values());
        open.clear();
        writers.clear();
        readers.clear();
        for (Operation op : ending) {
            op.done = true;
            op.end(cause);
        }
    }

    /** Returns the pseudo path by which a read depends on all children of a node. */
    static String children(String parent) {
        return PathMapping.child(parent, "*");
    }

    private static String anyChild(String path) {
        String parent = PathMapping.parent(path);
        return parent == null ? "" : children(parent);
    }

    private static void index(Map<String, Set<Operation>> index, String path, Operation op) {
        index.computeIfAbsent(path, ignored -> new LinkedHashSet<>()).add(op);
    }

    private static void unindex(Map<String, Set<Operation>> index, String path, Operation op) {
        Set<Operation> operations = index.get(path);
        if (operations != null) {
            operations.remove(op);
            if (operations.isEmpty()) {
                index.remove(path);
            }
        }
    }
}
