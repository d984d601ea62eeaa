package io.quorate.benchmarks;

/**
 * How thoroughly rows are measured.
 *
 * @param rounds how often each subject is measured
 * @param warmUpRounds how often each subject is measured before that, for nothing
 * @param withPeers whether peers are measured too
 */
record Effort(int rounds, int warmUpRounds, boolean withPeers) {

    static final Effort QUICK = new Effort(3, 2, true);
    static final Effort FULL = new Effort(7, 10, true);
}
