package io.quorate.backend;

import java.util.List;

/**
 * The direct children of a key, in creation order; those that one commit created stand in the order of their keys.
 *
 * @param parent whose children these are
 * @param parentExists whether the parent exists; if it does not, there are no children. {@link Key#ROOT} always exists.
 * @param keys the children's keys
 * @param entries the children themselves, in the same order; empty if the listing was asked for {@link Content#KEYS}
 */
public record Listing(Key parent, boolean parentExists, List<Key> keys, List<Entry> entries) {

    /** Copies the lists. */
    public Listing {
        keys = List.copyOf(keys);
        entries = List.copyOf(entries);
    }
}
