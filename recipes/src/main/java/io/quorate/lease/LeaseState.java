package io.quorate.lease;

/** The life of a lease: held and in doubt alternate until it is lost for good. */
public enum LeaseState {
    /** Proven, with a live connection. */
    HELD,
    /** Proven still, but the connection is gone: it is held again after a reconnection before the deadline. */
    DOUBT,
    /** Lost, or given back. Terminal. */
    LOST
}
