package io.quorate.embedded.log;

/** The machine lost its power; thrown by every call to the simulated disk from then on. */
public final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PowerCut(String effect) {
        super("power cut before: " + effect);
    }
}
