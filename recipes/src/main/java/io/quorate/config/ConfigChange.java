package io.quorate.config;

import java.util.Optional;
import java.util.Set;

/**
 * A snapshot has become current.
 *
 * @param before the snapshot that was current until then; empty for the first one that a listener is told
 * @param after the snapshot that is current now
 * @param changedKeys the keys that were added, removed, or have another value than before, relative to the
 *     configuration. It may be empty: a commit can write what was there already
 */
public record ConfigChange<T>(Optional<ConfigSnapshot<T>> before, ConfigSnapshot<T> after, Set<String> changedKeys) {

    /** Copies the set. */
    public ConfigChange {
        changedKeys = Set.copyOf(changedKeys);
    }
}
