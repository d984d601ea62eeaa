package io.quorate.embedded.sim;

import io.quorate.backend.Ticker;

/** A clock that drifts from virtual time. */
final class SimClock implements Ticker {

    private final Timeline timeline;
    private final long offset;
    private final double rate;

    SimClock(Timeline timeline, long offset, double rate) {
        this.timeline = timeline;
        this.offset = offset;
        this.rate = rate;
    }

    @Override
    public long nanos() {
        return offset + (long) (timeline.now() * 1_000 * rate);
    }

    long wallMillis() {
        return 1_700_000_000_000L + nanos() / 1_000_000;
    }

    /** How much virtual time, in microseconds, passes while the clock advances. */
    long micros(long nanos) {
        return (long) (nanos / rate / 1_000) + 1;
    }
}
