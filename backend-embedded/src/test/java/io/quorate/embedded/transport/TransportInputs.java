package io.quorate.embedded.transport;

import io.quorate.embedded.tree.MalformedDataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Arbitrary bytes as what arrives at a port. Whatever they are, they are understood or refused by the exception that says so. */
public final class TransportInputs {

    private static final UUID CLUSTER = new UUID(3, 4);
    private static final LinkIdentity PEER = new LinkIdentity(CLUSTER, 2, 9, 5);
    private static final int SMALL = 64 << 10;

    private TransportInputs() {}

    /** Frames as they come, none of which a member has sent. */
    public static void frames(byte[] input) {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(input), CLUSTER);
        try {
            while (true) {
                Frame unused = reader.read(FrameFormat.HANDSHAKE_BYTES);
            }
        } catch (IOException e) {
            // Refused, or at the end.
        }
    }

    /** A message of a type, an epoch and a body; one that is understood is written as it was read. */
    public static void message(byte[] input) {
        if (input.length < 1 + Long.BYTES) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(input);
        int type = bytes.get() & 0xFF;
        long epoch = bytes.getLong() & Long.MAX_VALUE;
        if (type == PeerMessageCodec.SNAPSHOT_CONTENT) {
            snapshotEnd(bytes.slice());
        } else if (PeerMessageCodec.isKnown(type)) {
            try {
                PeerMessage read = PeerMessageCodec.read(type, epoch, bytes.slice());
                byte[] body = PeerMessages.body(read);
                PeerMessageCodec.Envelope envelope = PeerMessages.envelope(read);
                PeerMessage again = PeerMessageCodec.read(envelope.type(), envelope.epoch(), ByteBuffer.wrap(body));
                if (!again.toString().equals(read.toString())) {
                    throw new IllegalStateException(read + " becomes " + again);
                }
            } catch (MalformedDataException e) {
                // Refused.
            }
        }
    }

    private static void snapshotEnd(ByteBuffer body) {
        try {
            PeerMessageCodec.SnapshotEnd unused = PeerMessageCodec.readSnapshotEnd(body);
        } catch (MalformedDataException e) {
            // Refused.
        }
    }

    /** Frames that are whole, of any type and content, on a connection that is established. */
    public static void stream(byte[] input) {
        FrameReader frames = new FrameReader(wrapped(input), CLUSTER);
        frames.expect(PEER);
        MessageReader reader = new MessageReader(frames, SMALL, SMALL);
        try {
            while (true) {
                PeerMessage unused = reader.read();
            }
        } catch (IOException e) {
            // Refused, or at the end.
        }
    }

    /** What a stranger may say to a member that it has connected to: as it comes, or in frames that are whole. */
    public static void acceptor(byte[] input) {
        if (input.length == 0) {
            return;
        }
        try {
            Handshake.Established unused = handshake(1, (input[0] & 2) != 0)
                    .accept(said(input), new ByteArrayOutputStream(), member -> true, peer -> null);
        } catch (IOException e) {
            // Refused, or at the end.
        }
    }

    /** The same of one that a member has connected to. */
    public static void dialer(byte[] input) {
        if (input.length == 0) {
            return;
        }
        try {
            Handshake.Established unused = handshake(1, (input[0] & 2) != 0)
                    .dial(said(input), new ByteArrayOutputStream(), 2, Handshake.Purpose.JOIN, member -> true);
        } catch (IOException e) {
            // Refused, or at the end.
        }
    }

    /** Draws 5 as the number of the connection. */
    private static Handshake handshake(int self, boolean keyed) {
        Handshake.Self who = new Handshake.Self(CLUSTER, self, 7, Set.of(1, 2, 3), () -> Standing.NEW);
        @Nullable ClusterKey key = keyed ? ClusterKey.of(new byte[32]) : null;
        return new Handshake(who, key, () -> 16L);
    }

    private static InputStream said(byte[] input) {
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        return (input[0] & 1) == 0 ? new ByteArrayInputStream(rest) : wrapped(rest);
    }

    /** Makes frames of the input: of each, a type, an epoch of a few values, a length of one byte, and as much of what follows. */
    private static InputStream wrapped(byte[] input) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(bytes, PEER);
        ByteBuffer rest = ByteBuffer.wrap(input);
        try {
            while (rest.remaining() >= 3) {
                int type = rest.get() & 0xFF;
                int epoch = rest.get() & 0x7F;
                int length = Math.min(rest.get() & 0xFF, rest.remaining());
                writer.write(type, epoch, input, rest.position(), length);
                rest.position(rest.position() + length);
            }
            writer.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
