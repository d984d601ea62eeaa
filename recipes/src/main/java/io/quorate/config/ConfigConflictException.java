package io.quorate.config;

import io.quorate.backend.QuorateException;

/** A publish was meant for a revision that is not the current one any more. Nothing was published. */
public final class ConfigConflictException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final long expectedRevision;
    private final long actualRevision;

    /** Creates it for a configuration and the two revisions. */
    public ConfigConflictException(String name, long expectedRevision, long actualRevision) {
        super(
                Outcome.DID_NOT_HAPPEN,
                "nothing was published: configuration '" + name + "' is at revision " + actualRevision + " and not at "
                        + expectedRevision + "; read it again, look at the difference, and decide anew",
                null);
        this.expectedRevision = expectedRevision;
        this.actualRevision = actualRevision;
    }

    /** Returns the revision that the publisher expected. */
    public long expectedRevision() {
        return expectedRevision;
    }

    /** Returns the revision that was current. */
    public long actualRevision() {
        return actualRevision;
    }
}
