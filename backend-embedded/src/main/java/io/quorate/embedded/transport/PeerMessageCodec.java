package io.quorate.embedded.transport;

import io.quorate.embedded.tree.AnswerCodec;
import io.quorate.embedded.tree.BinaryInput;
import io.quorate.embedded.tree.BinaryOutput;
import io.quorate.embedded.tree.MalformedDataException;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.tree.RequestCodec;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of members as a type, an epoch and a body. Every message has exactly one form.
 *
 * <p>The content of a snapshot is the exception: its chunks travel ahead, and what is written here is how many there were.
 */
final class PeerMessageCodec {

    /** The protocol's own messages have the types from here to {@link #LAST_PROTOCOL}; see {@link ProtocolCodec}. */
    static final int NOTIFICATION = 16;

    static final int PING = 28;
    static final int PONG = 29;
    static final int LAST_PROTOCOL = 33;

    static final int SNAPSHOT_CONTENT = 48;
    static final int SUBMIT = 49;
    static final int CONTROL = 50;
    static final int ASK_ROUND = 51;
    static final int READ_AT = 52;
    static final int ROUND_CONFIRMED = 53;
    static final int ANSWERED = 54;
    static final int CONTROL_PROPOSED = 55;
    static final int CONTROL_ANSWERED = 56;
    static final int SPACE_LOW = 57;
    static final int STAND_ASIDE = 58;
    static final int STORAGE_FULL = 59;
    static final int STATE_DIGEST = 60;
    static final int DIVERGED = 61;

    /** Far above the number of sessions that an ensemble may have. */
    private static final int MAX_SESSIONS = 1 << 20;

    /** What stands in the frame of a message and not in its body. */
    record Envelope(int type, long epoch) {}

    /** What the end of a snapshot's content says. */
    record SnapshotEnd(LogPoint point, int chunks, long bytes) {}

    private PeerMessageCodec() {}

    // ---- writing

    /** Writes the body of a message, and returns what stands in its frame. */
    static Envelope write(BinaryOutput output, PeerMessage message) {
        if (message instanceof PeerMessage.Protocol protocol) {
            return ProtocolCodec.write(output, protocol.message());
        } else if (message instanceof PeerMessage.ToLeader request) {
            return new Envelope(writeRequest(output, request), 0);
        }
        return new Envelope(writeReply(output, message), 0);
    }

    private static int writeRequest(BinaryOutput output, PeerMessage.ToLeader message) {
        if (message instanceof PeerMessage.Submit submit) {
            RequestCodec.write(output, submit.operation());
            return SUBMIT;
        } else if (message instanceof PeerMessage.Control control) {
            output.number(control.id());
            RequestCodec.write(output, control.request());
            return CONTROL;
        } else if (message instanceof PeerMessage.AskRound ask) {
            output.number(ask.id());
            writeNumbers(output, ask.sessions());
            return ASK_ROUND;
        } else if (message instanceof PeerMessage.StateDigest digest) {
            output.number(digest.index());
            output.fixed(digest.digest());
            return STATE_DIGEST;
        }
        return SPACE_LOW;
    }

    private static int writeReply(BinaryOutput output, PeerMessage message) {
        if (message instanceof PeerMessage.ReadAt at) {
            output.number(at.id());
            output.number(at.index());
            return READ_AT;
        } else if (message instanceof PeerMessage.RoundConfirmed confirmed) {
            output.number(confirmed.id());
            writeNumbers(output, confirmed.gone());
            return ROUND_CONFIRMED;
        } else if (message instanceof PeerMessage.Answered answered) {
            output.number(answered.session());
            output.number(answered.operation());
            output.number(answered.index());
            AnswerCodec.write(output, answered.result());
            return ANSWERED;
        } else if (message instanceof PeerMessage.ControlProposed proposed) {
            output.number(proposed.id());
            output.number(proposed.index());
            return CONTROL_PROPOSED;
        } else if (message instanceof PeerMessage.ControlAnswered answered) {
            output.number(answered.id());
            output.number(answered.index());
            AnswerCodec.write(output, answered.result());
            return CONTROL_ANSWERED;
        } else if (message instanceof PeerMessage.Diverged diverged) {
            output.number(diverged.index());
            output.fixed(diverged.digest());
            output.flag(diverged.certain());
            return DIVERGED;
        } else if (message instanceof PeerMessage.SnapshotContent content) {
            ProtocolCodec.writePoint(output, content.point());
            output.number(content.chunks().size());
            output.number(
                    content.chunks().stream().mapToLong(chunk -> chunk.length).sum());
            return SNAPSHOT_CONTENT;
        }
        return message instanceof PeerMessage.StandAside ? STAND_ASIDE : STORAGE_FULL;
    }

    private static void writeNumbers(BinaryOutput output, List<Long> numbers) {
        output.number(numbers.size());
        numbers.forEach(output::number);
    }

