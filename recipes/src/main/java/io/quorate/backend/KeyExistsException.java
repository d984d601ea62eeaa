package io.quorate.backend;

/** An entry that was to be created exists already. The commit certainly did not happen. */
public final class KeyExistsException extends CommitFailedException {

    private static final long serialVersionUID = 1L;

    /** Creates it for the operation at an index of the commit. */
    public KeyExistsException(int index, Key key) {
        super(index, key, "nothing was committed: operation " + index + " creates " + key + ", which exists already");
    }
}
