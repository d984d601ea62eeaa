package io.quorate.embedded.testing;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects members under virtual time: what is sent arrives in its order after a delay, or once its direction is open again.
 *
 * <p>No connection begins while a direction between two members is closed; one that is open stays so until an end gives it up, as
 * it is with TCP.
 */
final class VirtualNetwork {

    private static final long DIAL_NANOS = 5_000_000;

    private final VirtualClock clock;
    private final LongSupplier delayNanos;
    private final boolean[][] blocked;
    private final Channel[][] channels;
    private final @Nullable Endpoint[] endpoints;
    private long lastConnection;

    /** One direction between two members. */
    private static final class Channel {
        final ArrayDeque<Parcel> held = new ArrayDeque<>();
        long lastArrival;
    }

    /** Something on its way to one life of a member. */
    private record Parcel(Endpoint to, Transport.Arrival arrival) {}

    VirtualNetwork(VirtualClock clock, int members, LongSupplier delayNanos) {
        this.clock = clock;
        this.delayNanos = delayNanos;
        this.blocked = new boolean[members][members];
        this.channels = new Channel[members][members];
        this.endpoints = new Endpoint[members];
        for (Channel[] row : channels) {
            for (int i = 0; i < members; i++) {
                row[i] = new Channel();
            }
        }
    }

    Endpoint endpoint(int member) {
        return new Endpoint(member - 1);
    }

    /** Closes or opens a direction between two members, by their ids. */
    void block(int from, int to, boolean closed) {
        blocked[from - 1][to - 1] = closed;
        if (!closed) {
            Channel channel = channels[from - 1][to - 1];
            List<Parcel> held = new ArrayList<>(channel.held);
            channel.held.clear();
            held.forEach(parcel -> transmit(from - 1, to - 1, parcel));
        }
    }

    private void transmit(int from, int to, Parcel parcel) {
        Channel channel = channels[from][to];
        if (blocked[from][to]) {
            channel.held.add(parcel);
            return;
        }
        long arrival = Math.max(channel.lastArrival, clock.nanos() + delayNanos.getAsLong());
        channel.lastArrival = arrival;
        clock.in(arrival - clock.nanos(), () -> {
            if (blocked[from][to]) {
                channel.held.add(parcel);
            } else {
                parcel.to().arrive(parcel.arrival());
            }
        });
    }

    private void dial(Endpoint from, int other) {
        Endpoint to = endpoints[other];
        if (endpoints[from.position] != from
                || to == null
                || blocked[from.position][other]
                || blocked[other][from.position]
                || from.connections[other] != 0
                || to.connections[from.position] != 0) {
            return;
        }
        long connection = ++lastConnection;
        from.connections[other] = connection;
        to.connections[from.position] = connection;
        transmit(other, from.position, new Parcel(from, new Transport.Arrival.Connected(other + 1, connection)));
        transmit(from.position, other, new Parcel(to, new Transport.Arrival.Connected(from.position + 1, connection)));
    }

    /** One life's way of a member to the others. */
    final class Endpoint implements Transport {

        private final int position;

        /** The connection to each of the others, 0 if there is none. */
        private final long[] connections = new long[endpoints.length];

        private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
        private Runnable onArrival = () -> {};

        Endpoint(int position) {
            this.position = position;
        }

        @Override
        public void open(Runnable listener) {
            onArrival = listener;
            endpoints[position] = this;
            reconnect();
        }

        private void arrive(Arrival arrival) {
            if (endpoints[position] != this) {
                return;
            }
            if (arrival instanceof Arrival.Received received
                    && connections[received.member() - 1] != received.connection()) {
                return;
            }
            if (arrival instanceof Arrival.Disconnected down) {
                if (connections[down.member() - 1] != down.connection()) {
                    return;
                }
                connections[down.member() - 1] = 0;
            }
            arrivals.add(arrival);
            onArrival.run();
        }

        @Override
        public @Nullable Arrival poll() {
            return arrivals.poll();
        }

        private int other(long connection) {
            for (int other = 0; other < connections.length; other++) {
                if (connections[other] == connection) {
                    return other;
                }
            }
            return -1;
        }

        @Override
        public void send(long connection, PeerMessage message) {
            int other = other(connection);
            Endpoint to = other < 0 ? null : endpoints[other];
            if (to != null) {
                transmit(position, other, new Parcel(to, new Arrival.Received(position + 1, connection, message)));
            }
        }

        @Override
        public void close(long connection) {
            int other = other(connection);
            if (other >= 0) {
                connections[other] = 0;
                hangUp(other, connection);
            }
        }

        private void hangUp(int other, long connection) {
            Endpoint to = endpoints[other];
            if (to != null) {
                transmit(position, other, new Parcel(to, new Arrival.Disconnected(position + 1, connection)));
            }
        }

        @Override
        public void reconnect() {
            for (int other = 0; other < connections.length; other++) {
                int peer = other;
                if (other != position && connections[other] == 0) {
                    clock.in(DIAL_NANOS, () -> dial(this, peer));
                }
            }
        }

        @Override
        public void shutdown() {
            if (endpoints[position] == this) {
                for (int other = 0; other < connections.length; other++) {
                    if (connections[other] != 0) {
                        hangUp(other, connections[other]);
                    }
                }
                endpoints[position] = null;
                arrivals.clear();
            }
        }
    }
}
