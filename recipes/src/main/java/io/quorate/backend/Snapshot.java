package io.quorate.backend;

import java.util.List;
import java.util.Optional;

/**
 * A whole subtree as it was at one revision.
 *
 * @param prefix the root of the subtree, itself part of it
 * @param revision a revision at which exactly these entries existed; at least that of every entry
 * @param entries all entries at or below the prefix, ordered by key
 */
public record Snapshot(Key prefix, long revision, List<Entry> entries) {

    /** Copies the list. */
    public Snapshot {
        entries = List.copyOf(entries);
    }

    /** Returns the entry of a key, if it existed. Takes time linear in the size of the snapshot. */
    public Optional<Entry> entry(Key key) {
        return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
    }
}
