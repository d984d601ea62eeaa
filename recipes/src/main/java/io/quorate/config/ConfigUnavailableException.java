package io.quorate.config;

import io.quorate.backend.QuorateException;
import org.jspecify.annotations.Nullable;

/** There is no snapshot of the configuration. The message says why, as far as it is known, and what to do. */
public final class ConfigUnavailableException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it. */
    public ConfigUnavailableException(String message, @Nullable Throwable cause) {
        super(Outcome.DID_NOT_HAPPEN, message, cause);
    }
}
