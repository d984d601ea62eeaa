package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/**
 * A write or an fsync failed, so nothing more can be promised (FATAL_STORAGE). The storage stays dead: what it appended
 * since the last successful sync is in an unknown state until it is recovered from disk by a new {@link MemberStorage#open}.
 */
public final class StorageFailedException extends StorageException {
    private static final long serialVersionUID = 1L;

    StorageFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
