package io.quorate.embedded.member;

/** A member's state is not what its leader has at the same index. */
final class DivergedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    DivergedException(String message) {
        super(message);
    }
}
