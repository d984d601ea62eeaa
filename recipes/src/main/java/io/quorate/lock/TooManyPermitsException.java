package io.quorate.lock;

import io.quorate.backend.QuorateException;

/** More permits were asked for than the semaphore has. Nothing was acquired, and nothing is left in the queue. */
public final class TooManyPermitsException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final int asked;
    private final int permits;

    /** Creates it from what was asked for and how many there are. */
    public TooManyPermitsException(String semaphore, int asked, int permits) {
        super(
                Outcome.DID_NOT_HAPPEN,
                asked + " permits of " + semaphore + " were asked for, but there are " + permits
                        + " in all: waiting would keep everybody behind waiting, too; ask for fewer or raise the permits",
                null);
        this.asked = asked;
        this.permits = permits;
    }

    /** Returns how many were asked for. */
    public int asked() {
        return asked;
    }

    /** Returns how many there are. */
    public int permits() {
        return permits;
    }
}
