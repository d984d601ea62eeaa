package io.quorate.breaker;

/** Where a circuit breaker stands. */
public enum BreakerState {
    /** Calls pass and are counted. */
    CLOSED,
    /** Calls are rejected. */
    OPEN,
    /** A limited number of calls pass as probes, the others are rejected. */
    HALF_OPEN
}
