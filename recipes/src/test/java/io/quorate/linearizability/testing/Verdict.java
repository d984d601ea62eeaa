package io.quorate.linearizability.testing;

/** The answer of a linearizability check. */
public enum Verdict {
    /** There is an order of the operations that respects real time and that the model accepts. */
    LINEARIZABLE,
    /** There is none. */
    NOT_LINEARIZABLE,
    /**
     * The step limit was reached first. A failure to investigate, never a success: raise the limit or record shorter
     * histories.
     */
    UNKNOWN
}
