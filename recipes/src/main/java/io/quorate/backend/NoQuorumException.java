package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/** Members were reached, but too few of them to decide anything. Nothing happened; retry when they are back. */
public final class NoQuorumException extends BackendUnavailableException {

    private static final long serialVersionUID = 1L;

    /** Creates it. */
    public NoQuorumException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
