package io.quorate.embedded.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/** The ports of members 1 and 2 of a cluster of two, which have a connection. */
final class TcpPair implements AutoCloseable {

    final Map<Integer, PeerAddress> members;
    final TcpNode one;
    final TcpNode two;

    /** What member 1 calls the connection. */
    final long forth;

    /** What member 2 calls it. */
    final long back;

    TcpPair(Duration silence) throws IOException {
        members = TcpNode.addresses("127.0.0.1", 2);
        one = new TcpNode(1, 1, members, silence);
        TcpNode other = null;
        boolean connected = false;
        try {
            other = new TcpNode(2, 1, members, silence);
            forth = one.awaitConnected();
            back = other.awaitConnected();
            two = other;
            connected = true;
        } finally {
            if (!connected) {
                one.end();
                if (other != null) {
                    other.end();
                }
            }
        }
    }

    /** Returns where a member is reached. */
    PeerAddress address(int id) {
        return Objects.requireNonNull(members.get(id));
    }

    @Override
    public void close() {
        two.end();
        one.end();
    }
}
