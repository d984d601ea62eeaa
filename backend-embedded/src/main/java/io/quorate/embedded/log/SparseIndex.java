package io.quorate.embedded.log;

import java.util.Arrays;

/** Where every 64th record of a segment begins, so that any record is found by reading few others. */
final class SparseIndex {
    private static final int STRIDE = 64;

    private int[] offsets = new int[16];
    private int count;

    /** Notes where a record begins, given its number within the segment, from 0 on and without gaps. */
    void add(long number, long offset) {
        if (number % STRIDE != 0) {
            return;
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
        }
        offsets[count++] = (int) offset;
    }

    /** The number of the nearest noted record at or before the given one. */
    static long floor(long number) {
        return number - number % STRIDE;
    }

    long offsetOfFloor(long number) {
        return offsets[(int) (number / STRIDE)];
    }

    /** Forgets all records from the given number on. */
    void truncate(long number) {
        count = (int) Math.min(count, (number + STRIDE - 1) / STRIDE);
    }
}
