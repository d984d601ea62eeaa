package io.quorate.remote.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** One direction of a proxied connection: frames in order, none delivered before it is due. */
final class Lane {
    private record Parcel(long dueNanos, ByteBuffer bytes, Runnable delivered) {}

    private final Deque<Parcel> parcels = new ArrayDeque<>();
    private long latestDueNanos = Long.MIN_VALUE;
    private boolean socketFull;

    /** Appends a frame; it is not delivered before those appended earlier, even if it is due before them. */
    void append(byte[] body, long dueNanos, Runnable delivered) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + body.length);
        add(bytes.putInt(body.length).put(body).flip(), dueNanos, delivered);
    }

    /** Appends an action that runs when everything before it was delivered. */
    void appendAction(long dueNanos, Runnable action) {
        add(ByteBuffer.allocate(0), dueNanos, action);
    }

    private void add(ByteBuffer bytes, long dueNanos, Runnable delivered) {
        latestDueNanos = Math.max(latestDueNanos, dueNanos);
        parcels.add(new Parcel(latestDueNanos, bytes, delivered));
    }

    /** Delivers what is due, until the socket takes no more. */
    void deliver(WritableByteChannel channel, long nowNanos) throws IOException {
        Parcel next = parcels.peek();
        while (next != null && next.dueNanos() <= nowNanos) {
            if (next.bytes().hasRemaining()) {
                channel.write(next.bytes());
            }
            socketFull = next.bytes().hasRemaining();
            if (socketFull) {
                return;
            }
            parcels.remove();
            next.delivered().run();
            next = parcels.peek();
        }
    }

    /** Whether the last delivery stopped because the socket took no more. */
    boolean isSocketFull() {
        return socketFull;
    }

    boolean isEmpty() {
        return parcels.isEmpty();
    }

    /** When there is something to deliver; {@link Long#MAX_VALUE} if nothing, or if the socket has to drain first. */
    long nextDueNanos() {
        Parcel next = parcels.peek();
        return next == null || socketFull ? Long.MAX_VALUE : next.dueNanos();
    }

    void clear() {
        parcels.clear();
        socketFull = false;
    }
}
