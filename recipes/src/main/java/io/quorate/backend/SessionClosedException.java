package io.quorate.backend;

/** The session was closed by this client; nothing that it owned exists any more. */
public final class SessionClosedException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it with a message of its own, for a client that is closed as a whole. */
    public SessionClosedException(String message) {
        super(Outcome.GONE, message, null);
    }

    /** Creates it for a session. */
    public SessionClosedException(SessionId session) {
        super(Outcome.GONE, "session " + session + " is closed; open a new session", null);
    }
}
