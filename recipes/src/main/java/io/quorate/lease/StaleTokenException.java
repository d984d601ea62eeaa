package io.quorate.lease;

import io.quorate.backend.QuorateException;

/** A {@link FencingGate} refused a token, because a later holder has been there. The action did not run. */
public final class StaleTokenException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final long token;
    private final long highest;

    StaleTokenException(long token, long highest) {
        super(
                Outcome.DID_NOT_HAPPEN,
                "token " + token + " is stale: a holder with token " + highest
                        + " has been here; stop what was done under the old token and acquire anew",
                null);
        this.token = token;
        this.highest = highest;
    }

    /** Returns the token that was refused. */
    public long token() {
        return token;
    }

    /** Returns the highest token that the gate has seen. */
    public long highest() {
        return highest;
    }
}
