package io.quorate.config;

import io.quorate.backend.QuorateException;
import java.util.List;

/** The content of a revision is not in the history of a configuration. The message names those that are. */
public final class RevisionNotKeptException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it for a configuration, a revision, and the revisions that are kept. */
    public RevisionNotKeptException(String name, long revision, List<Long> kept) {
        super(
                Outcome.DID_NOT_HAPPEN,
                "revision " + revision + " of configuration '" + name + "' is not kept; kept are " + kept,
                null);
    }
}
