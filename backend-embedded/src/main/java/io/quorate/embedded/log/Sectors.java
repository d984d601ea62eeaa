package io.quorate.embedded.log;

import java.nio.ByteBuffer;

/** Arithmetic on the unit that a disk writes as a whole or not at all. */
final class Sectors {
    /** Bytes. A power cut leaves each sector with its old or its new content. */
    static final int SIZE = 512;

    private Sectors() {}

    static long endOfSector(long offset) {
        return offset - offset % SIZE + SIZE;
    }

    static long roundUp(long bytes) {
        return (bytes + SIZE - 1) / SIZE * SIZE;
    }

    static boolean isZero(ByteBuffer buffer, int from, int to) {
        int at = from;
        while (to - at >= Long.BYTES) {
            if (buffer.getLong(at) != 0) {
                return false;
            }
            at += Long.BYTES;
        }
        while (at < to) {
            if (buffer.get(at++) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Counts the sectors, the first one left out, that hold nothing but zeros of a piece of a file.
     *
     * @param buffer holds the piece
     * @param position where it begins in the buffer
     * @param offset where it begins in the file
     * @param length its length in bytes
     */
    static int zeroSectors(ByteBuffer buffer, int position, long offset, int length) {
        int count = 0;
        long end = offset + length;
        for (long sector = endOfSector(offset); sector < end; sector += SIZE) {
            int from = position + (int) (sector - offset);
            int to = position + (int) (Math.min(sector + SIZE, end) - offset);
            if (isZero(buffer, from, to)) {
                count++;
            }
        }
        return count;
    }
}
