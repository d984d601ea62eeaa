package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.embedded.tree.BinaryOutput;
import io.quorate.embedded.tree.MalformedDataException;
import io.quorate.embedded.tree.TreeLimits;
import io.quorate.embedded.zab.LogRecord;
import io.quorate.embedded.zab.Message;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a member said is what the other one hears; anything else gets one clear exception. */
class PeerMessageCodecTest {

    @Test
    void everyKindOfMessageHasASample() {
        Set<Class<?>> kinds = new HashSet<>();
        collect(PeerMessage.class, kinds);
        collect(Message.class, kinds);
        for (PeerMessage message : PeerMessages.all()) {
            kinds.remove(message.getClass());
            if (message instanceof PeerMessage.Protocol protocol) {
                kinds.remove(protocol.message().getClass());
            }
        }
        // Its content travels in chunks: MessageReaderTest.
        kinds.remove(PeerMessage.SnapshotContent.class);
        assertThat(kinds).isEmpty();
    }

    private static void collect(Class<?> type, Set<Class<?>> kinds) {
        Class<?>[] permitted = type.getPermittedSubclasses();
        if (permitted == null) {
            kinds.add(type);
            return;
        }
        for (Class<?> kind : permitted) {
            collect(kind, kinds);
        }
    }

    @Test
    void everyMessageIsReadAsItWasWritten() {
        for (PeerMessage message : PeerMessages.all()) {
            byte[] body = PeerMessages.body(message);
            PeerMessageCodec.Envelope envelope = PeerMessages.envelope(message);
            PeerMessage read = PeerMessageCodec.read(envelope.type(), envelope.epoch(), ByteBuffer.wrap(body));
            assertThat(read.toString()).isEqualTo(message.toString());
            assertThat(read).hasSameClassAs(message);
            assertThat(PeerMessages.body(read)).isEqualTo(body);
            assertThat(PeerMessages.envelope(read)).isEqualTo(envelope);
            assertThat(PeerMessageCodec.isKnown(envelope.type())).isTrue();
        }
    }

    @Test
    void recordsArriveWithTheirHashes() {
        Message.Propose sent = new Message.Propose(5, PeerMessages.records(4, 100), 7, 9);
        Message.Propose read =
                (Message.Propose) ((PeerMessage.Protocol) roundTrip(new PeerMessage.Protocol(sent))).message();
        assertThat(read.records().size()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            LogRecord expected = sent.records().get(i);
            LogRecord actual = read.records().get(i);
            assertThat(actual.point()).isEqualTo(expected.point());
            assertThat(actual.prevHash()).isEqualTo(expected.prevHash());
            assertThat(actual.payload()).isEqualTo(expected.payload());
            assertThat(actual.type()).isEqualTo(expected.type());
        }
    }

    private static PeerMessage roundTrip(PeerMessage message) {
        PeerMessageCodec.Envelope envelope = PeerMessages.envelope(message);
        return PeerMessageCodec.read(envelope.type(), envelope.epoch(), ByteBuffer.wrap(PeerMessages.body(message)));
    }

    @Test
    void everyTruncationAndEveryContinuationIsRefused() {
        for (PeerMessage message : PeerMessages.all()) {
            byte[] body = PeerMessages.body(message);
            for (int length = 0; length < body.length; length++) {
                assertRefused(message, Arrays.copyOf(body, length));
            }
            assertRefused(message, Arrays.copyOf(body, body.length + 1));
        }
    }

    private static void assertRefused(PeerMessage message, byte[] body) {
        PeerMessageCodec.Envelope envelope = PeerMessages.envelope(message);
        assertThatThrownBy(() -> PeerMessageCodec.read(envelope.type(), envelope.epoch(), ByteBuffer.wrap(body)))
                .as("%s of %d bytes", message, body.length)
                .isInstanceOf(MalformedDataException.class);
    }

    @Test
    void everyFlippedBitIsRefusedOrReadAsAnotherMessage() {
        int refused = 0;
        int read = 0;
        for (PeerMessage message : PeerMessages.all()) {
            byte[] body = PeerMessages.body(message);
            PeerMessageCodec.Envelope envelope = PeerMessages.envelope(message);
            for (int bit = 0; bit < body.length * 8; bit++) {
                byte[] flipped = body.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                PeerMessage other = readOrRefuse(envelope, flipped);
                if (other == null) {
                    refused++;
                } else {
                    read++;
                    assertThat(PeerMessages.body(other)).isEqualTo(flipped);
                }
            }
        }
        assertThat(refused).isPositive();
        assertThat(read).isPositive();
    }

