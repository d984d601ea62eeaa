package io.quorate.backend;

import org.jspecify.annotations.Nullable;

/** The backend refuses writes because its storage is nearly full. Nothing happened; free space, then retry. */
public final class StorageFullException extends BackendUnavailableException {

    private static final long serialVersionUID = 1L;

    /** Creates it. */
    public StorageFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
