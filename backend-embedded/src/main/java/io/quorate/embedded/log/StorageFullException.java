package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/** There is no room for what was to be written; it certainly was not, and the storage remains usable. Free some space. */
public final class StorageFullException extends StorageException {
    private static final long serialVersionUID = 1L;

    StorageFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
