package io.quorate.backend;

/** A guard of the commit did not hold. The commit certainly did not happen. */
public final class GuardFailedException extends CommitFailedException {

    private static final long serialVersionUID = 1L;

    /** Creates it for the guard at an index of the commit. */
    public GuardFailedException(int index, Guard guard) {
        super(index, guard.key(), "nothing was committed: guard " + index + " does not hold: " + explain(guard));
    }

    private static String explain(Guard guard) {
        if (guard instanceof Guard.HeldBy heldBy) {
            return "the holder of token " + heldBy.revision() + " no longer holds it (" + heldBy.key()
                    + " is gone); stop working under this token and acquire anew";
        }
        if (guard instanceof Guard.Unchanged unchanged) {
            return unchanged.key() + " is not at revision " + unchanged.modRevision()
                    + " any more; read it again and decide anew";
        }
        return guard.key() + " does not exist";
    }
}
