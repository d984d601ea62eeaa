package io.quorate.embedded.sim;

import io.quorate.embedded.zab.Event;
import io.quorate.embedded.zab.Message;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connections between members: each delivers its bytes in order, or stops for good.
 *
 * <p>A blocked direction holds its bytes back until it is open again. When a connection is cut, each end notices at its
 * own time, and bytes that were under way may still arrive, even after a new connection is open.
 */
final class SimNetwork implements Links {

    private final Timeline timeline;
    private final SimNode[] nodes;
    private final Runnable oldBytes;
    private final boolean[][] blocked;
    private final @Nullable Connection[][] newest;
    private final boolean[][] dialling;
    private final Map<Long, Connection> byId = new HashMap<>();
    private Pace pace;
    private long lastId;

    private static final class Connection {
        final long id;
        final int low;
        final int high;
        final Channel up;
        final Channel down;

        Connection(long id, int low, int high, long lowLife, long highLife) {
            this.id = id;
            this.low = low;
            this.high = high;
            this.up = new Channel(low, high, highLife);
            this.down = new Channel(high, low, lowLife);
        }

        Channel from(int node) {
            return node == low ? up : down;
        }

        boolean isOpen() {
            return up.open && down.open;
        }
    }

    /** One direction; {@code open} says whether its sender's end is open. */
    private static final class Channel {
        final int from;
        final int to;
        final long receiverLife;
        final ArrayDeque<Event> stalled = new ArrayDeque<>();
        boolean open = true;
        long lastArrival;

        Channel(int from, int to, long receiverLife) {
            this.from = from;
            this.to = to;
            this.receiverLife = receiverLife;
        }
    }

    /** Creates a network; {@code oldBytes} runs when a connection delivers after it was replaced. */
    SimNetwork(Timeline timeline, Pace pace, SimNode[] nodes, Runnable oldBytes) {
        this.oldBytes = oldBytes;
        this.timeline = timeline;
        this.pace = pace;
        this.nodes = nodes;
        this.blocked = new boolean[nodes.length][nodes.length];
        this.newest = new Connection[nodes.length][nodes.length];
        this.dialling = new boolean[nodes.length][nodes.length];
    }

    void pace(Pace newPace) {
        pace = newPace;
    }

    // Connections.

    /** Sees to it that a member gets connected to all others. */
    void dialAll(int node) {
        for (int other = 0; other < nodes.length; other++) {
            if (other != node) {
                dialLater(Math.min(node, other), Math.max(node, other));
            }
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
        if ((old != null && old.isOpen()) || !nodes[low].isUp() || !nodes[high].isUp()) {
            return;
        }
        if (blocked[low][high] || blocked[high][low]) {
            dialLater(low, high);
            return;
        }
        if (old != null) {
            old.up.open = false;
            old.down.open = false;
        }
        Connection fresh = new Connection(++lastId, low, high, nodes[low].life(), nodes[high].life());
        newest[low][high] = fresh;
        byId.put(fresh.id, fresh);
        transmit(fresh.up, new Event.ConnectionUp(nodes[low].id(), fresh.id));
        transmit(fresh.down, new Event.ConnectionUp(nodes[high].id(), fresh.id));
    }

    void send(int from, long connection, Message message) {
        Connection c = byId.get(connection);
        if (c != null && c.from(from).open) {
            transmit(c.from(from), new Event.Received(nodes[from].id(), connection, message));
        }
    }

    void close(int from, long connection) {
        Connection c = byId.get(connection);
        if (c == null || !c.from(from).open) {
            return;
        }
        Channel channel = c.from(from);
        transmit(channel, new Event.ConnectionDown(nodes[from].id(), connection));
        channel.open = false;
        dialLater(c.low, c.high);
    }

    private void transmit(Channel channel, Event event) {
        long arrival = Math.max(channel.lastArrival, timeline.now() + pace.messageDelay());
        channel.lastArrival = arrival;
        timeline.at(arrival, () -> arrive(channel, event));
    }

    private void arrive(Channel channel, Event event) {
        if (blocked[channel.from][channel.to] || !channel.stalled.isEmpty()) {
            channel.stalled.add(event);
        } else {
            deliver(channel, event);
        }
    }

    private void deliver(Channel channel, Event event) {
        SimNode receiver = nodes[channel.to];
        if (receiver.life() != channel.receiverLife) {
            return;
        }
        if (event instanceof Event.ConnectionDown down) {
            Connection c = byId.get(down.connection());
            if (c != null) {
                c.from(channel.to).open = false;
                dialLater(c.low, c.high);
            }
        }
        if (event instanceof Event.Received received) {
            Connection current = newest[Math.min(channel.from, channel.to)][Math.max(channel.from, channel.to)];
            if (current != null && current.id != received.connection()) {
                oldBytes.run();
            }
        }
        receiver.deliver(event);
    }

    // Faults.

    /** Loses a connection: each end notices after a while, what was under way arrives or not. */
    void cut(int a, int b) {
        Connection c = newest[Math.min(a, b)][Math.max(a, b)];
        if (c != null && c.isOpen()) {
            loseEnd(c, c.low, c.high);
            loseEnd(c, c.high, c.low);
        }
    }

    private void loseEnd(Connection c, int end, int peer) {
        Channel outgoing = c.from(end);
        long life = nodes[end].life();
        timeline.after(pace.noticeDelay(), () -> {
            if (outgoing.open && nodes[end].life() == life) {
                outgoing.open = false;
                nodes[end].deliver(new Event.ConnectionDown(nodes[peer].id(), c.id));
                dialLater(c.low, c.high);
            }
        });
    }

    /** A member's process has gone; the others notice, or have to find out by silence. */
    void processGone(int node, boolean noticed) {
        for (int other = 0; other < nodes.length; other++) {
            Connection c = newest[Math.min(node, other)][Math.max(node, other)];
            if (other == node || c == null || !c.from(node).open) {
                continue;
            }
            c.from(node).open = false;
            if (noticed) {
                loseEnd(c, other, node);
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
        for (Connection c : byId.values().stream()
                .sorted((x, y) -> Long.compare(x.id, y.id))
                .toList()) {
            Channel channel = c.up.from == from && c.up.to == to ? c.up : c.down;
            if (channel.from == from && channel.to == to) {
                release(channel);
            }
        }
        dialLater(Math.min(from, to), Math.max(from, to));
    }

    /** What was held back arrives at once, before anything sent later. */
    private void release(Channel channel) {
        timeline.after(0, () -> {
            while (!channel.stalled.isEmpty() && !blocked[channel.from][channel.to]) {
                deliver(channel, channel.stalled.remove());
            }
        });
    }

    @Override
    public boolean isBlocked(int from, int to) {
        return blocked[from][to];
    }
}
