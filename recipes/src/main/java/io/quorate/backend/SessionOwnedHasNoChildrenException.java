package io.quorate.backend;

/** An entry was to be created below a session-owned one. The commit certainly did not happen. */
public final class SessionOwnedHasNoChildrenException extends CommitFailedException {

    private static final long serialVersionUID = 1L;

    /** Creates it for the operation at an index of the commit. */
    public SessionOwnedHasNoChildrenException(int index, Key key) {
        super(
                index,
                key,
                "nothing was committed: operation " + index + " creates " + key
                        + " below a session-owned entry, which has no children");
    }
}
