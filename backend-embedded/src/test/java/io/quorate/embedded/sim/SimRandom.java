package io.quorate.embedded.sim;

/** SplitMix64: the same numbers from the same seed, on every JDK. */
public final class SimRandom {

    private long state;

    public SimRandom(long seed) {
        state = seed;
    }

    public long next() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    public static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** A number in {@code [0, bound)}. */
    public int below(int bound) {
        return (int) ((next() >>> 33) % bound);
    }

    /** A number in {@code [low, high]}. */
    public long between(long low, long high) {
        return low + (next() >>> 1) % (high - low + 1);
    }

    public boolean chance(double probability) {
        return (next() >>> 11) * 0x1.0p-53 < probability;
    }
}
