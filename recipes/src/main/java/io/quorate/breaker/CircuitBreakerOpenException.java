package io.quorate.breaker;

import io.quorate.backend.QuorateException;
import java.time.Duration;

/**
 * A circuit breaker has rejected a call, which was not made.
 *
 * <p>It has no stack trace, because it is thrown for each of the calls that must cost little.
 */
public final class CircuitBreakerOpenException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final BreakerState state;
    private final Authority authority;
    private final long epoch;
    private final Duration retryAfter;

    /** Creates it for a breaker in the given state. */
    public CircuitBreakerOpenException(
            String name, BreakerState state, Authority authority, long epoch, Duration retryAfter) {
        super(
                Outcome.DID_NOT_HAPPEN,
                "circuit breaker '" + name + "' is " + state + " (decided by " + authority + ", epoch " + epoch
                        + "); the call was not made, try again in " + retryAfter.toMillis() + " ms",
                null);
        this.state = state;
        this.authority = authority;
        this.epoch = epoch;
        this.retryAfter = retryAfter;
    }

    /** Returns the state in which the breaker was. */
    public BreakerState state() {
        return state;
    }

    /** Returns who had decided that state. */
    public Authority authority() {
        return authority;
    }

    /** Returns the number of the shared state, as last seen. */
    public long epoch() {
        return epoch;
    }

    /** Returns after which time a call has a chance to pass; not negative. */
    public Duration retryAfter() {
        return retryAfter;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
