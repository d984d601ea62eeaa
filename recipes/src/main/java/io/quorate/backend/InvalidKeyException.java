package io.quorate.backend;

/** A key breaks the grammar of {@link Key}. Refused locally, nothing was sent. */
public final class InvalidKeyException extends QuorateException {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final int position;

    /** Creates it from the broken rule and the position of the first offending character, counted from 0. */
    public InvalidKeyException(String reason, int position) {
        super(Outcome.DID_NOT_HAPPEN, "invalid key: " + reason + " (at position " + position + ")", null);
        this.reason = reason;
        this.position = position;
    }

    /** Returns the rule that is broken. */
    public String reason() {
        return reason;
    }

    /** Returns where, counted in characters from 0. */
    public int position() {
        return position;
    }
}
