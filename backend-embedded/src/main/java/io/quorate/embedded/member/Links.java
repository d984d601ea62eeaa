package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import io.quorate.embedded.zab.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of a member, and what is on its way over them: messages that must not overtake a snapshot which is still
 * being read, and the content of a snapshot that the protocol has not been told of yet. Confined to the member's thread.
 */
final class Links {

    /** No connection has this id. */
    static final long NONE = -1;

    /** What may wait behind a snapshot before the receiver is better off with another one. */
    private static final int MAX_HELD_BACK = 1 << 16;

    private final Transport transport;
    private final Map<Integer, Long> open = new HashMap<>();
    private final Map<Long, ArrayDeque<PeerMessage>> heldBack = new HashMap<>();
    private final Map<Long, List<byte[]>> received = new HashMap<>();

    Links(Transport transport) {
        this.transport = transport;
    }

    void up(int member, long connection) {
        open.put(member, connection);
    }

    void down(int member, long connection) {
        open.remove(member, connection);
        forget(connection);
    }

    /** Returns the connection to a member, {@link #NONE} if there is none. */
    long to(int member) {
        return open.getOrDefault(member, NONE);
    }

    /** Returns the member at the other end of a connection, 0 if it is not open. */
    int memberAt(long connection) {
        for (Map.Entry<Integer, Long> entry : open.entrySet()) {
            if (entry.getValue() == connection) {
                return entry.getKey();
            }
        }
        return 0;
    }

    /**
     * Sends a message behind what is held back. Those that say who is there do not wait: reading a snapshot may take longer than a
     * follower listens to silence. What was sent before the snapshot they do not overtake; {@link PeerMessage#isUrgent} says why they
     * may overtake the rest.
     */
    void send(long connection, PeerMessage message) {
        ArrayDeque<PeerMessage> queue = heldBack.get(connection);
        if (queue == null || message.isUrgent()) {
            transport.send(connection, message);
        } else if (queue.size() < MAX_HELD_BACK) {
            queue.add(message);
        } else {
            close(connection);
        }
    }

    /** Holds back everything that is sent from now on, until the connection is released. */
    void holdBack(long connection) {
        heldBack.put(connection, new ArrayDeque<>());
    }

    /** Sends messages ahead of everything that was held back, and then that. */
    void release(long connection, List<PeerMessage> first) {
        ArrayDeque<PeerMessage> queue = heldBack.remove(connection);
        if (queue != null) {
            first.forEach(message -> transport.send(connection, message));
            queue.forEach(message -> transport.send(connection, message));
        }
    }

    void receivedSnapshot(long connection, List<byte[]> content) {
        received.put(connection, content);
    }

    /** Returns the content that arrived last on a connection, and forgets it. */
    @Nullable
    List<byte[]> takeSnapshot(long connection) {
        return received.remove(connection);
    }

    void sendToAll(PeerMessage message) {
        open.values().forEach(connection -> send(connection, message));
    }

    /** Returns the members at the other ends. */
    Set<Integer> members() {
        return Set.copyOf(open.keySet());
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Closes all connections and returns what the protocol is to be told of it. */
    List<Event> closeAll() {
        List<Event> closed = new ArrayList<>();
        for (long connection : List.copyOf(open.values())) {
            closed.addAll(closeAndTell(connection));
        }
        return closed;
    }

    /** Closes a connection, if it is open, and returns what the protocol is to be told of it. */
    List<Event> closeAndTell(long connection) {
        for (Map.Entry<Integer, Long> entry : Map.copyOf(open).entrySet()) {
            if (entry.getValue() == connection) {
                close(connection);
                return List.of(new Event.ConnectionDown(entry.getKey(), connection));
            }
        }
        return List.of();
    }

    /** Closes a connection behind what was sent on it. */
    void close(long connection) {
        open.values().remove(connection);
        forget(connection);
        transport.close(connection);
    }

    private void forget(long connection) {
        heldBack.remove(connection);
        received.remove(connection);
    }
}
