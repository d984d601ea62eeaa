package io.quorate.backend;

/**
 * An entry that was to be updated or deleted was not at the expected revision. The commit certainly did not happen.
 */
public final class UnexpectedRevisionException extends CommitFailedException {

    private static final long serialVersionUID = 1L;

    /** Creates it for the operation at an index of the commit. */
    public UnexpectedRevisionException(int index, Key key, long expectedRevision) {
        super(
                index,
                key,
                "nothing was committed: operation " + index + " expects " + key + " at revision " + expectedRevision
                        + ", where it is not any more; read it again and decide anew");
    }
}
