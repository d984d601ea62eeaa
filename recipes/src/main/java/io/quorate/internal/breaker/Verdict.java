package io.quorate.internal.breaker;

import io.quorate.breaker.CallCounts;
import io.quorate.breaker.CircuitBreakerConfig;
import java.util.Collection;

/**
 * Whether calls fail too often, for all instances or for one. Pure.
 *
 * @param all whether the shared state must open
 * @param own whether this instance must open for itself, since the others do not see what it sees
 */
record Verdict(boolean all, boolean own) {

    /** Judges the calls of this instance and those that the others have published under the same epoch. */
    static Verdict of(CallCounts own, Collection<CallCounts> others, CircuitBreakerConfig config, Rules rules) {
        CallCounts total = others.stream().reduce(own, CallCounts::plus);
        int active = active(own) + others.stream().mapToInt(Verdict::active).sum();
        int over = voter(own, config)
                + others.stream().mapToInt(other -> voter(other, config)).sum();
        int needed = rules.votesNeeded(
                config.minimumVotingInstances() == 0 ? active / 2 + 1 : config.minimumVotingInstances());
        boolean all = isOver(total, config) && over >= needed;
        return new Verdict(all, !all && isOver(own, config));
    }

    private static int active(CallCounts counts) {
        return counts.calls() > 0 ? 1 : 0;
    }

    private static int voter(CallCounts counts, CircuitBreakerConfig config) {
        return counts.calls() > 0 && exceedsARatio(counts, config) ? 1 : 0;
    }

    /** Returns whether there are enough calls, and too many of them failed or were slow. */
    static boolean isOver(CallCounts counts, CircuitBreakerConfig config) {
        return counts.calls() >= config.requestVolumeThreshold() && exceedsARatio(counts, config);
    }

    private static boolean exceedsARatio(CallCounts counts, CircuitBreakerConfig config) {
        return counts.failures() >= config.failureRatio() * counts.calls()
                || (config.countsSlowCalls() && counts.slow() >= config.slowRatio() * counts.calls());
    }
}
