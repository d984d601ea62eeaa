package io.quorate.embedded.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** A frame arrives as it was sent, or the connection is closed for a reason that has a name. */
class FrameTest {

    private static final UUID CLUSTER = new UUID(7, 9);
    private static final LinkIdentity SENDER = new LinkIdentity(CLUSTER, 2, 1234, 99);

    static byte[] frame(int type, long epoch, byte... body) {
        return frame(SENDER, type, epoch, body);
    }

    static byte[] frame(LinkIdentity sender, int type, long epoch, byte... body) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try {
            new FrameWriter(output, sender).write(type, epoch, body, 0, body.length);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return output.toByteArray();
    }

    private static FrameReader reader(byte[] bytes) {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes), CLUSTER);
        reader.expect(SENDER);
        return reader;
    }

    private static void assertRefused(byte[] bytes, FrameException.Reason reason) {
        assertThatThrownBy(() -> reader(bytes).read(1000))
                .isInstanceOfSatisfying(
                        FrameException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    /** Alters bytes behind the checksum and makes the checksum right again. */
    private static byte[] altered(int offset, int value) {
        byte[] bytes = frame(20, 5, (byte) 1, (byte) 2);
        bytes[offset] = (byte) value;
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 8, bytes.length - 8);
        ByteBuffer.wrap(bytes).putInt(4, (int) checksum.getValue());
        return bytes;
    }

    @Test
    void frameIsReadAsItWasWritten() throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        sent.writeBytes(frame(20, 5, (byte) 1, (byte) 2));
        sent.writeBytes(frame(2, 0));
        sent.writeBytes(frame(48, Long.MAX_VALUE, new byte[1000]));
        FrameReader reader = reader(sent.toByteArray());
        Frame first = reader.read(1000);
        assertThat(first.type()).isEqualTo(20);
        assertThat(first.epoch()).isEqualTo(5);
        assertThat(first.body().remaining()).isEqualTo(2);
        assertThat(first.body().get()).isEqualTo((byte) 1);
        assertThat(reader.read(1000).body().remaining()).isZero();
        Frame last = reader.read(1000);
        assertThat(last.epoch()).isEqualTo(Long.MAX_VALUE);
        assertThat(last.body().remaining()).isEqualTo(1000);
        assertThatThrownBy(() -> reader.read(1000)).isInstanceOf(EOFException.class);
    }

    @Test
    void frameThatEndsEarlyIsTheEndOfTheConnection() {
        byte[] bytes = frame(20, 5, (byte) 1, (byte) 2);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> reader(cut).read(1000)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void claimedLengthIsComparedBeforeAnythingIsAllocated() {
        for (int length : List.of(1000 + 47, 1 << 20, Integer.MAX_VALUE)) {
            // Nothing follows: whoever asked for the bytes would fail otherwise.
            assertRefused(ByteBuffer.allocate(8).putInt(length).putInt(0).array(), FrameException.Reason.TOO_LONG);
        }
        for (int length : List.of(45, 0, -1, Integer.MIN_VALUE)) {
            assertRefused(ByteBuffer.allocate(8).putInt(length).putInt(0).array(), FrameException.Reason.TOO_SHORT);
        }
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] bytes = frame(20, 5, (byte) 1, (byte) 2);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> reader(flipped).read(1000)).isInstanceOf(IOException.class);
        }
        bytes[20] ^= 1;
        assertRefused(bytes, FrameException.Reason.CHECKSUM);
    }

    @Test
    void frameOfAnotherVersionIsRefusedByName() {
        assertThatThrownBy(() -> reader(altered(8, 9)).read(1000))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("VERSION")
                .hasMessageContaining("speaks version 9 of the protocol and this one 1");
    }

    @Test
    void frameOfAnotherClusterMemberLifeOrConnectionIsRefused() {
        assertRefused(altered(12, 1), FrameException.Reason.CLUSTER);
        assertRefused(altered(28, 3), FrameException.Reason.SENDER);
        assertRefused(altered(36, 3), FrameException.Reason.SENDER);
        assertRefused(altered(44, 3), FrameException.Reason.CONNECTION);
        assertRefused(altered(45, 0x80), FrameException.Reason.MALFORMED);
    }

    @Test
    void randomBytesNeverCauseAnythingButAnIoException() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThatThrownBy(() -> reader(bytes).read(1000)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void frameMayArriveByteByByte() throws IOException {
        InputStream slow = new FilterInputStream(new ByteArrayInputStream(frame(20, 5, new byte[500]))) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, 1));
            }
        };
        assertThat(new FrameReader(slow, CLUSTER).read(1000).body().remaining()).isEqualTo(500);
    }
}
