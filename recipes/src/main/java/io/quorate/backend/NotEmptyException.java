package io.quorate.backend;

/** An entry that was to be deleted has children. The commit certainly did not happen. */
public final class NotEmptyException extends CommitFailedException {

    private static final long serialVersionUID = 1L;

    /** Creates it for the operation at an index of the commit. */
    public NotEmptyException(int index, Key key) {
        super(
                index,
                key,
                "nothing was committed: operation " + index + " deletes " + key
                        + ", which has children; delete them first");
    }
}
