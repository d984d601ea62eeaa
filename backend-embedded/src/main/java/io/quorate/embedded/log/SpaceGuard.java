package io.quorate.embedded.log;

/**
 * Whether there is room enough to accept writes: no longer once less than the reserve is free, again once half as much more
 * than the reserve is.
 */
final class SpaceGuard {
    private final long reserve;
    private boolean low;

    SpaceGuard(long reserve) {
        this.reserve = reserve;
    }

    /** Takes a new measurement; answers whether writes should be refused. */
    boolean isLow(long usable) {
        low = low ? usable < reserve + reserve / 2 : usable < reserve;
        return low;
    }
}
