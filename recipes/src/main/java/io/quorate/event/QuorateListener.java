package io.quorate.event;

/**
 * Somebody who is told what a client does: the one place to connect metrics and logs to.
 *
 * <p><b>Threads.</b> All methods are called on the callback executor of the client, one at a time, in the order in which
 * things happened to each recipe; never on an event lane or a protocol thread. A listener that throws is logged and
 * hurts nobody. One that is slow makes events wait for it, up to a bound; what goes beyond is dropped and
 * {@linkplain #onDropped counted}. Without a listener nothing is measured and nothing costs anything.
 *
 * <p><b>Names.</b> Events carry families, not keys, so that a metric with the family as its label has few time series:
 * the lock {@code orders/42} belongs to the family {@code orders}; see {@link Family}.
 *
 * <p><b>Times</b> are durations on the ticker of the session.
 */
public interface QuorateListener {

    /** The state of the client's session has changed. */
    default void onSession(SessionEvent event) {}

    /** Something became of an attempt to hold a lock, or of a lease. */
    default void onLock(LockEvent event) {}

    /** Something became of a candidate for leadership. */
    default void onLeadership(LeadershipEvent event) {}

    /** A configuration has changed, or a change was refused. */
    default void onConfig(ConfigEvent event) {}

    /** A circuit breaker has changed its state, or counted calls. */
    default void onBreaker(BreakerEvent event) {}

    /** An operation on the backend has ended. */
    default void onOperation(OperationEvent event) {}

    /**
     * Events were dropped because this listener was too slow.
     *
     * @param count how many, since the last event that it was told
     */
    default void onDropped(long count) {}
}
