package io.quorate.linearizability.testing;

/**
 * One operation of a client on a shared object: a closed interval of time, an input and an outcome.
 *
 * @param client who called; the operations of one client may overlap
 * @param callTime when the operation was called, in the time of the history
 * @param returnTime when its outcome became known, not before {@code callTime}; {@link #NEVER} exactly if the outcome
 *     is unknown
 * @param input what was asked
 * @param outcome what is known of the end
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public record Operation<I, O>(int client, long callTime, long returnTime, I input, Outcome<O> outcome) {

    /** The return time of an operation whose outcome is unknown: later than every time. */
    public static final long NEVER = Long.MAX_VALUE;

    /**
     * @throws IllegalArgumentException if the interval ends before it begins, or its end contradicts the outcome
     */
    public Operation {
        if (returnTime < callTime) {
            throw new IllegalArgumentException("An operation cannot return at " + returnTime + " when it was called at "
                    + callTime + ": " + input);
        }
        if ((returnTime == NEVER) != (outcome instanceof Outcome.Unknown)) {
            throw new IllegalArgumentException(
                    "Exactly the operations of unknown outcome return at Operation.NEVER: " + input + " " + outcome);
        }
    }

    /** An operation that returned {@code output}. */
    public static <I, O> Operation<I, O> returned(int client, long callTime, long returnTime, I input, O output) {
        return new Operation<>(client, callTime, returnTime, input, new Outcome.Returned<>(output));
    }

    /** An operation of which nobody knows whether and when it takes effect. */
    public static <I, O> Operation<I, O> unknown(int client, long callTime, I input) {
        return new Operation<>(client, callTime, NEVER, input, new Outcome.Unknown<>());
    }

    /** An operation that certainly had no effect. */
    public static <I, O> Operation<I, O> failed(int client, long callTime, long returnTime, I input) {
        return new Operation<>(client, callTime, returnTime, input, new Outcome.Failed<>());
    }

    /** One line: {@code client [call, return] input outcome}, with {@code -} for a return that is not known. */
    @Override
    public String toString() {
        String end = returnTime == NEVER ? "-" : Long.toString(returnTime);
        return client + " [" + callTime + ", " + end + "] " + input + " " + outcome;
    }
}
