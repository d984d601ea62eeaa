package io.quorate.breaker;

import java.util.Optional;

/**
 * A change of what a circuit breaker does, as one instance saw it. States that came and went between two looks at the
 * backend are left out.
 *
 * @param name the name of the breaker
 * @param from the state before
 * @param to the state after; equal to {@code from} if only the authority or the override changed
 * @param authority who has decided the state after
 * @param epoch the number of the shared state, as last seen
 * @param override the override that holds now, if there is one
 */
public record BreakerChange(
        String name,
        BreakerState from,
        BreakerState to,
        Authority authority,
        long epoch,
        Optional<BreakerOverride> override) {}
