package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.backend.Bytes;
import io.quorate.backend.Commit;
import io.quorate.backend.Key;
import io.quorate.backend.Op;
import io.quorate.embedded.tree.Request;
import io.quorate.embedded.zab.LogPoint;
import io.quorate.embedded.zab.Message;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Messages of any length arrive in order, and the sender of parts that never end is stopped. */
class MessageStreamTest {

    private static final UUID CLUSTER = new UUID(7, 9);
    private static final LinkIdentity SENDER = new LinkIdentity(CLUSTER, 2, 1234, 99);
    private static final LogPoint POINT = new LogPoint(3, 77, -5);
    private static final PeerMessage PING = new PeerMessage.Protocol(new Message.Ping(5, 1));

    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
    private final FrameWriter frames = new FrameWriter(wire, SENDER);
    private final MessageWriter writer = new MessageWriter(frames);

    private void send(PeerMessage message) throws IOException {
        writer.write(message, () -> null);
    }

    private List<PeerMessage> receive(MessageReader reader) throws IOException {
        List<PeerMessage> received = new ArrayList<>();
        try {
            while (true) {
                PeerMessage message = reader.read();
                if (message != null) {
                    received.add(message);
                }
            }
        } catch (EOFException e) {
            return received;
        }
    }

    private MessageReader reader() {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(wire.toByteArray()), CLUSTER);
        reader.expect(SENDER);
        return new MessageReader(reader, 3 << 20, 4 << 20);
    }

    private void assertRefused(FrameException.Reason reason) {
        MessageReader reader = reader();
        assertThatThrownBy(() -> receive(reader))
                .isInstanceOfSatisfying(
                        FrameException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void messagesArriveInTheirOrder() throws IOException {
        for (PeerMessage message : PeerMessages.all()) {
            send(message);
            writer.keepAlive();
        }
        List<PeerMessage> received = receive(reader());
        assertThat(received.stream().map(Object::toString))
                .containsExactlyElementsOf(
                        PeerMessages.all().stream().map(Object::toString).toList());
    }

    @Test
    void messageThatIsLongerThanAFrameArrivesWhole() throws IOException {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ops.add(new Op.Create(Key.of("/k" + i), Bytes.of(new byte[300_000]), Op.Lifetime.PERSISTENT));
        }
        PeerMessage submit = new PeerMessage.Submit(new Request.Write(1, 2, 0, new Commit(List.of(), ops)));
        send(PING);
        send(submit);
        send(PING);
        assertThat(receive(reader())).containsExactly(PING, submit, PING);
    }

    @Test
    void longProposalArrivesAsSeveral() throws IOException {
        send(new PeerMessage.Protocol(new Message.Propose(5, PeerMessages.records(3, 900_000), 9, 4)));
        List<PeerMessage> received = receive(reader());
        assertThat(received).hasSize(2);
        assertThat(received.get(1).toString()).contains("commitIndex=9").contains("round=4");
    }

    @Test
    void contentOfASnapshotArrivesAsItWasAndHeartbeatsOvertakeIt() throws IOException {
        List<byte[]> chunks = List.of(new byte[700_000], new byte[] {1}, new byte[256 << 10]);
        ArrayDeque<PeerMessage> urgent = new ArrayDeque<>(List.of(PING, PING));
        writer.write(new PeerMessage.SnapshotContent(POINT, chunks), urgent::poll);
        send(new PeerMessage.Protocol(new Message.Snapshot(5, POINT)));
        List<PeerMessage> received = receive(reader());
        assertThat(received).hasSize(4);
        assertThat(received.subList(0, 2)).containsExactly(PING, PING);
        PeerMessage.SnapshotContent content = (PeerMessage.SnapshotContent) received.get(2);
        assertThat(content.point()).isEqualTo(POINT);
        assertThat(content.chunks()).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(content.chunks().get(i)).isEqualTo(chunks.get(i));
        }
    }

    @Test
    void emptySnapshotArrives() throws IOException {
        send(new PeerMessage.SnapshotContent(POINT, List.of()));
        assertThat(receive(reader())).hasSize(1);
    }

    @Test
    void partsOfAMessageMayNotGoOnForEver() throws IOException {
        for (int i = 0; i < 13; i++) {
            frames.write(FrameFormat.PART, new byte[FrameFormat.PART_BYTES]);
        }
        assertRefused(FrameException.Reason.MESSAGE_TOO_LONG);
    }

    @Test
    void chunksOfASnapshotMayNotGoOnForEver() throws IOException {
        for (int i = 0; i < 17; i++) {
            frames.write(FrameFormat.SNAPSHOT_CHUNK, new byte[FrameFormat.PART_BYTES]);
        }
        assertRefused(FrameException.Reason.MESSAGE_TOO_LONG);
    }

    @Test
    void emptyPartsAndChunksAreRefused() throws IOException {
        frames.write(FrameFormat.PART, new byte[0]);
        assertRefused(FrameException.Reason.MALFORMED);
        wire.reset();
        frames.write(FrameFormat.SNAPSHOT_CHUNK, new byte[0]);
        assertRefused(FrameException.Reason.MALFORMED);
    }

    @Test
    void frameWithMoreThanAPartIsRefused() throws IOException {
        frames.write(FrameFormat.PART, new byte[FrameFormat.PART_BYTES + 1]);
        assertRefused(FrameException.Reason.TOO_LONG);
    }

    @Test
    void snapshotWithoutOneOfItsChunksIsRefused() throws IOException {
        PeerMessage content = new PeerMessage.SnapshotContent(POINT, List.of(new byte[10], new byte[10]));
        frames.write(FrameFormat.SNAPSHOT_CHUNK, new byte[10]);
        frames.write(PeerMessageCodec.SNAPSHOT_CONTENT, PeerMessages.body(content));
        assertRefused(FrameException.Reason.MALFORMED);
    }

    @Test
    void nothingElseStandsWithinASnapshot() throws IOException {
        frames.write(FrameFormat.SNAPSHOT_CHUNK, new byte[10]);
        send(new PeerMessage.SpaceLow());
        assertRefused(FrameException.Reason.OUT_OF_PLACE);
    }

    @Test
    void unknownTypesAreRefused() throws IOException {
        for (int type : new int[] {0, 4, 15, 34, 47, 62, Handshake.HELLO, 255}) {
            wire.reset();
            frames.write(type, new byte[3]);
            assertRefused(FrameException.Reason.UNKNOWN_TYPE);
        }
    }

    @Test
    void partsBelongToNoEpoch() throws IOException {
        frames.write(FrameFormat.PART, 5, new byte[3], 0, 3);
        assertRefused(FrameException.Reason.MALFORMED);
    }

    @Test
    void malformedMessageIsRefusedByNameOfItsType() throws IOException {
        frames.write(PeerMessageCodec.READ_AT, new byte[] {0, 1});
        MessageReader reader = reader();
        assertThatThrownBy(() -> receive(reader))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("a message of type 52");
    }
}
