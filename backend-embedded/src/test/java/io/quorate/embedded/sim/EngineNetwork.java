package io.quorate.embedded.sim;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Connections between members of the full engine: each delivers its messages in order, or stops for good.
 *
 * <p>A blocked direction holds its messages back until it is open again. When a connection is cut, each end notices at its
 * own time, and messages that were under way may still arrive, even after a new connection is open. As over TCP, an urgent message
 * may overtake the content of a snapshot that is under way, and what was sent behind it, but nothing that was sent before it.
 */
final class EngineNetwork implements Links {

    private final Timeline timeline;
    private final Pace pace;
    private final boolean[][] blocked;
    private final boolean[][] dialling;
    private final @Nullable Connection[][] newest;
    private final @Nullable Endpoint[] endpoints;
    private final Map<Long, Connection> open = new LinkedHashMap<>();
    private final BiConsumer<Integer, PeerMessage> onSend;
    private final Runnable onReplaced;
    private final Runnable onOvertaking;
    private final MessageMutation mutation;
    private long lastId;

    private static final class Connection {
        final long id;
        final Channel up;
        final Channel down;

        Connection(long id, Endpoint low, Endpoint high) {
            this.id = id;
            this.up = new Channel(low, high);
            this.down = new Channel(high, low);
        }

        Channel from(Endpoint end) {
            return up.from == end ? up : down;
        }

        boolean isOpen() {
            return up.open && down.open;
        }
    }

    /** One direction; {@code open} says whether its sender's end is open. */
    private static final class Channel {
        final Endpoint from;
        final Endpoint to;
        final ArrayDeque<Transport.Arrival> stalled = new ArrayDeque<>();
        boolean open = true;
        long lastArrival;
        /** When the content of a snapshot arrives, and the last of what nothing may overtake before it. */
        long contentArrival = Long.MIN_VALUE;

        long beforeContent;

        Channel(Endpoint from, Endpoint to) {
            this.from = from;
            this.to = to;
        }
    }

    /**
     * Creates a network.
     *
     * @param onSend is told of each message before it is sent, with the position of its sender
     * @param onReplaced runs when a connection is replaced that one end had not given up
     * @param onOvertaking runs when an urgent message overtakes the content of a snapshot
     */
    EngineNetwork(
            Timeline timeline,
            Pace pace,
            int members,
            BiConsumer<Integer, PeerMessage> onSend,
            Runnable onReplaced,
            Runnable onOvertaking,
            MessageMutation mutation) {
        this.timeline = timeline;
        this.pace = pace;
        this.blocked = new boolean[members][members];
        this.dialling = new boolean[members][members];
        this.newest = new Connection[members][members];
        this.endpoints = new Endpoint[members];
        this.onSend = onSend;
        this.onReplaced = onReplaced;
        this.onOvertaking = onOvertaking;
        this.mutation = mutation;
    }

    /** The way of a member to the others, for one life. */
    Endpoint endpoint(int position) {
        return new Endpoint(position);
    }

    /** One member's end of all its connections. */
    final class Endpoint implements Transport {

        private final int position;
        private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
        private Runnable onArrival = () -> {};
        private boolean gone;

        Endpoint(int position) {
            this.position = position;
        }

        @Override
        public void open(Runnable listener) {
            onArrival = listener;
            endpoints[position] = this;
            reconnect();
        }

        @Override
        public @Nullable Arrival poll() {
            return gone ? null : arrivals.poll();
        }

        @Override
        public void send(long connection, PeerMessage message) {
            onSend.accept(position, message);
            Connection c = open.get(connection);
            if (c != null && c.from(this).open) {
                for (PeerMessage sent : mutation.of(message)) {
                    transmit(c.from(this), new Arrival.Received(position + 1, connection, sent));
                }
            }
        }

        @Override
        public void close(long connection) {
            Connection c = open.get(connection);
            if (c != null && c.from(this).open) {
                transmit(c.from(this), new Arrival.Disconnected(position + 1, connection));
                closeEnd(c, this);
            }
        }

        @Override
        public void reconnect() {
            for (int other = 0; other < endpoints.length; other++) {
                if (other != position) {
                    Connection c = newest[Math.min(position, other)][Math.max(position, other)];
                    if (c == null || !c.isOpen()) {
                        dialLater(Math.min(position, other), Math.max(position, other));
                    }
                }
            }
        }

        @Override
        public void shutdown() {
            for (Connection c : List.copyOf(open.values())) {
                if (c.up.from == this || c.down.from == this) {
                    close(c.id);
                }
            }
            vanish();
        }

        private void vanish() {
            gone = true;
            arrivals.clear();
            if (endpoints[position] == this) {
                endpoints[position] = null;
            }
        }

        private void arrive(Arrival arrival) {
            arrivals.add(arrival);
            onArrival.run();
        }
    }

    private void closeEnd(Connection c, Endpoint end) {
        c.from(end).open = false;
        if (!c.up.open && !c.down.open && c.up.stalled.isEmpty() && c.down.stalled.isEmpty()) {
            open.remove(c.id);
        }
    }

