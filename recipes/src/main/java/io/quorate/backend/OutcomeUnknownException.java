package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/** A write was sent and its fate could not be learned: it happened once or not at all. Read before retrying. */
public final class OutcomeUnknownException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(Outcome.UNKNOWN, message, cause);
    }
}
