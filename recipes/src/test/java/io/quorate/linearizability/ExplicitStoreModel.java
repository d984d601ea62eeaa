package io.quorate.linearizability;

import io.quorate.linearizability.testing.Model;
import io.quorate.linearizability.testing.VersionedStore.Committed;
import io.quorate.linearizability.testing.VersionedStore.Entries;
import io.quorate.linearizability.testing.VersionedStore.Found;
import io.quorate.linearizability.testing.VersionedStore.Get;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Output;
import io.quorate.linearizability.testing.VersionedStore.Snapshot;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The versioned store without inference: a write of unknown outcome gets every revision it could have, one state for
 * each.
 *
 * @param largest the largest revision that is worth trying
 */
record ExplicitStoreModel(long largest) implements Model<ExplicitStoreModel.State, Input, Output> {

    record State(Map<String, Found> entries, long last) {}

    @Override
    public State initial() {
        return new State(Map.of(), -1);
    }

    @Override
    public Set<State> step(State state, Input input, Output output) {
        if (output instanceof Entries entries) {
            boolean same = entries.revision() >= state.last && entries.entries().equals(state.entries);
            return same && input instanceof Snapshot ? Set.of(new State(state.entries, entries.revision())) : Set.of();
        }
        // What is refused has no revision; this one is not expected by anybody.
        long revision = output instanceof Committed committed ? committed.revision() : Long.MAX_VALUE;
        if (revision <= state.last) {
            return Set.of();
        }
        ReferenceStore store = new ReferenceStore(state.entries, state.last);
        return store.apply(input, revision).equals(output) ? Set.of(stateOf(store)) : Set.of();
    }

    @Override
    public Set<State> stepUnknown(State state, Input input) {
        Set<State> next = new HashSet<>();
        for (long revision = state.last + 1; revision <= largest; revision++) {
            ReferenceStore store = new ReferenceStore(state.entries, state.last);
            if (store.apply(input, revision) instanceof Committed) {
                next.add(stateOf(store));
            }
        }
        return next;
    }

    private static State stateOf(ReferenceStore store) {
        return new State(store.entries(), store.last());
    }

    @Override
    public boolean isReadOnly(Input input) {
        return input instanceof Get || input instanceof Snapshot;
    }
}
