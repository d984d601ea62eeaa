package io.quorate.internal.breaker;

import io.quorate.breaker.CircuitBreakerConfig;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A circuit of this process alone, moved by whoever looks at it: it needs no timer. Guarded by its owner's lock.
 *
 * <p>The slots of its probes are in memory. A probe that does not come back in time counts as failed.
 */
final class LocalCircuit {

    private static final long FREE = Long.MIN_VALUE;

    private final Runnable changed;
    private Phase phase = Phase.INITIAL;
    private long sinceNanos;

    /** When the probe of each slot began, on the ticker. */
    private final long[] begun = new long[CircuitBreakerConfig.MAX_PROBES];

    LocalCircuit(Runnable changed) {
        this.changed = changed;
        Arrays.fill(begun, FREE);
    }

    Phase phase() {
        return phase;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /** Begins anew, closed. */
    void reset(long now) {
        if (!(phase instanceof Phase.Closed)) {
            become(new Phase.Closed(phase.epoch() + 1), now);
        }
    }

    /** Goes on from an open phase of the shared state, which was seen at the given instant. */
    void openSince(int round, long observedNanos) {
        become(new Phase.Open(phase.epoch() + 1, round), observedNanos);
    }

    /** Opens, if it is closed. */
    void trip(long now) {
        apply(new Phase.ThresholdCrossed(), CircuitBreakerConfig.MAX_PROBES, now);
    }

    /** Does what time has brought about. */
    void advance(long now, CircuitBreakerConfig config) {
        if (phase instanceof Phase.Open open && now - sinceNanos >= Waits.nanos(open.round(), config)) {
            apply(new Phase.WaitOver(), config.permittedProbes(), now);
        }
        if (phase instanceof Phase.HalfOpen && hasLateProbe(now, config)) {
            apply(new Phase.ProbeFailed(), config.permittedProbes(), now);
        }
    }

    /** Returns a probe, or null if all are under way or it is not the time for one. */
    @Nullable
    Slot take(long now, CircuitBreakerConfig config) {
        if (!(phase instanceof Phase.HalfOpen half)) {
            return null;
        }
        for (int slot = 0; slot < config.permittedProbes(); slot++) {
            if (begun[slot] == FREE && !half.hasPassed(slot)) {
                begun[slot] = now;
                return new Slot(phase.epoch(), slot);
            }
        }
        return null;
    }

    /**
     * A probe that is under way.
     *
     * @param epoch the phase that permitted it
     * @param number which of the probes of the phase
     */
    record Slot(long epoch, int number) {}

    /** Tells the outcome of a probe; one of an earlier phase means nothing any more. */
    void passed(Slot slot, long now, CircuitBreakerConfig config) {
        if (slot.epoch() == phase.epoch()) {
            apply(new Phase.ProbePassed(slot.number()), config.permittedProbes(), now);
        }
    }

    void failed(Slot slot, long now, CircuitBreakerConfig config) {
        if (slot.epoch() == phase.epoch()) {
            apply(new Phase.ProbeFailed(), config.permittedProbes(), now);
        }
    }

    void release(Slot slot) {
        if (slot.epoch() == phase.epoch()) {
            begun[slot.number()] = FREE;
        }
    }

    private boolean hasLateProbe(long now, CircuitBreakerConfig config) {
        Phase.HalfOpen half = (Phase.HalfOpen) phase;
        for (int slot = 0; slot < begun.length; slot++) {
            boolean underWay = begun[slot] != FREE && !half.hasPassed(slot);
            if (underWay && now - begun[slot] >= config.probeTimeout().toNanos()) {
                return true;
            }
        }
        return false;
    }

    private void apply(Phase.Trigger trigger, int permittedProbes, long now) {
        Phase next = Phase.next(phase, trigger, permittedProbes);
        if (!next.equals(phase)) {
            become(next, now);
        }
    }

    private void become(Phase next, long now) {
        if (next.epoch() != phase.epoch()) {
            sinceNanos = now;
            Arrays.fill(begun, FREE);
        }
        phase = next;
        changed.run();
    }
}
