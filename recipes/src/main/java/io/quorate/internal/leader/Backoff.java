package io.quorate.internal.leader;

import java.time.Duration;

/** Pauses that double up to a limit. Used by one serial flow of events. */
final class Backoff {

    private final Duration first;
    private final Duration longest;
    private Duration next;

    Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /** Returns the pause to make now. */
    Duration next() {
        Duration current = next;
        // Compared before doubling, so that no limit is too large to be doubled.
        next = current.compareTo(longest.dividedBy(2)) >= 0 ? longest : current.multipliedBy(2);
        return current;
    }

    /** Begins with the first pause again. */
    void reset() {
        next = first;
    }
}
