package io.quorate.embedded.transport;

/** Ports that keep less waiting for other members than they would, so that a test comes to the bounds soon. */
public final class SmallBuffers {

    /** What may wait for a member that is slow. */
    public static final long SLOW_BYTES = 4 << 20;

    private SmallBuffers() {}

    /** Returns a port that is not open. */
    public static TcpNetwork network(TcpSettings settings) {
        return new TcpNetwork(
                settings,
                TransportThreads::plain,
                new OutgoingBounds(1 << 20, SLOW_BYTES, OutgoingBounds.DEFAULT.messages()));
    }
}
