package io.quorate.embedded.transport;

/**
 * What a member has to lose, as it tells others that ask before they begin. The numbers are part of the protocol.
 *
 * <p>A member whose directory is empty may begin as a voter only when a cluster begins, and nobody but the others can tell whether
 * it does.
 */
public enum Standing {
    /** It does not know yet what it has. */
    UNKNOWN(0),
    /** It has never taken part in anything, and its directory is empty. */
    NEW(1),
    /** It has taken part. */
    ESTABLISHED(2);

    private static final Standing[] STANDINGS = values();

    private final int number;

    Standing(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static Standing of(int number) throws FrameException {
        if (number >= STANDINGS.length) {
            throw new FrameException(FrameException.Reason.MALFORMED, "no standing has the number " + number);
        }
        return STANDINGS[number];
    }
}
