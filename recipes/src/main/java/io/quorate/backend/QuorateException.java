package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/**
 * The root of all failures that Quorate reports.
 *
 * <p>What matters to a caller is the {@link #outcome()}. Each message says what happened and what to do next.
 */
public abstract class QuorateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What the caller of a failed operation may conclude. */
    public enum Outcome {
        /** The operation certainly had no effect. */
        DID_NOT_HAPPEN,
        /** The operation may or may not have had its effect: read before retrying. */
        UNKNOWN,
        /** What the operation relied on, a session or a lease, is gone for good. */
        GONE
    }

    private final Outcome outcome;

    /** Creates it; the message says what happened and what to do next, and never contains a secret. */
    protected QuorateException(Outcome outcome, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    /** Returns what the caller may conclude. */
    public final Outcome outcome() {
        return outcome;
    }
}
