package io.quorate.event;

/** A circuit breaker has changed its state, or counted calls. */
public sealed interface BreakerEvent {

    /** Returns the family of the breaker's name. */
    String family();

    /**
     * The state has changed, as this instance sees it.
     *
     * @param from the name of the state before
     * @param to the name of the state from now on
     * @param epoch the epoch of the new state
     * @param reason why, in words
     */
    record StateChanged(String family, String from, String to, long epoch, String reason) implements BreakerEvent {}

    /**
     * What became of the calls since the event before; told at most once a second and never on the path of a call.
     *
     * @param succeeded calls that succeeded in time
     * @param failed calls that failed
     * @param slow calls that succeeded or failed, but took too long
     * @param rejected calls that were not permitted
     */
    record Calls(String family, long succeeded, long failed, long slow, long rejected) implements BreakerEvent {}
}
