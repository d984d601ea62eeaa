package io.quorate.internal.breaker;

import io.quorate.breaker.BreakerState;

/**
 * The state of a circuit, shared or local, and the one function that changes it.
 *
 * <pre>
 *            ThresholdCrossed              WaitOver
 *   Closed ───────────────────▶ Open ─────────────────▶ HalfOpen
 *     ▲                          ▲        ProbeFailed      │  │ ProbePassed, but not the last
 *     │                          └──────────(round+1)──────┘  └──▶ HalfOpen, one slot less
 *     └─────────────────────── ProbePassed, the last ──────┘
 * </pre>
 */
sealed interface Phase {

    /** The state in which a breaker is that nobody has written about. */
    Phase INITIAL = new Closed(0);

    /** Returns the number of this phase, which rises by one with each change of the state. */
    long epoch();

    /** Returns the state as users see it. */
    BreakerState state();

    /**
     * Calls pass.
     *
     * @param epoch the number of the phase
     */
    record Closed(long epoch) implements Phase {
        @Override
        public BreakerState state() {
            return BreakerState.CLOSED;
        }
    }

    /**
     * Calls are rejected.
     *
     * @param epoch the number of the phase
     * @param round how many rounds of probes have failed since the circuit was closed
     */
    record Open(long epoch, int round) implements Phase {
        @Override
        public BreakerState state() {
            return BreakerState.OPEN;
        }
    }

    /**
     * Probes pass.
     *
     * @param epoch the number of the phase
     * @param round how many rounds of probes have failed since the circuit was closed
     * @param passed the slots whose probe succeeded, one bit each
     */
    record HalfOpen(long epoch, int round, long passed) implements Phase {
        @Override
        public BreakerState state() {
            return BreakerState.HALF_OPEN;
        }

        boolean hasPassed(int slot) {
            return (passed & 1L << slot) != 0;
        }
    }

    /** What changes a phase. */
    sealed interface Trigger {}

    /** Calls fail too often. */
    record ThresholdCrossed() implements Trigger {}

    /** The time to stay open is over. */
    record WaitOver() implements Trigger {}

    /**
     * A probe succeeded.
     *
     * @param slot which of the probes of the round
     */
    record ProbePassed(int slot) implements Trigger {}

    /** A probe failed. */
    record ProbeFailed() implements Trigger {}

    /**
     * Returns the phase that follows.
     *
     * @param permittedProbes how many probes must succeed
     * @return the same phase if the trigger means nothing in it
     */
    static Phase next(Phase phase, Trigger trigger, int permittedProbes) {
        long epoch = phase.epoch() + 1;
        if (phase instanceof Closed && trigger instanceof ThresholdCrossed) {
            return new Open(epoch, 0);
        }
        if (phase instanceof Open open && trigger instanceof WaitOver) {
            return new HalfOpen(epoch, open.round(), 0);
        }
        if (phase instanceof HalfOpen half && trigger instanceof ProbeFailed) {
            return new Open(epoch, half.round() + 1);
        }
        if (phase instanceof HalfOpen half && trigger instanceof ProbePassed probe) {
            long passed = half.passed() | 1L << probe.slot();
            return Long.bitCount(passed) >= permittedProbes
                    ? new Closed(epoch)
                    : new HalfOpen(half.epoch(), half.round(), passed);
        }
        return phase;
    }
}
