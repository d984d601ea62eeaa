package io.quorate.embedded.zab;

/** A rule of the protocol does not hold at this member. It stops: a wrong answer is worse than none. */
final class InvariantViolation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvariantViolation(String message) {
        super(message);
    }

    static void require(boolean holds, String violated) {
        if (!holds) {
            throw new InvariantViolation(violated);
        }
    }
}
