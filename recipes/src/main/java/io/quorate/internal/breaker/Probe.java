package io.quorate.internal.breaker;

/** The right to make one call as a probe. One of the methods is called, once. */
interface Probe {

    /** Tells that the probe succeeded. */
    void passed();

    /** Tells that the probe failed. */
    void failed();

    /** Gives the right back without an outcome. */
    void release();
}
