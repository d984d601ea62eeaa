package io.quorate.backend;

/** A condition under which alone a {@link Commit} happens, judged on the state just before it. */
public sealed interface Guard {

    /** Returns the key whose state is judged. */
    Key key();

    /**
     * Holds while the key exists.
     *
     * @param key the key
     */
    record Exists(Key key) implements Guard {}

    /**
     * Holds while the entry is exactly the one that was read, neither modified nor deleted and created anew.
     *
     * @param key the key
     * @param modRevision the {@link Entry#modRevision()} that was read
     */
    record Unchanged(Key key, long modRevision) implements Guard {}

    /**
     * Holds while a ticket exists, which means for a lock or a leadership: while its holder is still the holder.
     *
     * @param key the ticket's key
     * @param revision the ticket's revision, for the error message; the key alone is unique for ever
     */
    record HeldBy(Key key, long revision) implements Guard {}

    /** Returns a guard that holds while the key exists. */
    static Guard exists(Key key) {
        return new Exists(key);
    }

    /** Returns a guard that holds while the entry is the one that was read. */
    static Guard unchanged(Entry entry) {
        return new Unchanged(entry.key(), entry.modRevision());
    }

    /** Returns a guard that holds while the ticket exists. */
    static Guard heldBy(Ticket ticket) {
        return new HeldBy(ticket.key(), ticket.revision());
    }
}
