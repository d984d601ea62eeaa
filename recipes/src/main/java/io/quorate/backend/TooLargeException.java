package io.quorate.backend;

/** An argument exceeds a limit of the backend's {@link Capabilities}. Refused locally, nothing was sent. */
public final class TooLargeException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final long limit;
    private final long actual;

    /** Creates it from what was measured, the most that is allowed, and how much it was. */
    public TooLargeException(String what, long limit, long actual) {
        super(
                Outcome.DID_NOT_HAPPEN,
                "too many " + what + ": at most " + limit + " are allowed, these are " + actual
                        + "; split the data or raise the limit of the backend",
                null);
        this.limit = limit;
        this.actual = actual;
    }

    /** Returns the most that is allowed. */
    public long limit() {
        return limit;
    }

    /** Returns how much it was. */
    public long actual() {
        return actual;
    }
}
