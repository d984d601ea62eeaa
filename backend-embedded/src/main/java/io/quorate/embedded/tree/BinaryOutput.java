package io.quorate.embedded.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A growing sequence of bytes, the writing end of all formats of this package.
 *
 * <p>Numbers are written seven bits to a byte, the lowest first, and always in the shortest form.
 */
final class BinaryOutput {

    private byte[] bytes;
    private int size;

    BinaryOutput(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    void octet(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    void fixed(long value) {
        reserve(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /** Writes a number as if it were unsigned; a negative one takes ten bytes. */
    void number(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Writes a number that may well be negative. */
    void signed(long value) {
        number((value << 1) ^ (value >> 63));
    }

    void raw(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    /** Writes the length plus one, so that zero stands for no value. */
    void data(byte @Nullable [] value) {
        if (value == null) {
            number(0);
        } else {
            number(value.length + 1L);
            raw(value);
        }
    }

    @SuppressWarnings(
            "deprecation") // The one copy of characters into bytes without an array in between; exact for ASCII.
    void text(String value) {
        int length = value.length();
        if (Paths.utf8Length(value) == length) {
            number(length);
            reserve(length);
            value.getBytes(0, length, bytes, size);
            size += length;
        } else {
            byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
            number(encoded.length);
            raw(encoded);
        }
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
