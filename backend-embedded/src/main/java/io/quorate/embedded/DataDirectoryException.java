package io.quorate.embedded;

import io.quorate.backend.BackendUnavailableException;
import io.quorate.backend.QuorateException;
import io.quorate.embedded.log.CorruptStorageException;
import io.quorate.embedded.log.DataDirInUseException;
import io.quorate.embedded.log.DataDirLostException;
import io.quorate.embedded.log.DataDirMismatchException;
import io.quorate.embedded.log.EnsembleMismatchException;
import io.quorate.embedded.log.StorageException;
import io.quorate.embedded.log.StorageFullException;
import io.quorate.embedded.log.UnsafeDataDirException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of an ensemble or of a member cannot be used. The message names the directory, the file and the place in
 * it if there is one, and says what to do.
 */
public final class DataDirectoryException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Why a directory cannot be used. */
    public enum Reason {
        /** Another ensemble, in this process or another, has it open. */
        IN_USE,
        /** It is another ensemble's or member's, or was made for another number of members. */
        MISMATCH,
        /** It is empty though it was used before, and nobody has what it held. */
        LOST,
        /** Its files are damaged, and nobody else has what they held. */
        DAMAGED,
        /** Others could redirect it or write to it. */
        UNSAFE,
        /** This process may not read it or write to it, or it is no directory. */
        INACCESSIBLE,
        /** There is no room. */
        FULL,
        /** The disk failed. */
        FAILED
    }

    private final Reason reason;

    private DataDirectoryException(Reason reason, String message, @Nullable Throwable cause) {
        super(Outcome.DID_NOT_HAPPEN, message, cause);
        this.reason = reason;
    }

    /** Returns why the directory cannot be used. */
    public Reason reason() {
        return reason;
    }

    /** Whether a failure to start is somebody's mistake rather than a disk's. */
    static boolean isMistake(Throwable cause) {
        Reason reason = reasonOf(cause);
        return reason != Reason.FAILED && reason != Reason.FULL;
    }

    private static Reason reasonOf(Throwable cause) {
        if (cause instanceof DataDirInUseException) {
            return Reason.IN_USE;
        } else if (cause instanceof DataDirMismatchException || cause instanceof EnsembleMismatchException) {
            return Reason.MISMATCH;
        } else if (cause instanceof DataDirLostException) {
            return Reason.LOST;
        } else if (cause instanceof CorruptStorageException) {
            return Reason.DAMAGED;
        } else if (cause instanceof UnsafeDataDirException) {
            return Reason.UNSAFE;
        }
        if (cause instanceof StorageFullException) {
            return Reason.FULL;
        }
        return refusal(cause) == null ? Reason.FAILED : Reason.INACCESSIBLE;
    }

    /** Returns how the file system has refused, if it has: Java's exceptions name the file and leave the rest to their type. */
    private static @Nullable String refusal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AccessDeniedException denied) {
                return "this process may not read or write " + denied.getFile()
                        + "; give its user the right to, or choose" + " another directory";
            }
            if (cause instanceof FileAlreadyExistsException || cause instanceof NotDirectoryException) {
                return ((FileSystemException) cause).getFile() + " is not a directory; choose another one";
            }
            if (cause instanceof FileSystemException other && isReadOnly(other)) {
                return other.getFile() + " is on a file system that is read-only; choose another directory";
            }
        }
        return null;
    }

    private static boolean isReadOnly(FileSystemException failure) {
        return String.valueOf(failure.getReason()).toLowerCase(Locale.ROOT).contains("read-only file system");
    }

    static QuorateException translate(Throwable cause) {
        if (cause instanceof QuorateException known) {
            return known;
        }
        if (cause instanceof StorageException || cause instanceof IOException) {
            return new DataDirectoryException(reasonOf(cause), message(cause), cause);
        }
        return new BackendUnavailableException("the ensemble could not start: " + cause, cause);
    }

    private static String message(Throwable cause) {
        String refusal = refusal(cause);
        if (refusal != null) {
            return "the data directory cannot be used: " + refusal;
        }
        return cause instanceof StorageException
                ? String.valueOf(cause.getMessage())
                : "the data directory cannot be used: " + cause
                        + "; check that this process may create it and write to it";
    }

    static DataDirectoryException lost(List<Integer> members, int size, int quorum) {
        String message = "members " + members + " of " + size + " lost their data, so that no " + quorum
                + " members are left that can vouch for what was acknowledged; restore the directories from a backup, or"
                + " begin anew in another one";
        return new DataDirectoryException(Reason.LOST, message, null);
    }
}
