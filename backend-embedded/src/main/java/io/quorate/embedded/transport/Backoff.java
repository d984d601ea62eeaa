package io.quorate.embedded.transport;

import java.util.random.RandomGenerator;

/** How long to wait before the next attempt: a random part of a time that doubles with each failure. Confined to one thread. */
final class Backoff {

    private final long firstNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long next;

    Backoff(long firstNanos, long maxNanos, RandomGenerator random) {
        this.firstNanos = firstNanos;
        this.maxNanos = Math.max(firstNanos, maxNanos);
        this.random = random;
        this.next = firstNanos;
    }

    /** The last attempt succeeded. */
    void reset() {
        next = firstNanos;
    }

    /** Returns how long to wait, between half of the present time and all of it. */
    long nextNanos() {
        long present = next;
        next = Math.min(maxNanos, present * 2);
        return present / 2 + random.nextLong(present / 2 + 1);
    }
}
