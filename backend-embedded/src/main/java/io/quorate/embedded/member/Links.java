package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    void send(long connection, PeerMessage message) {
        ArrayDeque<PeerMessage> queue = heldBack.get(connection);
        if (queue == null) {
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
