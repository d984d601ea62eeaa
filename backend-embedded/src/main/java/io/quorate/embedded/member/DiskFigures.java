package io.quorate.embedded.member;

/**
 * How long a member's disk took to make records durable, since the member started.
 *
 * @param forces how often it made records durable, one or many at a time
 * @param slowForces how often that took too long
 * @param lastNanos how long it took the last time
 * @param longestNanos how long it took at most
 */
public record DiskFigures(long forces, long slowForces, long lastNanos, long longestNanos) {

    static final DiskFigures NONE = new DiskFigures(0, 0, 0, 0);

    DiskFigures with(long nanos, boolean slow) {
        return new DiskFigures(forces + 1, slowForces + (slow ? 1 : 0), nanos, Math.max(longestNanos, nanos));
    }
}