    @Test
    void messageOfAnEpochNeedsOneAndAnyOtherHasNone() {
        for (PeerMessage message : PeerMessages.all()) {
            PeerMessageCodec.Envelope envelope = PeerMessages.envelope(message);
            if (FrameFormat.isUrgent(envelope.type()) && envelope.type() != PeerMessageCodec.NOTIFICATION) {
                continue;
            }
            long wrong = envelope.epoch() == 0 ? 1 : 0;
            ByteBuffer body = ByteBuffer.wrap(PeerMessages.body(message));
            assertThatThrownBy(() -> PeerMessageCodec.read(envelope.type(), wrong, body))
                    .as("%s", message)
                    .isInstanceOf(MalformedDataException.class);
        }
    }

    @Test
    void randomBytesNeverCauseAnythingButTheDeclaredException() {
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            byte[] body = new byte[random.nextInt(60)];
            random.nextBytes(body);
            int type = 16 + random.nextInt(46);
            if (PeerMessageCodec.isKnown(type) && type != PeerMessageCodec.SNAPSHOT_CONTENT) {
                PeerMessage unused = readOrRefuse(new PeerMessageCodec.Envelope(type, random.nextInt(3)), body);
            }
        }
    }

    @Test
    void severalMutationsAtOnceNeverCauseAnythingButTheDeclaredException() {
        Random random = new Random(2);
        List<PeerMessage> all = PeerMessages.all();
        for (int i = 0; i < 20_000; i++) {
            PeerMessage message = all.get(random.nextInt(all.size()));
            byte[] body = PeerMessages.body(message);
            for (int k = body.length == 0 ? -1 : random.nextInt(4); k >= 0; k--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt();
            }
            PeerMessage unused = readOrRefuse(PeerMessages.envelope(message), body);
        }
    }

    private static @Nullable PeerMessage readOrRefuse(PeerMessageCodec.Envelope envelope, byte[] body) {
        try {
            return PeerMessageCodec.read(envelope.type(), envelope.epoch(), ByteBuffer.wrap(body));
        } catch (MalformedDataException e) {
            return null;
        }
    }

    /** The number of records, and the length of one, are claims until the bytes are there. */
    @Test
    void lengthThatIsOnlyClaimedIsNotAllocated() {
        BinaryOutput output = new BinaryOutput(64);
        output.number(0);
        output.number(0);
        output.number(1 << 20);
        output.number(1);
        output.fixed(0);
        assertThatThrownBy(() -> PeerMessageCodec.read(23, 5, ByteBuffer.wrap(output.toByteArray())))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("cut short");
        output.clear();
        output.number(0);
        output.number(0);
        output.number(1);
        output.number(1);
        output.fixed(0);
        output.octet(0);
        output.number(1);
        output.number(TreeLimits.HARD_TXN_BYTES);
        assertThatThrownBy(() -> PeerMessageCodec.read(23, 5, ByteBuffer.wrap(output.toByteArray())))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("cut short");
    }

    @Test
    void longProposalIsSplitIntoOnesThatSayTheSame() {
        Message.Propose whole = new Message.Propose(5, PeerMessages.records(100, 1000), 77, 12);
        List<Message.Propose> parts = ProtocolCodec.split(whole, 10_000);
        assertThat(parts).hasSizeBetween(9, 13);
        long next = 41;
        for (int i = 0; i < parts.size(); i++) {
            Message.Propose part = parts.get(i);
            boolean last = i + 1 == parts.size();
            assertThat(part.epoch()).isEqualTo(5);
            assertThat(part.commitIndex()).isEqualTo(last ? 77 : 0);
            assertThat(part.round()).isEqualTo(last ? 12 : 0);
            assertThat(part.records().first().index()).isEqualTo(next);
            next = part.records().last().index() + 1;
        }
        assertThat(next).isEqualTo(141);
        assertThat(ProtocolCodec.split(whole, 1 << 20)).containsExactly(whole);
    }

    @Test
    void recordOfTheGreatestLengthFits() {
        Message.Propose propose = new Message.Propose(1, PeerMessages.records(1, TreeLimits.HARD_TXN_BYTES), 0, 0);
        assertThat(roundTrip(new PeerMessage.Protocol(propose))).isNotNull();
    }
}
