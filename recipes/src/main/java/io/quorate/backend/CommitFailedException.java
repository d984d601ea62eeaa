package io.quorate.backend;

/**
 * A commit certainly did not happen, because the state of some key did not allow it.
 *
 * <p>The index names the first guard or operation that was in the way: a position in {@link Commit#guards()} for a
 * {@link GuardFailedException}, in {@link Commit#ops()} for all others.
 */
public abstract class CommitFailedException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final int index;
    private final transient Key key;

    CommitFailedException(int index, Key key, String message) {
        super(Outcome.DID_NOT_HAPPEN, message, null);
        this.index = index;
        this.key = key;
    }

    /** Returns the position of the guard or operation, counted from 0. */
    public final int index() {
        return index;
    }

    /** Returns the key whose state was in the way. */
    public final Key key() {
        return key;
    }
}
