package io.quorate.embedded.sim;

/** A stage whose members can be made to die between any two of their effects. */
interface Sweepable extends Stage {

    /** Lets a member lose its power after so many effects from now on. */
    void doom(int member, int effects);

    /** Whether that has happened. */
    boolean hasStruck();

    /** Ends all faults, starts who is down, and requires that everybody comes back with everything. */
    void expectRecovery();
}
