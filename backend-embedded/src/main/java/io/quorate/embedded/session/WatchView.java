package io.quorate.embedded.session;

import io.quorate.backend.Change;
import io.quorate.backend.Entry;
import io.quorate.backend.Key;
import io.quorate.backend.QueueEntry;
import io.quorate.backend.Scope;
import io.quorate.backend.TicketName;
import io.quorate.embedded.tree.StateMachine;
import io.quorate.embedded.tree.WatchedChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the listeners of a {@link WatchGroup} know once they have been told all there is to tell, by both revisions. Confined to
 * the loop.
 */
final class WatchView {

    private record Revisions(long create, long mod) {}

    private static final Revisions OF_TICKET = new Revisions(0, 0);

    private final Namespace namespace;
    private final Key absolute;
    private final Scope scope;
    private final Map<Key, Revisions> known = new HashMap<>();

    /** Creates a view that knows nothing. */
    WatchView(Namespace namespace, Key absolute, Scope scope) {
        this.namespace = namespace;
        this.absolute = absolute;
        this.scope = scope;
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    /** Brings the view to a state, and returns what it lacked. */
    List<Change> bringTo(StateMachine state) {
        List<Change> changes = new ArrayList<>();
        if (scope == Scope.ENTRY) {
            if (!isOutside(absolute)) {
                take(absolute, state, changes);
            }
            return changes;
        }
        Set<Key> present = new HashSet<>();
        if (scope == Scope.QUEUE) {
            for (QueueEntry place : state.queue(absolute)) {
                present.add(place.key());
                join(place.key(), changes);
            }
        } else {
            for (Entry entry : state.snapshot(absolute).entries()) {
                if (!isOutside(entry.key())) {
                    present.add(entry.key());
                    put(entry, changes);
                }
            }
        }
        for (Key gone : List.copyOf(known.keySet())) {
            if (!present.contains(gone)) {
                remove(gone, changes);
            }
        }
        return changes;
    }

    /** Takes in what one transaction changed, with the state just as it left it, and returns what the view lacked. */
    List<Change> take(List<WatchedChange> watched, StateMachine state) {
        List<Change> changes = new ArrayList<>(watched.size());
        Set<String> seen = watched.size() == 1 ? Set.of() : new HashSet<>();
        for (WatchedChange change : watched) {
            String path = change.change().path();
            if (watched.size() == 1 || seen.add(path)) {
                Key changed = path.equals(absolute.toString()) ? absolute : Key.of(path);
                if (!isOutside(changed)) {
                    take(changed, state, changes);
                }
            }
        }
        return changes;
    }

    private void take(Key changed, StateMachine state, List<Change> changes) {
        // What one transaction removes and creates again is there: only what it leaves behind counts.
        Optional<Entry> left = state.get(changed);
        if (left.isEmpty()) {
            remove(changed, changes);
        } else if (scope == Scope.QUEUE) {
            join(changed, changes);
        } else {
            put(left.get(), changes);
        }
    }

    /** The root of the session's namespace is no entry for it. */
    private boolean isOutside(Key key) {
        return key.isRoot() || key.equals(namespace.root());
    }

    private void put(Entry entry, List<Change> changes) {
        Revisions now = new Revisions(entry.createRevision(), entry.modRevision());
        if (!now.equals(known.put(entry.key(), now))) {
            changes.add(new Change.Put(namespace.relative(entry)));
        }
    }

    private void join(Key ticket, List<Change> changes) {
        if (known.putIfAbsent(ticket, OF_TICKET) == null) {
            changes.add(new Change.Joined(place(namespace.relative(ticket))));
        }
    }

    private void remove(Key gone, List<Change> changes) {
        if (known.remove(gone) != null) {
            Key relative = namespace.relative(gone);
            changes.add(scope == Scope.QUEUE ? new Change.Left(place(relative)) : new Change.Removed(relative));
        }
    }

    private static QueueEntry place(Key ticket) {
        return new QueueEntry(ticket, TicketName.parse(ticket.name()).orElseThrow());
    }
}
