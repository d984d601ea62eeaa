package io.quorate.backend.testing;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Scope;
import io.quorate.backend.SessionId;
import io.quorate.backend.TicketName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that the model service stores, as of one revision. Immutable: a commit makes a new one, which is what makes commits
 * atomic and snapshots true.
 *
 * <p>Keys are absolute, whatever the namespace of the session that asks.
 *
 * @param revision the revision of the last commit
 * @param entries what is stored
 * @param containers the keys among them that were created implicitly for a queue and go away once they are empty
 * @param sequences for each queue, the sequence number of its next ticket
 */
record ModelState(long revision, NavigableMap<Key, Entry> entries, Set<Key> containers, Map<Key, Integer> sequences) {

    static final ModelState EMPTY = new ModelState(0, new TreeMap<>(), Set.of(), Map.of());

    ModelState {
        entries = Collections.unmodifiableNavigableMap(new TreeMap<>(entries));
        containers = Set.copyOf(containers);
        sequences = Map.copyOf(sequences);
    }

    Draft draft() {
        return new Draft(this);
    }

    @Nullable
    Entry entry(Key key) {
        return entries.get(key);
    }

    boolean exists(Key key) {
        return key.isRoot() || entries.containsKey(key);
    }

    /** The children in creation order; those of one commit in the order of their keys. */
    List<Entry> children(Key parent) {
        return entries.values().stream()
                .filter(entry -> entry.key().isChildOf(parent))
                .sorted(Comparator.comparingLong(Entry::createRevision).thenComparing(Entry::key))
                .toList();
    }

    /** The tickets of a queue, first come first. */
    List<QueueEntry> tickets(Key queue) {
        return children(queue).stream()
                .flatMap(entry -> place(entry.key()).stream())
                .sorted(Comparator.comparing(QueueEntry::name, TicketName.FIFO))
                .toList();
    }

    List<Key> ownedBy(SessionId session) {
        return entries.values().stream()
                .filter(entry -> session.equals(entry.owner()))
                .map(Entry::key)
                .toList();
    }

    /** What a watch looks at. */
    NavigableMap<Key, Entry> view(Key key, Scope scope) {
        NavigableMap<Key, Entry> view = new TreeMap<>();
        for (Entry entry : entries.values()) {
            if (isInScope(entry.key(), key, scope)) {
                view.put(entry.key(), entry);
            }
        }
        return view;
    }

    static boolean isInScope(Key changed, Key key, Scope scope) {
        return switch (scope) {
            case ENTRY -> changed.equals(key);
            case SUBTREE -> changed.startsWith(key);
            case QUEUE -> changed.isChildOf(key) && place(changed).isPresent();
        };
    }

    /** What turns one view into another. Two entries are the same if both their revisions are. */
    static List<Change> changes(Map<Key, Entry> before, Map<Key, Entry> after, Scope scope) {
        Collection<Key> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        List<Change> changes = new ArrayList<>();
        for (Key key : keys) {
            change(key, before.get(key), after.get(key), scope).ifPresent(changes::add);
        }
        return changes;
    }

    private static Optional<Change> change(Key key, @Nullable Entry before, @Nullable Entry after, Scope scope) {
        if (scope == Scope.QUEUE) {
            QueueEntry place = place(key).orElseThrow();
            if (before == null) {
                return Optional.of(new Change.Joined(place));
            }
            return after == null ? Optional.of(new Change.Left(place)) : Optional.empty();
        }
        if (after == null) {
            return Optional.of(new Change.Removed(key));
        }
        return isSame(before, after) ? Optional.empty() : Optional.of(new Change.Put(after));
    }

    private static boolean isSame(@Nullable Entry before, Entry after) {
        return before != null
                && before.createRevision() == after.createRevision()
                && before.modRevision() == after.modRevision();
    }

    static Optional<QueueEntry> place(Key key) {
        return TicketName.parse(key.name()).map(name -> new QueueEntry(key, name));
    }

    /** The keys at which two states differ. */
    static Set<Key> differences(ModelState before, ModelState after) {
        return changes(before.entries, after.entries, Scope.SUBTREE).stream()
                .map(Change::key)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A state that is being changed into the next one. */
    static final class Draft {

        final NavigableMap<Key, Entry> entries;
        final Set<Key> containers;
        final Map<Key, Integer> sequences;

        private Draft(ModelState state) {
            entries = new TreeMap<>(state.entries);
            containers = new TreeSet<>(state.containers);
            sequences = new HashMap<>(state.sequences);
        }

        boolean hasChildren(Key parent) {
            return entries.keySet().stream().anyMatch(key -> key.isChildOf(parent));
        }

        void remove(Key key) {
            entries.remove(key);
            containers.remove(key);
            sequences.remove(key);
        }

        ModelState finish(long revision) {
            return new ModelState(revision, entries, containers, sequences);
        }
    }
}
