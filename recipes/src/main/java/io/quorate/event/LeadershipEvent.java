package io.quorate.event;

import io.quorate.backend.QuorateException;
import io.quorate.lease.LossCause;
import java.time.Duration;

/** Something became of a candidate for leadership. Between two {@link Acquired} of one candidate is one {@link Ended}. */
public sealed interface LeadershipEvent {

    /** Returns the family of the leadership's name. */
    String family();

    /**
     * The candidate leads.
     *
     * @param term the term, which is the fencing token
     * @param waited since it queued up
     */
    record Acquired(String family, long term, Duration waited) implements LeadershipEvent {}

    /**
     * The candidate leads no more.
     *
     * @param held how long it led
     * @param cause {@link LossCause#RELEASED} if it stepped down by itself
     */
    record Ended(String family, long term, Duration held, LossCause cause) implements LeadershipEvent {}

    /** An attempt to queue up failed and will be repeated. */
    record Retrying(String family, QuorateException failure, Duration delay) implements LeadershipEvent {}

    /** The candidate has given up for good. */
    record Failed(String family, QuorateException cause) implements LeadershipEvent {}
}
