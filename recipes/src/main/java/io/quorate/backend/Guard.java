package io.quorate.backend;

import java.util.List;
import java.util.stream.Stream;

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

    /**
     * Holds while all of some guards do. A {@link Commit} takes it apart: a backend never sees one, and a failure names
     * the part that does not hold by its position among all guards of the commit.
     *
     * @param parts the guards, at least one
     */
    record AllOf(List<Guard> parts) implements Guard {

        /** Copies the list and refuses an empty one. */
        public AllOf {
            parts = List.copyOf(parts);
            if (parts.isEmpty()) {
                throw new IllegalArgumentException("a guard of no parts says nothing");
            }
        }

        /** Returns the key of the first part. */
        @Override
        public Key key() {
            return parts.get(0).key();
        }
    }

    /** Returns the guards that this one consists of, which is itself unless it is an {@link AllOf}. */
    default Stream<Guard> flattened() {
        return this instanceof AllOf all ? all.parts().stream().flatMap(Guard::flattened) : Stream.of(this);
    }

    /** Returns a guard that holds while all of the given ones do. */
    static Guard allOf(List<Guard> guards) {
        return guards.size() == 1 ? guards.get(0) : new AllOf(guards);
    }

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
