package io.quorate.backend;

import java.time.Duration;

/**
 * A lease or a leadership is no longer proven. Somebody else may hold it by now: stop what was done under it. Whatever
 * was written with its guard or its fencing token is safe.
 */
public final class OwnershipLostException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final long token;

    /** Creates it from what is lost, its fencing token, and why. */
    public OwnershipLostException(String what, long token, String cause) {
        super(
                Outcome.GONE,
                what + " is lost (token " + token + "): " + cause + "; stop what was done under it and acquire anew",
                null);
        this.token = token;
    }

    private OwnershipLostException(String message, long token) {
        super(Outcome.GONE, message, null);
        this.token = token;
    }

    /** Creates it for an ownership that is held still, but proven for less time than was asked for. */
    public static OwnershipLostException provenTooShortly(
            String what, long token, Duration remaining, Duration atLeast) {
        return new OwnershipLostException(
                what + " (token " + token + ") is proven for another " + remaining.toMillis() + " ms only, not for "
                        + atLeast.toMillis() + " ms; wait for a renewal, or begin nothing that takes longer",
                token);
    }

    /** Returns the fencing token of what is lost. */
    public long token() {
        return token;
    }
}
