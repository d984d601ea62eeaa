package io.quorate.backend;

/** The backend has ended the session; nothing that it owned exists any more. Open a new one. */
public final class SessionExpiredException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it for a session. */
    public SessionExpiredException(SessionId session) {
        super(
                Outcome.GONE,
                "session " + session + " has expired and everything it owned was removed; open a new session",
                null);
    }
}
