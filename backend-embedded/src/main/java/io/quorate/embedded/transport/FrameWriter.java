package io.quorate.embedded.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes frames to a connection. Used by one thread at a time. */
final class FrameWriter {

    private final OutputStream output;
    private final LinkIdentity identity;
    private final byte[] header = new byte[FrameFormat.HEADER_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(header);
    private final CRC32C checksum = new CRC32C();

    FrameWriter(OutputStream output, LinkIdentity identity) {
        this.output = output;
        this.identity = identity;
    }

    void write(int type, long epoch, byte[] body, int offset, int length) throws IOException {
        fields.clear();
        fields.putInt(FrameFormat.MIN_LENGTH + length).putInt(0);
        fields.put((byte) FrameFormat.VERSION);
        fields.putLong(identity.cluster().getMostSignificantBits());
        fields.putLong(identity.cluster().getLeastSignificantBits());
        fields.putInt(identity.sender()).putLong(identity.incarnation()).putLong(identity.connection());
        fields.putLong(epoch).put((byte) type);
        checksum.reset();
        checksum.update(header, FrameFormat.PREFIX_BYTES, FrameFormat.MIN_LENGTH);
        checksum.update(body, offset, length);
        fields.putInt(Integer.BYTES, (int) checksum.getValue());
        output.write(header);
        output.write(body, offset, length);
    }

    void write(int type, byte[] body) throws IOException {
        write(type, 0, body, 0, body.length);
    }

    void flush() throws IOException {
        output.flush();
    }
}
