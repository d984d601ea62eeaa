package io.quorate.embedded.member;

import io.quorate.embedded.transport.PeerMessage;
import io.quorate.embedded.transport.Transport;
import io.quorate.embedded.zab.Event;

/**
 * Takes what has arrived from the other members to whom it is for: the protocol, or those who serve. Confined to the member's
 * thread.
 */
final class Arrivals {

    /** Then the member sees to everything else, before it takes more. */
    private static final int MAX_AT_ONCE = 4096;

    private final Transport transport;
    private final Links links;
    private final Protocol protocol;
    private final Serving serving;
    private final Runnable step;

    /**
     * Creates it.
     *
     * @param step lets the protocol handle what it was told
     */
    Arrivals(Transport transport, Links links, Protocol protocol, Serving serving, Runnable step) {
        this.transport = transport;
        this.links = links;
        this.protocol = protocol;
        this.serving = serving;
        this.step = step;
    }

    /** Returns whether there was anything. */
    boolean drain() {
        for (int i = 0; i < MAX_AT_ONCE; i++) {
            Transport.Arrival arrival = transport.poll();
            if (arrival == null) {
                return i > 0;
            }
            take(arrival);
        }
        return true;
    }

    private void take(Transport.Arrival arrival) {
        if (arrival instanceof Transport.Arrival.Received received) {
            take(received);
            return;
        }
        // What came over a connection that is lost or replaced now belongs to it, the content of a snapshot above all.
        step.run();
        if (arrival instanceof Transport.Arrival.Connected up) {
            links.up(up.member(), up.connection());
            protocol.add(new Event.ConnectionUp(up.member(), up.connection()));
        } else if (arrival instanceof Transport.Arrival.Disconnected down) {
            links.down(down.member(), down.connection());
            protocol.add(new Event.ConnectionDown(down.member(), down.connection()));
        }
    }

    private void take(Transport.Arrival.Received received) {
        long connection = received.connection();
        if (received.message() instanceof PeerMessage.Protocol message) {
            protocol.add(new Event.Received(received.member(), connection, message.message()));
            return;
        }
        // It must find everything done that the protocol was told before it.
        step.run();
        if (received.message() instanceof PeerMessage.SnapshotContent content) {
            links.receivedSnapshot(connection, content.chunks());
        } else {
            serving.receive(connection, received.message());
        }
    }
}
