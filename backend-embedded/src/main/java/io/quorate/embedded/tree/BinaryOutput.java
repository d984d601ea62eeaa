package io.quorate.embedded.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A growing sequence of bytes, the writing end of all formats of this package and of what members say to each other.
 *
 * <p>Numbers are written seven bits to a byte, the lowest first, and always in the shortest form.
 */
public final class BinaryOutput {

    private byte[] bytes;
    private int size;

    /** Creates an empty sequence with room for some bytes. */
    public BinaryOutput(int capacity) {
        bytes = new byte[capacity];
    }

    /** Returns how many bytes were written. */
    public int size() {
        return size;
    }

    /** Begins anew. */
    public void clear() {
        size = 0;
    }

    /** Returns a copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Returns the array behind it, of which the first {@link #size} bytes were written; it changes with the next write. */
    public byte[] array() {
        return bytes;
    }

    /** Writes the lowest eight bits. */
    public void octet(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    /** Writes 1 or 0. */
    public void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    /** Writes eight bytes, the highest first. */
    public void fixed(long value) {
        reserve(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /** Writes a number as if it were unsigned; a negative one takes ten bytes. */
    public void number(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Writes a number that may well be negative. */
    public void signed(long value) {
        number((value << 1) ^ (value >> 63));
    }

    /** Writes the bytes and not how many. */
    public void raw(byte[] value) {
        raw(value, 0, value.length);
    }

    /** Writes a part of an array. */
    public void raw(byte[] value, int offset, int length) {
        reserve(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
    }

    /** Writes the length plus one, so that zero stands for no value. */
    public void data(byte @Nullable [] value) {
        if (value == null) {
            number(0);
        } else {
            number(value.length + 1L);
            raw(value);
        }
    }

    /** Writes the length of a text in UTF-8, and the text. */
    @SuppressWarnings(
            "deprecation") // The one copy of characters into bytes without an array in between; exact for ASCII.
    public void text(String value) {
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
