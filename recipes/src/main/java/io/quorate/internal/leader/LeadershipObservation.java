package io.quorate.internal.leader;

import io.quorate.backend.QuorateException;
import io.quorate.backend.Ticker;
import io.quorate.event.Family;
import io.quorate.event.LeadershipEvent;
import io.quorate.internal.Events;
import io.quorate.lease.LossCause;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells the user's listener what becomes of one candidate. Used by the candidate's serial flow of events. */
final class LeadershipObservation {

    private final String family;
    private final Events events;
    private @Nullable Ticker ticker;
    private long sinceNanos;

    LeadershipObservation(String name, Events events) {
        this.family = Family.of(name);
        this.events = events;
    }

    void queued(Ticker clock, long nanos) {
        ticker = clock;
        sinceNanos = nanos;
    }

    void acquired(long term) {
        tell(new LeadershipEvent.Acquired(family, term, elapsed()));
    }

    void ended(long term, LossCause cause) {
        tell(new LeadershipEvent.Ended(family, term, elapsed(), cause));
    }

    void retrying(QuorateException failure, Duration delay) {
        tell(new LeadershipEvent.Retrying(family, failure, delay));
    }

    void failed(QuorateException cause) {
        tell(new LeadershipEvent.Failed(family, cause));
    }

    /** Returns the time since the call before, or since the candidate queued up. */
    private Duration elapsed() {
        Ticker clock = ticker;
        if (clock == null) {
            return Duration.ZERO;
        }
        long now = clock.nanos();
        Duration elapsed = Duration.ofNanos(Math.max(0, now - sinceNanos));
        sinceNanos = now;
        return elapsed;
    }

    private void tell(LeadershipEvent event) {
        events.tell(listener -> listener.onLeadership(event));
    }
}
