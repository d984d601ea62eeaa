package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/** Every member shows an older state than this session has seen, as after restoring a backup. Nothing was served. */
public final class StaleClusterException extends BackendUnavailableException {

    private static final long serialVersionUID = 1L;

    /** Creates it. */
    public StaleClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
