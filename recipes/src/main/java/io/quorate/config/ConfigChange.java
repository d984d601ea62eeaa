package io.quorate.config;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A snapshot has become current.
 *
 * @param before the snapshot that was current until then; empty for the first one that a listener is told
 * @param after the snapshot that is current now
 * @param changedKeys the keys that were added, removed, or have another value than before, relative to the
 *     configuration. It may be empty: a commit can write what was there already
 */
public record ConfigChange<T>(Optional<ConfigSnapshot<T>> before, ConfigSnapshot<T> after, Set<String> changedKeys) {

    /** Copies the set, in order. */
    public ConfigChange {
        changedKeys = Collections.unmodifiableSet(new TreeSet<>(changedKeys));
    }
}