    private void dialLater(int low, int high) {
        if (!dialling[low][high]) {
            dialling[low][high] = true;
            timeline.after(pace.dialDelay(), () -> dial(low, high));
        }
    }

    private void dial(int low, int high) {
        dialling[low][high] = false;
        Connection old = newest[low][high];
        Endpoint lower = endpoints[low];
        Endpoint higher = endpoints[high];
        if ((old != null && old.isOpen())
                || lower == null
                || higher == null
                || blocked[low][high]
                || blocked[high][low]) {
            return;
        }
        if (old != null) {
            if (old.up.open || old.down.open) {
                onReplaced.run();
            }
            old.up.open = false;
            old.down.open = false;
        }
        Connection fresh = new Connection(++lastId, lower, higher);
        newest[low][high] = fresh;
        open.put(fresh.id, fresh);
        transmit(fresh.up, new Transport.Arrival.Connected(low + 1, fresh.id));
        transmit(fresh.down, new Transport.Arrival.Connected(high + 1, fresh.id));
    }

    private void transmit(Channel channel, Transport.Arrival arrival) {
        long earliest = timeline.now() + pace.messageDelay();
        if (arrival instanceof Transport.Arrival.Received received && mayOvertake(channel, received.message())) {
            long time = Math.max(channel.beforeContent, earliest);
            if (time < channel.contentArrival) {
                channel.beforeContent = time;
                onOvertaking.run();
                timeline.at(time, () -> arrive(channel, arrival));
                return;
            }
        }
        long time = Math.max(channel.lastArrival, earliest);
        if (isContent(arrival)) {
            channel.beforeContent = channel.lastArrival;
            channel.contentArrival = time;
        }
        channel.lastArrival = time;
        timeline.at(time, () -> arrive(channel, arrival));
    }

    private boolean mayOvertake(Channel channel, PeerMessage message) {
        return message.isUrgent() && timeline.now() < channel.contentArrival;
    }

    private static boolean isContent(Transport.Arrival arrival) {
        return arrival instanceof Transport.Arrival.Received received
                && received.message() instanceof PeerMessage.SnapshotContent;
    }

    private void arrive(Channel channel, Transport.Arrival arrival) {
        if (blocked[channel.from.position][channel.to.position] || !channel.stalled.isEmpty()) {
            channel.stalled.add(arrival);
        } else {
            deliver(channel, arrival);
        }
    }

    private void deliver(Channel channel, Transport.Arrival arrival) {
        Endpoint receiver = channel.to;
        if (receiver.gone) {
            return;
        }
        if (arrival instanceof Transport.Arrival.Disconnected down) {
            Connection c = open.get(down.connection());
            if (c == null || !c.from(receiver).open) {
                return;
            }
            closeEnd(c, receiver);
        } else if (arrival instanceof Transport.Arrival.Received received) {
            Connection c = open.get(received.connection());
            if (c == null || !c.from(receiver).open) {
                // This end has been told that the connection is closed: nothing more arrives on it.
                return;
            }
        }
        receiver.arrive(arrival);
    }

    // Faults.

    /** Loses a connection: each end notices after a while, what was under way arrives or not. */
    void cut(int a, int b) {
        Connection c = newest[Math.min(a, b)][Math.max(a, b)];
        if (c != null && c.isOpen()) {
            loseEnd(c, c.up);
            loseEnd(c, c.down);
        }
    }

    private void loseEnd(Connection c, Channel outgoing) {
        timeline.after(pace.noticeDelay(), () -> {
            if (outgoing.open && !outgoing.from.gone) {
                closeEnd(c, outgoing.from);
                outgoing.from.arrive(new Transport.Arrival.Disconnected(outgoing.to.position + 1, c.id));
            }
        });
    }

    /** A member's process has gone; the others notice, or have to find out by silence. */
    void processGone(Endpoint end, boolean noticed) {
        end.vanish();
        for (Connection c : List.copyOf(open.values())) {
            if (c.up.from == end || c.down.from == end) {
                closeEnd(c, end);
                if (noticed) {
                    loseEnd(c, c.up.from == end ? c.down : c.up);
                }
            }
        }
    }

    @Override
    public void block(int from, int to) {
        blocked[from][to] = true;
    }

    @Override
    public void unblock(int from, int to) {
        if (!blocked[from][to]) {
            return;
        }
        blocked[from][to] = false;
        for (Connection c : new ArrayList<>(open.values())) {
            Channel channel = c.up.from.position == from && c.up.to.position == to ? c.up : c.down;
            if (channel.from.position == from && channel.to.position == to) {
                timeline.after(0, () -> release(channel));
            }
        }
    }

    /** What was held back arrives at once, before anything sent later. */
    private void release(Channel channel) {
        while (!channel.stalled.isEmpty() && !blocked[channel.from.position][channel.to.position]) {
            deliver(channel, channel.stalled.remove());
        }
    }

    @Override
    public boolean isBlocked(int from, int to) {
        return blocked[from][to];
    }
}
