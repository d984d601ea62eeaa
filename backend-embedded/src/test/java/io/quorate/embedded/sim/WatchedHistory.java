package io.quorate.embedded.sim;

/** A run of an ensemble, as far as a {@link WatchModel} has to do with it. */
public interface WatchedHistory {

    /** Returns what was committed. */
    Oracle oracle();

    /** Returns the last index that any member has applied. */
    long appliedAnywhere();

    /** Something rare has happened. */
    default void count(Sometimes event) {}

    /** A watch was told of what is not so. */
    void violated(PropertyViolated violation);
}
