package io.quorate.leader;

/** Whether an election goes on after a term. */
public enum Requeue {
    /** It queues up again after every term, whatever became of the body; after a failure with growing pauses. */
    ALWAYS,
    /** It queues up again unless the body failed by itself. */
    UNTIL_FAILURE,
    /** It leads for one term. */
    NEVER
}
