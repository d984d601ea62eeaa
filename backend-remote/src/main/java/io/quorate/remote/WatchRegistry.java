package io.quorate.remote;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watches of a session on the server's side, and the rule that no reply overtakes the batch of a watch.
 *
 * <p>There is at most one watch per node and mode, however many targets share it. ZooKeeper's client sets persistent watches
 * again after a reconnection, but only those whose setting was confirmed; the others are set again by their targets. A watch
 * is removed with the request that removes all watches of this connection on a node, since the one that names a watcher
 * only checks and leaves it on the server.
 *
 * <p>Events are routed to the targets at the node and above it. Replies about a node for which a target has something yet to
 * deliver are held back until it has. Confined to the lane, but for {@link #process}.
 */
final class WatchRegistry implements Watcher {

    private static final Logger log = LoggerFactory.getLogger(WatchRegistry.class);

    /** Somebody who wants to hear of changes. */
    interface Target {

        /** Returns the node that is watched. */
        String path();

        /** Returns whether what lies below the node is watched, too. */
        boolean isRecursive();

        /**
         * Takes the news of a change.
         *
         * @param exists whether the node exists after the change
         * @param path the node
         * @param zxid the revision of the change, not positive if the server does not tell
         */
        void onEvent(boolean exists, String path, long zxid);

        /** Returns whether it sets its watch itself, by a reading, for one event. */
        default boolean isOneShot() {
            return false;
        }

        /** Returns whether there is an event of a revision below the given one that was not delivered yet. */
        default boolean owesBefore(long revision) {
            return false;
        }
    }

    /** What stands on the server for a node. */
    private static final class Node {

        private final Set<Target> targets = new LinkedHashSet<>();
        private final Mode point = new Mode();
        private final Mode recursive = new Mode();

        /** Whether a watch of one event may be standing. */
        private boolean armed;
    }

    /** The watch of one mode on a node. */
    private static final class Mode {

        private boolean confirmed;
        private long sentEpoch = -1;
    }

    /** A completion that waits for targets to deliver. */
    private static final class Held {

        private final Runnable completion;
        private int missing;

        Held(Runnable completion, int missing) {
            this.completion = completion;
            this.missing = missing;
        }

        void oneLess() {
            if (--missing == 0) {
                completion.run();
            }
        }
    }

    private final Lane lane;
    private final Dispatcher dispatcher;
    private final Wire wire;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Set<String> removing = new LinkedHashSet<>();
    private final Map<Target, List<Held>> unsettled = new LinkedHashMap<>();

    /** Stands for the registry itself, which outlives every single target. */
    private final Operation self = new Operation() {
        @Override
        void send() {}

        @Override
        void end(io.quorate.backend.QuorateException cause) {}
    };

    WatchRegistry(Lane lane, Dispatcher dispatcher, Wire wire) {
        this.lane = lane;
        this.dispatcher = dispatcher;
        this.wire = wire;
    }

    /** Takes an event from ZooKeeper's client. */
    @Override
    public void process(WatchedEvent event) {
        String path = event.getPath();
        if (path == null) {
            return;
        }
        long zxid = event.getZxid();
        switch (event.getType()) {
            case NodeCreated, NodeDataChanged -> lane.post(() -> route(true, path, zxid));
            case NodeDeleted -> lane.post(() -> route(false, path, zxid));
            default -> log.trace("Not of interest: {}", event);
        }
    }

    private void route(boolean exists, String path, long zxid) {
        @Nullable String at = path;
        while (at != null) {
            Node node = nodes.get(at);
            if (node != null) {
                node.armed &= !at.equals(path);
                for (Target target : new ArrayList<>(node.targets)) {
                    if (target.isRecursive() || at.equals(path)) {
                        target.onEvent(exists, path, zxid);
                    }
                }
            }
            at = PathMapping.parent(at);
        }
    }

    void register(Target target) {
        nodes.computeIfAbsent(target.path(), ignored -> new Node()).targets.add(target);
    }

    /** Sets the watch that a registered target needs, unless it stands; what is sent next is sent behind it. */
    void install(Target target) {
        Node node = nodes.get(target.path());
        if (node == null || target.isOneShot()) {
            return;
        }
        Mode mode = target.isRecursive() ? node.recursive : node.point;
        if (mode.confirmed || mode.sentEpoch == dispatcher.epoch()) {
            return;
        }
        mode.sentEpoch = dispatcher.epoch();
        AddWatchMode asked = target.isRecursive() ? AddWatchMode.PERSISTENT_RECURSIVE : AddWatchMode.PERSISTENT;
        wire.addWatch(self, target.path(), this, asked, code -> {
            mode.confirmed = code == Code.OK;
            if (code != Code.OK) {
                log.error("ZooKeeper answers {} to the setting of a watch on {}", code, target.path());
            }
        });
    }

    /** Takes note that a reading under way sets a watch of one event. */
    void armed(Target target) {
        Node node = nodes.get(target.path());
        if (node != null) {
            node.armed = true;
        }
    }

    /** Takes note that a reading has set no watch. */
    void disarmed(Target target) {
        Node node = nodes.get(target.path());
        if (node != null) {
            node.armed = false;
        }
    }

    /** Takes a target out, and removes the watch with the last one. */
    void unregister(Target target) {
        settled(target);
        Node node = nodes.get(target.path());
        if (node == null || !node.targets.remove(target) || !node.targets.isEmpty()) {
            return;
        }
        nodes.remove(target.path());
        boolean standing = node.armed || node.point.sentEpoch >= 0 || node.recursive.sentEpoch >= 0;
        if (standing) {
            removing.add(target.path());
            if (dispatcher.isConnected()) {
                remove(target.path());
            }
        }
    }

    private void remove(String path) {
        wire.removeWatches(self, path, code -> removing.remove(path));
    }

    /** Removes what could not be removed before. Called before the targets set their watches again. */
    void reconnected() {
        for (String path : new ArrayList<>(removing)) {
            remove(path);
        }
    }

    /** Takes note that a target has something to deliver. */
    void unsettled(Target target) {
        unsettled.computeIfAbsent(target, ignored -> new ArrayList<>());
    }

    /** Takes note that a target has delivered everything, and lets go of what waited for that. */
    void settled(Target target) {
        List<Held> waiting = unsettled.remove(target);
        if (waiting != null) {
            waiting.forEach(Held::oneLess);
        }
    }

    /** Lets go of everything that waits: there will be no more batches. */
    void end() {
        new ArrayList<>(unsettled.keySet()).forEach(this::settled);
    }

    /** Runs the completion of a read about some nodes as soon as no batch about them is due. */
    void afterRead(Collection<String> paths, Runnable completion) {
        hold(target -> coversAny(target, paths), completion);
    }

    /**
     * Runs the completion of a commit as soon as no batch about the nodes it changed and none of an earlier revision is due.
     */
    void afterCommit(Collection<String> paths, long revision, Runnable completion) {
        hold(target -> target.owesBefore(revision) || coversAny(target, paths), completion);
    }

    /** Runs the completion of a snapshot as soon as no batch about anything in it is due. */
    void afterSnapshot(String prefix, Runnable completion) {
        hold(target -> PathMapping.isAtOrBelow(target.path(), prefix) || covers(target, prefix), completion);
    }

    private void hold(Predicate<Target> concerned, Runnable completion) {
        List<Target> due = unsettled.keySet().stream().filter(concerned).toList();
        if (due.isEmpty()) {
            completion.run();
            return;
        }
        Held held = new Held(completion, due.size());
        for (Target target : due) {
            unsettled.computeIfAbsent(target, ignored -> new ArrayList<>()).add(held);
        }
    }

    private static boolean coversAny(Target target, Collection<String> paths) {
        for (String path : paths) {
            if (covers(target, path)) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(Target target, String path) {
        return target.isRecursive() ? PathMapping.isAtOrBelow(path, target.path()) : path.equals(target.path());
    }
}
