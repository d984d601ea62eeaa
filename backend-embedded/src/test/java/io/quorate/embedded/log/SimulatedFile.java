package io.quorate.embedded.log;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;

/**
 * The content of one file: what processes see (the cache), what would remain of it (the medium), and which 512-byte sectors
 * of the cache the medium does not have yet.
 */
final class SimulatedFile {
    byte[] cache = new byte[0];
    byte[] medium = new byte[0];
    int size;
    int durableSize;
    final BitSet dirty = new BitSet();

    void write(byte[] bytes, int offset) {
        int end = offset + bytes.length;
        grow(end);
        System.arraycopy(bytes, 0, cache, offset, bytes.length);
        size = Math.max(size, end);
        dirty.set(offset / Sectors.SIZE, (end - 1) / Sectors.SIZE + 1);
    }

    private void grow(int wanted) {
        if (wanted <= cache.length) {
            return;
        }
        int capacity = (int) Sectors.roundUp(Math.max(wanted, cache.length * 2));
        cache = Arrays.copyOf(cache, capacity);
        medium = Arrays.copyOf(medium, capacity);
    }

    void force(boolean metadata) {
        if (metadata) {
            durableSize = size;
        }
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            if (sector * Sectors.SIZE < durableSize) {
                flush(sector);
                dirty.clear(sector);
            }
        }
    }

    /** What a failed fsync does: the pages count as clean from now on, and the medium never gets them. */
    void forgetDirtySectors() {
        dirty.clear();
    }

    private void flush(int sector) {
        int from = sector * Sectors.SIZE;
        System.arraycopy(cache, from, medium, from, Math.min(Sectors.SIZE, cache.length - from));
    }

    /** The file after a power cut that lets each unforced sector reach the medium with some probability. */
    SimulatedFile afterPowerCut(Random random, double kept) {
        SimulatedFile after = new SimulatedFile();
        after.cache = medium.clone();
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            if (random.nextDouble() < kept) {
                int from = sector * Sectors.SIZE;
                System.arraycopy(cache, from, after.cache, from, Math.min(Sectors.SIZE, cache.length - from));
            }
        }
        after.size = random.nextDouble() < kept ? size : durableSize;
        Arrays.fill(after.cache, Math.min(after.size, after.cache.length), after.cache.length, (byte) 0);
        after.medium = after.cache.clone();
        after.durableSize = after.size;
        return after;
    }

    /** Changes cache and medium alike, as a fault of the medium found after the cache was dropped. */
    void damage(int offset, byte[] bytes) {
        grow(offset + bytes.length);
        System.arraycopy(bytes, 0, cache, offset, bytes.length);
        System.arraycopy(bytes, 0, medium, offset, bytes.length);
        size = Math.max(size, offset + bytes.length);
        durableSize = Math.max(durableSize, size);
    }

    SimulatedFile copy() {
        SimulatedFile copy = new SimulatedFile();
        copy.cache = cache.clone();
        copy.medium = medium.clone();
        copy.size = size;
        copy.durableSize = durableSize;
        copy.dirty.or(dirty);
        return copy;
    }
}
