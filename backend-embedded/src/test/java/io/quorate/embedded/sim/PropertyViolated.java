package io.quorate.embedded.sim;

/** A property of the protocol does not hold in a run. */
public final class PropertyViolated extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PropertyViolated(String property, String detail) {
        super(property + ": " + detail);
    }
}
