package io.quorate.internal.breaker;

import io.quorate.breaker.CircuitBreakerConfig;
import java.time.Duration;

/** How long a circuit stays open. */
final class Waits {

    private static final int MAX_DOUBLINGS = 4;

    private Waits() {}

    /** Returns the time before the next round of probes, after so many rounds that failed. */
    static long nanos(int round, CircuitBreakerConfig config) {
        Duration wait = round == 0
                ? config.openCircuitDuration()
                : config.sleepWindow().multipliedBy(1L << Math.min(round - 1, MAX_DOUBLINGS));
        return wait.toNanos();
    }
}
