package io.quorate.embedded.tree;

import io.quorate.backend.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The watches of the sessions that this member serves. No part of the replicated state.
 *
 * <p>Watches hang in a tree of path segments of their own, because what is watched need not exist. Whom a change concerns
 * is found by walking down its path, so it takes time in proportion to the depth of the path and to the number of those who
 * are told, however many watches there are. Confined to the thread of the state.
 */
public final class WatchRegistry {

    /** The watches on one path that look at the same scope. */
    private static final class Group {
        final Set<Watcher> watchers = new LinkedHashSet<>();

        /** What they are to learn of the transaction at hand. */
        final List<WatchedChange> changes = new ArrayList<>();
    }

    /** A segment of a watched path, or of the way to one. */
    private static final class Place {
        final @Nullable Place parent;
        final String name;
        final Map<String, Place> below = new HashMap<>(2);
        final Map<Scope, Group> groups = new EnumMap<>(Scope.class);

        Place(@Nullable Place parent, String name) {
            this.parent = parent;
            this.name = name;
        }

        boolean isUnused() {
            return groups.isEmpty() && below.isEmpty();
        }
    }

    private final Rules rules;
    private final int maxPerSession;
    private final int maxTotal;
    private final Place root = new Place(null, "");
    private final Map<Long, Map<Long, Watcher>> sessions = new HashMap<>();
    private final List<Group> concerned = new ArrayList<>();
    private int size;

    /**
     * Creates a registry without watches.
     *
     * @param maxPerSession the most watches of one session
     * @param maxTotal the most watches
     */
    public WatchRegistry(int maxPerSession, int maxTotal) {
        this(maxPerSession, maxTotal, Rules.SOUND);
    }

    WatchRegistry(int maxPerSession, int maxTotal, Rules rules) {
        this.maxPerSession = maxPerSession;
        this.maxTotal = maxTotal;
        this.rules = rules;
    }

    /** Returns the number of watches. */
    public int size() {
        return size;
    }

    /**
     * Adds a watch, which will learn of every transaction that is {@linkplain #dispatch dispatched} from now on.
     *
     * @return whether there was room for it
     * @throws IllegalArgumentException if the session has a watch with this id
     */
    public boolean add(Watcher watcher) {
        Map<Long, Watcher> own = sessions.getOrDefault(watcher.session(), Map.of());
        if (own.containsKey(watcher.id())) {
            throw new IllegalArgumentException("session " + watcher.session() + " has a watch " + watcher.id());
        }
        if (size >= maxTotal || own.size() >= maxPerSession) {
            return false;
        }
        sessions.computeIfAbsent(watcher.session(), id -> new LinkedHashMap<>()).put(watcher.id(), watcher);
        group(watcher).watchers.add(watcher);
        size++;
        return true;
    }

    /** Removes a watch, and returns whether there was one. */
    public boolean remove(long session, long id) {
        Map<Long, Watcher> own = sessions.get(session);
        Watcher watcher = own == null ? null : own.remove(id);
        if (own == null || watcher == null) {
            return false;
        }
        if (own.isEmpty()) {
            sessions.remove(session);
        }
        detach(watcher);
        return true;
    }

    /** Removes all watches of a session, and returns how many there were. */
    public int removeSession(long session) {
        Map<Long, Watcher> own = sessions.remove(session);
        if (own == null) {
            return 0;
        }
        own.values().forEach(this::detach);
        return own.size();
    }

    /** Tells everybody who watches it of a transaction that was just applied. */
    public void dispatch(Applied applied, WatchSink sink) {
        dispatch(applied.index(), applied.changes(), 0, sink);
    }

    /**
     * Tells the watches of one session what has happened after a position, as if they had been there.
     *
     * @param history the transactions of the recent past
     * @param index the last transaction of which the session has learned something
     * @param ordinal the last change of it that it has learned of; {@link Integer#MAX_VALUE} for all of them
     * @return whether the history reaches back far enough; if not, nothing was told: there is a gap, and the session must read
     *     anew what it watches
     */
    public boolean replay(ChangeHistory history, long session, long index, int ordinal, WatchSink sink) {
        long first = ordinal == Integer.MAX_VALUE ? index + 1 : index;
        if (!history.reaches(first)) {
            return false;
        }
        WatchRegistry own = new WatchRegistry(Integer.MAX_VALUE, Integer.MAX_VALUE, rules);
        sessions.getOrDefault(session, Map.of()).values().forEach(own::add);
        for (long i = first; i <= history.lastIndex(); i++) {
            boolean resumed = i == index && rules.resumesWithinCommit();
            if (i > index || resumed) {
                own.dispatch(i, history.changes(i), resumed ? ordinal + 1 : 0, sink);
            }
        }
        return true;
    }

    private void dispatch(long index, List<NodeChange> changes, int firstOrdinal, WatchSink sink) {
        if (size == 0) {
            return;
        }
        for (int ordinal = firstOrdinal; ordinal < changes.size(); ordinal++) {
            collect(new WatchedChange(ordinal, changes.get(ordinal)));
        }
        for (Group group : concerned) {
            List<WatchedChange> batch = List.copyOf(group.changes);
            group.changes.clear();
            for (Watcher watcher : group.watchers) {
                sink.deliver(watcher, index, batch);
            }
        }
        concerned.clear();
    }

    private void collect(WatchedChange change) {
        String path = change.change().path();
        Place place = root;
        int start = 1;
        while (true) {
            note(place, Scope.SUBTREE, change, rules.watchesSubtrees());
            int slash = path.indexOf('/', start);
            String segment = path.substring(start, slash < 0 ? path.length() : slash);
            if (slash < 0) {
                note(place, Scope.QUEUE, change, place.groups.containsKey(Scope.QUEUE) && Paths.isTicket(segment));
            }
            place = place.below.get(segment);
            if (place == null) {
                return;
            }
            if (slash < 0) {
                note(place, Scope.SUBTREE, change, true);
                note(place, Scope.ENTRY, change, true);
                return;
            }
            start = slash + 1;
        }
    }

    private void note(Place place, Scope scope, WatchedChange change, boolean applies) {
        Group group = place.groups.get(scope);
        if (group != null && applies) {
            if (group.changes.isEmpty()) {
                concerned.add(group);
            }
            group.changes.add(change);
        }
    }

    private Group group(Watcher watcher) {
        Place place = root;
        for (String segment : watcher.key().segments()) {
            Place above = place;
            place = place.below.computeIfAbsent(segment, name -> new Place(above, name));
        }
        return place.groups.computeIfAbsent(watcher.scope(), scope -> new Group());
    }

    private void detach(Watcher watcher) {
        size--;
        Place place = root;
        for (String segment : watcher.key().segments()) {
            Place next = place.below.get(segment);
            if (next == null) {
                throw new IllegalStateException(watcher + " is not where it was put");
            }
            place = next;
        }
        Group group = place.groups.get(watcher.scope());
        if (group == null || !group.watchers.remove(watcher)) {
            throw new IllegalStateException(watcher + " is not where it was put");
        }
        if (group.watchers.isEmpty()) {
            place.groups.remove(watcher.scope());
            prune(place);
        }
    }

    private static void prune(Place from) {
        Place place = from;
        while (place.parent != null && place.isUnused()) {
            place.parent.below.remove(place.name);
            place = place.parent;
        }
    }
}
