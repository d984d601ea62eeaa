package io.quorate.internal.config;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** Why a file could not be read, in words. */
final class FileFailure {

    private FileFailure() {}

    /** Returns the message of a failure, and its kind where the message would only be the name of the file. */
    static String described(IOException failure) {
        boolean namesOnlyTheFile = failure instanceof FileSystemException of && of.getReason() == null;
        return namesOnlyTheFile || failure.getMessage() == null
                ? failure + "; see that this process may read it"
                : failure.getMessage();
    }
}
