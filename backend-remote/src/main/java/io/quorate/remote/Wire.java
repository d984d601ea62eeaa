package io.quorate.remote;

import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one session to ZooKeeper. Called on the lane; replies arrive on the lane, in the order of the server.
 *
 * <p>ZooKeeper's client delivers replies and watch events on one thread in the order in which the server sent them; each is
 * handed over to the lane as it is, so that the order stays. A reply reaches its operation only if the operation is still open
 * and the connection is still the one by which the request was sent; what the connection itself answers (loss, a session
 * that moved) is not passed on, because the operation will be sent again after the reconnection.
 */
final class Wire {

    private static final Duration THROTTLED_PAUSE = Duration.ofMillis(100);

    /** What a request that carries several operations came to. */
    interface MultiReply {

        /**
         * Takes the results, one per operation, or a failure of the request as a whole, in which case there are none.
         *
         * @param code the failure, {@link Code#OK} if there are results
         */
        void on(Code code, List<OpResult> results);
    }

    /** The children of a node. */
    interface ChildrenReply {

        /** Takes the names and the parent's state; both are void unless the code is {@link Code#OK}. */
        void on(Code code, List<String> names, Stat stat);
    }

    /** What a request without a result came to. */
    interface CodeReply {

        /** Takes the code. */
        void on(Code code);
    }

    private final ZooKeeper zooKeeper;
    private final Lane lane;
    private final Dispatcher dispatcher;
    private final Runnable expired;
    private long requests;

    /**
     * Creates it.
     *
     * @param expired what to do when a server says that the session has expired
     */
    Wire(ZooKeeper zooKeeper, Lane lane, Dispatcher dispatcher, Runnable expired) {
        this.zooKeeper = zooKeeper;
        this.lane = lane;
        this.dispatcher = dispatcher;
        this.expired = expired;
    }

    /** Commits or reads several operations as one. */
    void multi(Operation op, List<Op> ops, MultiReply reply) {
        long epoch = request();
        zooKeeper.multi(
                ops,
                (rc, path, context, results) -> deliver(op, epoch, rc, code -> {
                    boolean perOperation = results != null && !results.isEmpty();
                    reply.on(perOperation ? Code.OK : code, perOperation ? results : List.of());
                }),
                null);
    }

    void setData(Operation op, String path, byte[] data, StatReply reply) {
        long epoch = request();
        zooKeeper.setData(
                path,
                data,
                -1,
                (rc, ignored, context, stat) ->
                        deliver(op, epoch, rc, code -> reply.on(code, stat == null ? new Stat() : stat)),
                null);
    }

    /** The state of a node after a write. */
    interface StatReply {

        /** Takes the state; void unless the code is {@link Code#OK}. */
        void on(Code code, Stat stat);
    }

    void children(Operation op, String path, ChildrenReply reply) {
        long epoch = request();
        zooKeeper.getChildren(
                path,
                false,
                (rc, ignored, context, names, stat) -> deliver(
                        op,
                        epoch,
                        rc,
                        code -> reply.on(code, names == null ? List.of() : names, stat == null ? new Stat() : stat)),
                null);
    }

    /** The data of a node. */
    interface DataReply {

        /** Takes the data and the state; both are void unless the code is {@link Code#OK}. */
        void on(Code code, byte @Nullable [] data, Stat stat);
    }

    /** Reads a node and, if it exists, leaves a watch for its next event. */
    void watchedData(Operation op, String path, Watcher watcher, DataReply reply) {
        long epoch = request();
        zooKeeper.getData(
                path,
                watcher,
                (rc, ignored, context, data, stat) ->
                        deliver(op, epoch, rc, code -> reply.on(code, data, stat == null ? new Stat() : stat)),
                null);
    }

    void delete(Operation op, String path, CodeReply reply) {
        long epoch = request();
        zooKeeper.delete(path, -1, (rc, ignored, context) -> deliver(op, epoch, rc, reply), null);
    }

    void addWatch(Operation op, String path, Watcher watcher, AddWatchMode mode, CodeReply reply) {
        long epoch = request();
        zooKeeper.addWatch(path, watcher, mode, (rc, ignored, context) -> deliver(op, epoch, rc, reply), null);
    }

    void removeWatches(Operation op, String path, CodeReply reply) {
        long epoch = request();
        zooKeeper.removeAllWatches(
                path, Watcher.WatcherType.Any, false, (rc, ignored, context) -> deliver(op, epoch, rc, reply), null);
    }

    /** Makes the server catch up with its leader before it serves the next read. Nobody waits for the reply. */
    void sync(Operation op, String path) {
        long epoch = request();
        zooKeeper.sync(path, (rc, ignored, context) -> deliver(op, epoch, rc, code -> {}), null);
    }

    /** Returns how many requests have been handed to ZooKeeper. */
    long requests() {
        return requests;
    }

    private long request() {
        requests++;
        return dispatcher.epoch();
    }

    private void deliver(Operation op, long epoch, int rc, CodeReply reply) {
        lane.post(() -> {
            if (op.done || dispatcher.epoch() != epoch) {
                return;
            }
            @Nullable Code code = Code.get(rc);
            switch (code == null ? Code.SYSTEMERROR : code) {
                // The news of the disconnection is under way, and a resending follows the reconnection.
                case CONNECTIONLOSS, SESSIONMOVED -> {}
                case SESSIONEXPIRED -> expired.run();
                case THROTTLEDOP -> resendLater(op, epoch);
                default -> reply.on(code == null ? Code.SYSTEMERROR : code);
            }
        });
    }

    /** The server was too busy and did nothing. */
    private void resendLater(Operation op, long epoch) {
        lane.schedule(
                () -> {
                    if (!op.done && dispatcher.epoch() == epoch) {
                        op.throttled();
                        op.send();
                    }
                },
                THROTTLED_PAUSE);
    }
}
