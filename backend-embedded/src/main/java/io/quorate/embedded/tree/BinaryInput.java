package io.quorate.embedded.tree;

import io.quorate.backend.Key;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The reading end of all formats of this package and of what members say to each other.
 *
 * <p>It trusts nothing: every length is compared with a bound and with what is left before anything is allocated, and
 * whatever is wrong ends in a {@link MalformedDataException}.
 */
public final class BinaryInput {

    private final ByteBuffer buffer;

    /** Reads from the position to the limit of a buffer, and moves its position. */
    public BinaryInput(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /** Returns whether everything was read. */
    public boolean isAtEnd() {
        return !buffer.hasRemaining();
    }

    /** Refuses what follows the end. */
    public void end() {
        if (buffer.hasRemaining()) {
            throw new MalformedDataException(buffer.remaining() + " bytes follow the end");
        }
    }

    /** Reads a byte as a number from 0 to 255. */
    public int octet() {
        need(1);
        return buffer.get() & 0xFF;
    }

    /** Reads 1 or 0. */
    public boolean flag() {
        int value = octet();
        if (value > 1) {
            throw new MalformedDataException("a flag is 0 or 1, not " + value);
        }
        return value == 1;
    }

    /** Reads eight bytes, the highest first. */
    public long fixed() {
        need(Long.BYTES);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | (buffer.get() & 0xFF);
        }
        return value;
    }

    /** Reads a number that was written as if it were unsigned. */
    public long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int octet = octet();
            value |= (octet & 0x7FL) << shift;
            if (octet < 0x80) {
                if ((octet == 0 && shift > 0) || (shift == 63 && octet > 1)) {
                    throw new MalformedDataException("a number is not in its shortest form");
                }
                return value;
            }
        }
        throw new MalformedDataException("a number has more than 64 bits");
    }

    /** Reads a number that must be positive, such as the id of a session. */
    public long positive() {
        long value = number();
        if (value <= 0) {
            throw new MalformedDataException("a number must be positive, but is " + value);
        }
        return value;
    }

    /** Reads a number that is not negative, such as an index of the log. */
    public long index() {
        long value = number();
        if (value < 0) {
            throw new MalformedDataException("a number must not be negative, but is " + value);
        }
        return value;
    }

    /** Reads a number between 0 and a bound, both included. */
    public int count(int bound) {
        long value = number();
        if (value < 0 || value > bound) {
            throw new MalformedDataException("a number must be at most " + bound + ", but is " + value);
        }
        return (int) value;
    }

    /** Reads the length of a list each of whose elements takes at least a byte. */
    public int elements(int bound) {
        int value = count(bound);
        need(value);
        return value;
    }

    /** Reads a number that may well be negative. */
    public long signed() {
        long value = number();
        return (value >>> 1) ^ -(value & 1);
    }

    /** Reads a number of 32 bits that may well be negative. */
    public int signedInt() {
        long value = signed();
        if (value != (int) value) {
            throw new MalformedDataException("a number must have 32 bits, but is " + value);
        }
        return (int) value;
    }

    /** Reads so many bytes. */
    public byte[] raw(int length) {
        need(length);
        byte[] value = new byte[length];
        buffer.get(value);
        return value;
    }

    /** Reads the value of a node, which may be none. */
    public byte @Nullable [] data() {
        int length = count(TreeLimits.HARD_DATA_BYTES + 1);
        return length == 0 ? null : raw(length - 1);
    }

    /** Reads a text. */
    public String text(int maxBytes) {
        int length = count(maxBytes);
        need(length);
        if (!buffer.hasArray()) {
            return text(raw(length), 0, length);
        }
        int start = buffer.arrayOffset() + buffer.position();
        buffer.position(buffer.position() + length);
        return text(buffer.array(), start, length);
    }

    private static String text(byte[] bytes, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (bytes[i] < 0) {
                return decode(bytes, start, length);
            }
        }
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    }

    /** Reads the path of a node other than the root. */
    public String path() {
        String path = text(Key.MAX_BYTES);
        if (!Paths.isWalkable(path)) {
            throw new MalformedDataException(
                    "a path must begin with a slash and have 1 to " + Key.MAX_DEPTH + " segments, none of them empty");
        }
        return path;
    }

    private static String decode(byte[] bytes, int start, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedDataException("a text is not UTF-8", e);
        }
    }

    private void need(int length) {
        if (buffer.remaining() < length) {
            throw new MalformedDataException(
                    "cut short: " + length + " bytes are needed, " + buffer.remaining() + " are left");
        }
    }
}
