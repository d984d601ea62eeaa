package io.quorate.linearizability.testing;

import java.util.Collection;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a {@link VersionedStore} and the revision of its last write, as far as a history tells.
 *
 * @param entries the entries by key
 * @param last the revision of the last write, also if it removed an entry
 */
record StoreState(SortedMap<String, Entry> entries, Revision last) {

    static final StoreState EMPTY = new StoreState(new TreeMap<>(), Revision.NONE);

    /** An entry; an entry that was never updated has one and the same revision twice. */
    record Entry(@Nullable String value, Revision created, Revision modified) {
        private Entry map(UnaryOperator<Revision> change) {
            return new Entry(value, change.apply(created), change.apply(modified));
        }

        private Stream<Revision> revisions() {
            return Stream.of(created, modified);
        }

        @Override
        public String toString() {
            return Tokens.quote(value) + " created " + created + " modified " + modified;
        }
    }

    @Nullable
    Entry entry(String key) {
        return entries.get(key);
    }

    StoreState with(String key, @Nullable Entry entry) {
        SortedMap<String, Entry> changed = new TreeMap<>(entries);
        if (entry == null) {
            changed.remove(key);
        } else {
            changed.put(key, entry);
        }
        return new StoreState(changed, last);
    }

    /** This state given that {@code revision}, which it contains, is {@code value}; null if it cannot be. */
    @Nullable
    StoreState pin(Revision revision, long value) {
        if (!revision.mayBe(value)) {
            return null;
        }
        return revision.isKnown() ? this : possible(map(other -> other.givenThat(revision, value)));
    }

    /**
     * This state given that all writes so far are at or before {@code bound}, and all others after it; null if they
     * cannot be.
     */
    @Nullable
    StoreState closeAt(long bound) {
        if (last.low() > bound) {
            return null;
        }
        StoreState bounded = map(revision -> revision.atMost(bound));
        return possible(new StoreState(bounded.entries, Revision.exactly(bound)));
    }

    /** The revision of a write at the end of this state that nobody knows. */
    Revision unknownNext() {
        int newest = revisions().mapToInt(Revision::id).max().orElse(0);
        return last.unknownSuccessor(newest + 1);
    }

    StoreState withLast(Revision revision) {
        return new StoreState(entries, revision).renumbered();
    }

    /** Numbers the unknown revisions from one, so that states that mean the same are equal. */
    private StoreState renumbered() {
        NavigableSet<Integer> ids = new TreeSet<>();
        revisions().map(Revision::id).filter(id -> id > 0).forEach(ids::add);
        return map(revision -> revision.isKnown()
                ? revision
                : revision.withId(ids.headSet(revision.id(), true).size()));
    }

    private @Nullable StoreState possible(StoreState state) {
        return state.revisions().allMatch(Revision::isPossible) ? state : null;
    }

    private Stream<Revision> revisions() {
        Collection<Entry> all = entries.values();
        return Stream.concat(Stream.of(last), all.stream().flatMap(Entry::revisions));
    }

    private StoreState map(UnaryOperator<Revision> change) {
        SortedMap<String, Entry> changed = new TreeMap<>();
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            changed.put(entry.getKey(), entry.getValue().map(change));
        }
        return new StoreState(changed, change.apply(last));
    }

    @Override
    public String toString() {
        return entries + " after revision " + last;
    }
}
