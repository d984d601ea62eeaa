package io.quorate.backend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A batch of changes that happens as a whole if every guard holds, or not at all.
 *
 * <p>Guards are judged on the state just before the commit; operations apply in order. All changes of one commit have
 * the same revision.
 *
 * @param guards the conditions; a {@link Guard.AllOf} is taken apart
 * @param ops the changes, at least one; no key is changed twice, none is {@link Key#ROOT}, and none of the created keys
 *     ends with a segment that is reserved for tickets (see {@link TicketName})
 */
public record Commit(List<Guard> guards, List<Op> ops) {

    /** Checks the rules stated above. */
    public Commit {
        guards = guards.stream().flatMap(Guard::flattened).toList();
        ops = List.copyOf(ops);
        if (ops.isEmpty()) {
            throw new IllegalArgumentException("a commit needs at least one operation");
        }
        Set<Key> changed = new HashSet<>();
        for (Op op : ops) {
            if (op.key().isRoot()) {
                throw new InvalidKeyException("the root can be neither created, updated nor deleted", 0);
            }
            if (!changed.add(op.key())) {
                throw new IllegalArgumentException("a commit changes a key once, but " + op.key() + " occurs twice");
            }
            if (op instanceof Op.Create create
                    && TicketName.parse(create.key().name()).isPresent()) {
                throw new InvalidKeyException(
                        "a segment of this form is reserved for tickets: "
                                + create.key().name(),
                        create.key().toString().lastIndexOf('/') + 1);
            }
        }
    }

    /** Returns a builder without guards and operations. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects guards and operations in order. Not thread-safe. */
    public static final class Builder {
        private final List<Guard> guards = new ArrayList<>();
        private final List<Op> ops = new ArrayList<>();

        private Builder() {}

        /** Adds a condition. */
        public Builder guard(Guard guard) {
            guards.add(guard);
            return this;
        }

        /** Adds an operation. */
        public Builder op(Op op) {
            ops.add(op);
            return this;
        }

        /** Creates a persistent entry. */
        public Builder create(Key key, @Nullable Bytes value) {
            return op(new Op.Create(key, value, Op.Lifetime.PERSISTENT));
        }

        /** Creates an entry that lives and dies with the committing session. */
        public Builder createOwned(Key key, @Nullable Bytes value) {
            return op(new Op.Create(key, value, Op.Lifetime.SESSION));
        }

        /** Replaces a value, whatever it was. */
        public Builder update(Key key, @Nullable Bytes value) {
            return op(new Op.Update(key, value, Op.ANY_REVISION));
        }

        /** Replaces a value if the entry is the one that was read. */
        public Builder update(Entry read, @Nullable Bytes value) {
            return op(new Op.Update(read.key(), value, read.modRevision()));
        }

        /** Deletes an entry, whatever it was. */
        public Builder delete(Key key) {
            return op(new Op.Delete(key, Op.ANY_REVISION));
        }

        /** Deletes an entry if it is the one that was read. */
        public Builder delete(Entry read) {
            return op(new Op.Delete(read.key(), read.modRevision()));
        }

        /** Returns the commit. */
        public Commit build() {
            return new Commit(guards, ops);
        }
    }
}
