package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/** The backend refused the operation to protect itself. Nothing happened; retry later and more slowly. */
public final class OverloadedException extends BackendUnavailableException {

    private static final long serialVersionUID = 1L;

    /** Creates it. */
    public OverloadedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