    // ---- reading

    /** Returns whether there is such a message. */
    static boolean isKnown(int type) {
        return (type >= NOTIFICATION && type <= LAST_PROTOCOL) || (type >= SNAPSHOT_CONTENT && type <= DIVERGED);
    }

    /**
     * Reads a message, which must end where the body does.
     *
     * @throws MalformedDataException if the bytes are no such message
     */
    static PeerMessage read(int type, long epoch, ByteBuffer body) {
        BinaryInput input = new BinaryInput(body);
        PeerMessage message;
        try {
            message = type <= LAST_PROTOCOL
                    ? new PeerMessage.Protocol(ProtocolCodec.read(type, epoch, input))
                    : readOther(type, epoch, input);
        } catch (IllegalArgumentException e) {
            throw new MalformedDataException("no such message: " + e.getMessage(), e);
        }
        input.end();
        return message;
    }

    private static PeerMessage readOther(int type, long epoch, BinaryInput input) {
        if (epoch != 0) {
            throw new MalformedDataException("a message of type " + type + " belongs to no epoch, not to " + epoch);
        }
        return switch (type) {
            case SUBMIT -> new PeerMessage.Submit(readOperation(input));
            case CONTROL -> new PeerMessage.Control(input.positive(), readControl(input));
            case ASK_ROUND -> new PeerMessage.AskRound(input.positive(), readNumbers(input));
            case READ_AT -> new PeerMessage.ReadAt(input.positive(), input.index());
            case ROUND_CONFIRMED -> new PeerMessage.RoundConfirmed(input.positive(), readNumbers(input));
            case ANSWERED ->
                new PeerMessage.Answered(input.positive(), input.positive(), input.index(), AnswerCodec.read(input));
            case CONTROL_PROPOSED -> new PeerMessage.ControlProposed(input.positive(), input.positive());
            case CONTROL_ANSWERED ->
                new PeerMessage.ControlAnswered(input.positive(), input.index(), AnswerCodec.read(input));
            case SPACE_LOW -> new PeerMessage.SpaceLow();
            case STAND_ASIDE -> new PeerMessage.StandAside();
            case STORAGE_FULL -> new PeerMessage.StorageFull();
            case STATE_DIGEST -> new PeerMessage.StateDigest(input.positive(), input.fixed());
            case DIVERGED -> new PeerMessage.Diverged(input.positive(), input.fixed(), input.flag());
            default -> throw new MalformedDataException("no message has the type " + type);
        };
    }

    /** Reads what ends the content of a snapshot. */
    static SnapshotEnd readSnapshotEnd(ByteBuffer body) {
        BinaryInput input = new BinaryInput(body);
        try {
            SnapshotEnd end =
                    new SnapshotEnd(ProtocolCodec.readPoint(input), input.count(Integer.MAX_VALUE), input.index());
            input.end();
            return end;
        } catch (IllegalArgumentException e) {
            throw new MalformedDataException("no such snapshot: " + e.getMessage(), e);
        }
    }

    private static Request.Operation readOperation(BinaryInput input) {
        if (RequestCodec.read(input) instanceof Request.Operation operation) {
            return operation;
        }
        throw new MalformedDataException("what is submitted must be a numbered operation");
    }

    private static Request readControl(BinaryInput input) {
        Request request = RequestCodec.read(input);
        if (request instanceof Request.Operation) {
            throw new MalformedDataException("a numbered operation must be submitted");
        }
        return request;
    }

    private static List<Long> readNumbers(BinaryInput input) {
        int count = input.elements(MAX_SESSIONS);
        List<Long> numbers = new ArrayList<>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            numbers.add(input.positive());
        }
        return numbers;
    }

    /** Returns whether a message is sent as an {@linkplain FrameFormat#isUrgent urgent} one. */
    static boolean isUrgent(PeerMessage message) {
        return message instanceof PeerMessage.Protocol protocol
                && (protocol.message() instanceof Message.Ping
                        || protocol.message() instanceof Message.Pong
                        || protocol.message() instanceof Message.Notification);
    }

    /** Returns roughly how many bytes of memory a message holds on to while it waits to be sent. */
    static long weight(PeerMessage message) {
        if (message instanceof PeerMessage.Protocol protocol) {
            return protocol.message() instanceof Message.Propose propose
                    ? ProtocolCodec.weight(propose.records())
                    : ProtocolCodec.WEIGHT;
        } else if (message instanceof PeerMessage.Submit submit) {
            return RequestWeight.of(submit.operation());
        } else if (message instanceof PeerMessage.SnapshotContent content) {
            return content.chunks().stream().mapToLong(chunk -> chunk.length).sum();
        } else if (message instanceof PeerMessage.AskRound ask) {
            return ProtocolCodec.WEIGHT + 24L * ask.sessions().size();
        }
        return ProtocolCodec.WEIGHT;
    }
}
