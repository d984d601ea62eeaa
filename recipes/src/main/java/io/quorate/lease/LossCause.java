package io.quorate.lease;

/** Why a lease is held no more. */
public enum LossCause {
    /** The deadline up to which the ownership was proven has passed without a renewal. */
    DEADLINE_PASSED("no quorum confirmed the session in time"),
    /** The connection was lost, and the lease was to fail fast. */
    CONNECTION_LOST("the connection to the backend was lost"),
    /** The backend has ended the session. */
    SESSION_EXPIRED("the session expired"),
    /** The session was closed by this client. */
    SESSION_CLOSED("the session was closed"),
    /** Somebody deleted the entry that stands for the ownership. */
    ENTRY_DELETED("its entry was deleted by somebody else"),
    /** The holder gave it back. */
    RELEASED("it was released");

    private final String description;

    LossCause(String description) {
        this.description = description;
    }

    /** Returns the cause in words, as part of a sentence. */
    public String description() {
        return description;
    }
}
