package io.quorate.config;

import io.quorate.backend.Bytes;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What differs between two revisions of a configuration.
 *
 * @param from the earlier content
 * @param to the later content
 */
public record ConfigDifference(ConfigContent from, ConfigContent to) {

    /** Returns the keys that the later content has and the earlier has not. */
    public Set<String> added() {
        Set<String> keys = new TreeSet<>(to.entries().keys());
        keys.removeAll(from.entries().keys());
        return keys;
    }

    /** Returns the keys that the earlier content has and the later has not. */
    public Set<String> removed() {
        Set<String> keys = new TreeSet<>(from.entries().keys());
        keys.removeAll(to.entries().keys());
        return keys;
    }

    /** Returns the keys that both have, with different values. */
    public Set<String> modified() {
        Set<String> keys = from.entries().differenceTo(to.entries());
        keys.retainAll(from.entries().keys());
        keys.retainAll(to.entries().keys());
        return keys;
    }

    /** Returns the value of a key in the earlier content. */
    public Optional<Bytes> before(String key) {
        return Optional.ofNullable(from.entries().asMap().get(key));
    }

    /** Returns the value of a key in the later content. */
    public Optional<Bytes> after(String key) {
        return Optional.ofNullable(to.entries().asMap().get(key));
    }

    /** Names the keys, one a line, with {@code +}, {@code -} or {@code *}; never the values. */
    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder(from.revision() + " -> " + to.revision());
        removed().forEach(key -> lines.append("\n- ").append(key));
        added().forEach(key -> lines.append("\n+ ").append(key));
        modified().forEach(key -> lines.append("\n* ").append(key));
        return lines.toString();
    }
}
