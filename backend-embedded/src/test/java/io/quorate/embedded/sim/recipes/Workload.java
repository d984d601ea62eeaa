package io.quorate.embedded.sim.recipes;

/** What users do with a recipe, and what must hold meanwhile. */
interface Workload {

    /** Lets the users of a new client begin. */
    void join(RecipeClient client);

    /** Checks what must hold at every instant; called after whatever a client did. */
    void check();

    /** From now on no fault strikes, and everybody has to get on. */
    default void faultsEnded() {}

    /** Returns whether everybody has got on since the faults ended. */
    boolean hasProgressed();

    /** Returns what is missing, in words. */
    String describe();

    /** Begins nothing any more; the clients are about to be closed. */
    default void end() {}

    /** Checks what can be checked once all clients are closed. */
    default void checkEnd() {}
}
