package io.quorate.embedded.transport;

import org.jspecify.annotations.Nullable;

/**
 * One member's connections to the others.
 *
 * <p>There is at most one connection between two members. It delivers messages in the order in which they were sent and
 * without a hole, or is closed; a new one has a new id. All methods are called by the member's thread and return at once.
 */
public interface Transport {

    /** Something that happened to a connection. */
    sealed interface Arrival {

        /**
         * A connection is open.
         *
         * @param member the other end
         * @param connection its id, positive and never used before
         */
        record Connected(int member, long connection) implements Arrival {}

        /**
         * A connection was closed by the other end; nothing more arrives on it.
         *
         * @param member the other end
         * @param connection its id
         */
        record Disconnected(int member, long connection) implements Arrival {}

        /**
         * A message arrived.
         *
         * @param member the other end
         * @param connection the id of the connection
         * @param message what it sent
         */
        record Received(int member, long connection, PeerMessage message) implements Arrival {}
    }

    /**
     * Begins to connect and to accept connections.
     *
     * @param onArrival called, by any thread, when {@link #poll} has something to return
     */
    void open(Runnable onArrival);

    /** Returns what has arrived next, or {@code null} if nothing has. */
    @Nullable
    Arrival poll();

    /** Sends a message; a connection that is closed by now swallows it. */
    void send(long connection, PeerMessage message);

    /** Closes a connection, behind what was sent on it. */
    void close(long connection);

    /** Lets the transport try again to connect to members that it has no connection to. Called from time to time. */
    void reconnect();

    /** Closes all connections at once and accepts no more. Idempotent. */
    void shutdown();
}
