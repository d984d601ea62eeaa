package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/** What the storage could not do; each kind says what the caller may conclude and do next. */
public abstract sealed class StorageException extends RuntimeException
        permits CorruptStorageException,
                DataDirInUseException,
                DataDirLostException,
                DataDirMismatchException,
                EnsembleMismatchException,
                StorageFailedException,
                StorageFullException,
                TruncationRefusedException,
                UnsafeDataDirException {
    private static final long serialVersionUID = 1L;

    StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
