package io.quorate.backend;

/** An entry that was to be updated or deleted does not exist. The commit certainly did not happen. */
public final class NoSuchKeyException extends CommitFailedException {

    private static final long serialVersionUID = 1L;

    /** Creates it for the operation at an index of the commit. */
    public NoSuchKeyException(int index, Key key) {
        super(index, key, "nothing was committed: operation " + index + " needs " + key + ", which does not exist");
    }
}
