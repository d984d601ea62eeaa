package io.quorate.backend;

import java.time.Duration;

/**
 * The caller's deadline passed first. The operation did not take effect for the caller, and whatever it could leave
 * behind is being removed.
 */
public final class TimeoutExceededException extends QuorateException {

    private static final long serialVersionUID = 1L;

    /** Creates it from what was waited for, for how long, and what can be said about the reason. */
    public TimeoutExceededException(String what, Duration waited, String reason) {
        super(Outcome.DID_NOT_HAPPEN, what + " did not succeed within " + waited + ": " + reason, null);
    }
}
