package io.quorate.remote.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private final FrameReader reader = new FrameReader();
    private final List<byte[]> frames = new ArrayList<>();

    @Test
    void framesAreCutWhereTheirLengthsSay() throws IOException {
        boolean open = reader.readFrom(channel(bytes(new byte[] {1, 2}, new byte[0], new byte[] {3})), frames::add);
        assertThat(open).as("end of stream was seen").isFalse();
        assertThat(frames).containsExactly(new byte[] {1, 2}, new byte[0], new byte[] {3});
    }

    @Test
    void framesSurviveBeingReadByteByByte() throws IOException {
        for (byte one : bytes(new byte[] {1, 2, 3}, new byte[] {4})) {
            reader.readFrom(channel(new byte[] {one}), frames::add);
        }
        assertThat(frames).containsExactly(new byte[] {1, 2, 3}, new byte[] {4});
    }

    @Test
    void lengthOutsideTheRangeIsRefused() {
        for (int length : new int[] {-1, Integer.MIN_VALUE, FrameReader.MAX_LENGTH + 1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> new FrameReader().readFrom(channel(length(length)), frames::add))
                    .isInstanceOf(MalformedFrameException.class)
                    .hasMessageContaining(Integer.toString(length));
        }
    }

    private static byte[] bytes(byte[]... bodies) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] body : bodies) {
            out.writeInt(body.length);
            out.write(body);
        }
        return bytes.toByteArray();
    }

    private static byte[] length(int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeInt(length);
        return bytes.toByteArray();
    }

    private static ReadableByteChannel channel(byte[] bytes) {
        InputStream stream = new ByteArrayInputStream(bytes);
        return Channels.newChannel(stream);
    }
}
