package io.quorate.embedded.transport;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Connects members of one process that share a thread.
 *
 * <p>Messages are handed over as they are. A connection whose receiver has too many messages waiting is closed. Confined to
 * the thread that drives the members.
 */
public final class InMemoryNetwork implements Network {

    private static final int MAX_WAITING = 1 << 16;

    private final TreeMap<Integer, Endpoint> endpoints = new TreeMap<>();
    private long lastConnection;

    /** Creates a network without members. */
    public InMemoryNetwork() {}

    @Override
    public Transport endpoint(int member) {
        return new Endpoint(member);
    }

    private void connectAll(Endpoint from) {
        for (Endpoint to : endpoints.values()) {
            if (to != from && !from.connections.containsValue(to)) {
                long connection = ++lastConnection;
                from.connected(to, connection);
                to.connected(from, connection);
            }
        }
    }

    private final class Endpoint implements Transport {

        private final int member;
        private final Map<Long, Endpoint> connections = new HashMap<>();
        private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
        private Runnable onArrival = () -> {};

        Endpoint(int member) {
            this.member = member;
        }

        @Override
        public void open(Runnable listener) {
            onArrival = listener;
            if (endpoints.putIfAbsent(member, this) != null) {
                throw new IllegalStateException("member " + member + " runs already");
            }
            connectAll(this);
        }

        void connected(Endpoint other, long connection) {
            connections.put(connection, other);
            arrive(new Arrival.Connected(other.member, connection));
        }

        private void arrive(Arrival arrival) {
            arrivals.add(arrival);
            onArrival.run();
        }

        @Override
        public @Nullable Arrival poll() {
            return arrivals.poll();
        }

        @Override
        public void send(long connection, PeerMessage message) {
            Endpoint to = connections.get(connection);
            if (to == null) {
                return;
            }
            if (to.arrivals.size() >= MAX_WAITING) {
                close(connection);
                arrive(new Arrival.Disconnected(to.member, connection));
            } else {
                to.arrive(new Arrival.Received(member, connection, message));
            }
        }

        @Override
        public void close(long connection) {
            Endpoint to = connections.remove(connection);
            if (to != null) {
                to.connections.remove(connection);
                to.arrive(new Arrival.Disconnected(member, connection));
            }
        }

        @Override
        public void reconnect() {
            if (endpoints.get(member) == this) {
                connectAll(this);
            }
        }

        @Override
        public void shutdown() {
            if (endpoints.remove(member, this)) {
                for (long connection : connections.keySet().toArray(Long[]::new)) {
                    close(connection);
                }
                arrivals.clear();
            }
        }
    }
}
