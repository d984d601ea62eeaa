package io.quorate.backend;

/**
 * The life of a session: {@code CONNECTED} and {@code SUSPENDED} alternate until one of the terminal states
 * {@code EXPIRED} and {@code CLOSED} ends it for good.
 */
public enum SessionState {
    /** The session has a connection; operations are being served. */
    CONNECTED,
    /** The connection is gone. Operations wait; the session may or may not survive. */
    SUSPENDED,
    /** The backend has ended the session and removed all it owned. */
    EXPIRED,
    /** The client has closed the session; all it owned was removed. */
    CLOSED;

    /** Returns whether nothing can follow this state. */
    public boolean isTerminal() {
        return this == EXPIRED || this == CLOSED;
    }
}
