package io.quorate.embedded.testing;

import io.quorate.embedded.transport.Network;
import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects the members of one process by ways that can be cut and delayed, each direction for itself.
 *
 * <p>What is sent over a way that is cut waits and arrives when it is open again, as TCP would send it again; a connection that
 * one end has given up in the meantime ends then. No connection begins while one of its directions is cut. Confined to the
 * thread that drives the members.
 */
final class UnreliableNetwork implements Network {

    private static final int MAX_WAITING = 1 << 16;

    /** One direction between two members. */
    private record Direction(int from, int to) {}

    /** Something on its way to one life of a member. */
    private static final class Parcel {
        final Endpoint to;
        final Transport.Arrival arrival;
        boolean due;

        Parcel(Endpoint to, Transport.Arrival arrival, boolean due) {
            this.to = to;
            this.arrival = arrival;
            this.due = due;
        }
    }

    private final class Way {
        private final ArrayDeque<Parcel> parcels = new ArrayDeque<>();
        private int cuts;
        private Duration delay = Duration.ZERO;

        void take(Endpoint to, Transport.Arrival arrival) {
            Parcel parcel = new Parcel(to, arrival, delay.isZero());
            parcels.add(parcel);
            if (!parcel.due) {
                alarm.accept(delay, () -> {
                    parcel.due = true;
                    deliver();
                });
            }
            deliver();
        }

        /** Changes the delay; with a smaller one, what is on its way arrives at once. */
        void delay(Duration more) {
            delay = delay.plus(more);
            if (more.isNegative()) {
                parcels.forEach(parcel -> parcel.due = true);
                deliver();
            }
        }

        void deliver() {
            while (cuts == 0 && !parcels.isEmpty() && parcels.element().due) {
                Parcel next = parcels.remove();
                next.to.arrived(next.arrival);
            }
        }
    }

    private final BiConsumer<Duration, Runnable> alarm;
    private final TreeMap<Integer, Endpoint> endpoints = new TreeMap<>();
    private final Map<Direction, Way> ways = new HashMap<>();
    private long lastConnection;

    /**
     * Creates a network without members.
     *
     * @param alarm runs a task on the thread of the members once a delay has passed
     */
    UnreliableNetwork(BiConsumer<Duration, Runnable> alarm) {
        this.alarm = alarm;
    }

    @Override
    public Transport endpoint(int member) {
        return new Endpoint(member);
    }

    private Way way(int from, int to) {
        return ways.computeIfAbsent(new Direction(from, to), direction -> new Way());
    }

    // ---- faults

    /** Lets nothing through in one direction, until {@link #mend} has been called as often as this. */
    void cut(int from, int to) {
        way(from, to).cuts++;
    }

    /** Takes back one {@link #cut}. */
    void mend(int from, int to) {
        Way way = way(from, to);
        way.cuts--;
        way.deliver();
    }

    /** Adds to the time that everything takes in one direction. If it becomes less, what is on its way arrives at once. */
    void delay(int from, int to, Duration more) {
        way(from, to).delay(more);
    }

    private boolean isOpen(int one, int other) {
        return way(one, other).cuts == 0 && way(other, one).cuts == 0;
    }

    // ---- connections

    private void connectAll(Endpoint from) {
        for (Endpoint to : endpoints.values()) {
            if (to != from && isOpen(from.member, to.member) && !from.knows(to.member) && !to.knows(from.member)) {
                long connection = ++lastConnection;
                from.connections.put(connection, to);
                to.connections.put(connection, from);
                way(to.member, from.member).take(from, new Transport.Arrival.Connected(to.member, connection));
                way(from.member, to.member).take(to, new Transport.Arrival.Connected(from.member, connection));
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

        private boolean knows(int other) {
            return connections.values().stream().anyMatch(end -> end.member == other);
        }

        @Override
        public void open(Runnable listener) {
            onArrival = listener;
            if (endpoints.putIfAbsent(member, this) != null) {
                throw new IllegalStateException("member " + member + " runs already");
            }
            connectAll(this);
        }

        void arrived(Arrival arrival) {
            if (endpoints.get(member) != this) {
                return;
            }
            if (arrival instanceof Arrival.Received received && !connections.containsKey(received.connection())) {
                return;
            }
            if (arrival instanceof Arrival.Disconnected down && connections.remove(down.connection()) == null) {
                return;
            }
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
            Way way = way(member, to.member);
            if (to.arrivals.size() + way.parcels.size() >= MAX_WAITING) {
                close(connection);
                arrivals.add(new Arrival.Disconnected(to.member, connection));
                onArrival.run();
            } else {
                way.take(to, new Arrival.Received(member, connection, message));
            }
        }

        @Override
        public void close(long connection) {
            Endpoint to = connections.remove(connection);
            if (to != null) {
                way(member, to.member).take(to, new Arrival.Disconnected(member, connection));
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
