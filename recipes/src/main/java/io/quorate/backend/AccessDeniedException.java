package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/** The backend refused the credentials or the operation. Nothing happened; correct the credentials or the rights. */
public final class AccessDeniedException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it; the message must not contain credentials. */
    public AccessDeniedException(String message, @Nullable Throwable cause) {
        super(Outcome.DID_NOT_HAPPEN, message, cause);
    }
}
