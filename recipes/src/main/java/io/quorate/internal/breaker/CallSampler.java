package io.quorate.internal.breaker;

/**
 * Picks one call in so many to be timed.
 *
 * <p>The picks follow a linear congruential sequence and not a stride, so that a pattern in the calls, such as every fourth being slow, does not meet one
 * in the picks. Each thread mostly has a sequence of its own. Threads that share one overwrite each other's steps now and then, which changes what is
 * picked and not how much. Safe for use by many threads.
 */
final class CallSampler {

    private static final int STRIPES = 16;

    /** Integers between two sequences, so that no two are in one cache line. */
    private static final int SPACING = 32;

    private final int[] steps = new int[(STRIPES + 1) * SPACING];

    /**
     * Returns whether to time this call.
     *
     * @param oneIn how many calls there are for one that is timed, a power of two
     */
    boolean picks(int oneIn) {
        if (oneIn == 1) {
            return true;
        }
        int stripe = (int) Thread.currentThread().getId() & (STRIPES - 1);
        int at = (stripe + 1) * SPACING;
        int step = steps[at] * 1_664_525 + 1_013_904_223;
        steps[at] = step;
        // The lower bits of such a sequence have short periods.
        return (step >>> 20 & (oneIn - 1)) == 0;
    }
}
