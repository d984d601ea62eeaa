package io.quorate.remote;

import io.quorate.backend.QuorateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.zookeeper.Op;

/**
 * Something a session was asked to do, from the call until its result is known. All methods run on the lane.
 *
 * <p>An operation is a small state machine that survives disconnections: {@link #send()} hands its next requests to
 * ZooKeeper, and is called again after each reconnection for as long as the operation is open. Replies that belong to an
 * earlier connection never reach it (see {@link Wire}).
 */
abstract class Operation {

    /** The place in the issue order of the session; set by the {@link Dispatcher}. */
    long order;

    /** Whether the result is known. */
    boolean done;

    /** Whether the request that decides the operation is on its way, so that later ones may be sent behind it. */
    boolean decisive;

    /** Whether later reads need not see this operation, because it waits for its turn to begin. */
    boolean passable;

    /** Operations that wait for this one to become decisive or done, in issue order. */
    private final List<Operation> waiting = new ArrayList<>();

    /** Sends or resends whatever comes next. Called while there is a connection. */
    abstract void send();

    /** Takes note that the server refused to work on the last request; {@link #send()} follows. */
    void throttled() {}

    /** Completes the operation since the session has ended. */
    abstract void end(QuorateException cause);

    /** Returns whether the operation goes on for as long as the session does, so that nobody waits for its end. */
    boolean isLasting() {
        return false;
    }

    /** Returns the paths that the operation changes. */
    Set<String> writes() {
        return Set.of();
    }

    /** Returns the paths on whose state the operation depends. */
    Set<String> reads() {
        return Set.of();
    }

    /**
     * Returns a check that holds only after this operation has happened, for requests that are sent behind it; empty if there
     * is none, so that whoever depends on this operation has to wait for its end.
     */
    Optional<Op> happened() {
        return Optional.empty();
    }

    final void await(Operation other) {
        other.waiting.add(this);
    }

    final List<Operation> takeWaiting() {
        List<Operation> result = new ArrayList<>(waiting);
        waiting.clear();
        return result;
    }
}
