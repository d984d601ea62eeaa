package io.quorate.embedded.log;

/** The directory of an ensemble describes another ensemble than the one that opens it. Nothing was changed. */
public final class EnsembleMismatchException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A directory that does not fit.
     *
     * @param message what does not fit, and what to do
     */
    public EnsembleMismatchException(String message) {
        super(message, null);
    }
}
