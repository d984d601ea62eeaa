package io.quorate.embedded;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.QuorateException;
import io.quorate.embedded.log.StorageException;

/**
 * The data directory of a member cannot be used: it is in use, another ensemble's, damaged, unsafe or full. Nothing was changed;
 * the message says which and what to do.
 */
public final class DataDirectoryException extends QuorateException {

    private static final long serialVersionUID = 1L;

    DataDirectoryException(String message, Throwable cause) {
        super(Outcome.DID_NOT_HAPPEN, message, cause);
    }

    static QuorateException translate(Throwable cause) {
        if (cause instanceof QuorateException known) {
            return known;
        }
        if (cause instanceof StorageException || cause instanceof java.io.IOException) {
            return new DataDirectoryException(String.valueOf(cause.getMessage()), cause);
        }
        return new BackendUnavailableException("the ensemble could not start: " + cause, cause);
    }
}
