package io.quorate.embedded.tree;

import java.util.List;

/** Receives what watches are to learn of one transaction. */
@FunctionalInterface
public interface WatchSink {

    /**
     * Takes all that one watch is to learn of one transaction, at once: never half of it. Called on the thread of the state, in
     * the order of the indexes, while the state is just as the transaction left it if it is being dispatched. It must not add
     * or remove watches.
     *
     * @param watcher the watch
     * @param index the index of the transaction
     * @param changes at least one change, in order; the list is shared and must not be modified
     */
    void deliver(Watcher watcher, long index, List<WatchedChange> changes);
}
