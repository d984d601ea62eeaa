package io.quorate.config;

import io.quorate.backend.Bytes;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The keys of a configuration and their undecoded values, all of one revision. Immutable.
 *
 * <p>Keys are relative to the configuration, with {@code /} between segments. The configuration of
 * {@linkplain ConfigOptions#singleEntry() one entry} has one key, {@value #DOCUMENT}.
 */
public final class ConfigEntries {

    /** The key of a configuration of one entry. */
    public static final String DOCUMENT = "document";

    /** No entries. */
    public static final ConfigEntries EMPTY = new ConfigEntries(new TreeMap<>());

    private final SortedMap<String, Bytes> values;

    private ConfigEntries(SortedMap<String, Bytes> values) {
        this.values = Collections.unmodifiableSortedMap(values);
    }

    /** Copies a map. */
    public static ConfigEntries of(Map<String, Bytes> values) {
        return values.isEmpty() ? EMPTY : new ConfigEntries(new TreeMap<>(values));
    }

    /** Encodes the values of a map as UTF-8. */
    public static ConfigEntries ofText(Map<String, String> values) {
        SortedMap<String, Bytes> encoded = new TreeMap<>();
        values.forEach((key, value) -> encoded.put(key, Bytes.utf8(value)));
        return of(encoded);
    }

    /** Returns an unmodifiable map, ordered by key. */
    public SortedMap<String, Bytes> asMap() {
        return values;
    }

    /** Returns the keys in order. */
    public Set<String> keys() {
        return values.keySet();
    }

    /** Returns the number of keys. */
    public int size() {
        return values.size();
    }

    /** Returns whether there is no key. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** Returns the value of a key as text. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key)).map(Bytes::utf8);
    }

    /** Returns these entries with those of another, which win. */
    public ConfigEntries overriddenBy(ConfigEntries other) {
        if (other.isEmpty()) {
            return this;
        }
        SortedMap<String, Bytes> both = new TreeMap<>(values);
        both.putAll(other.values);
        return of(both);
    }

    /** Returns the keys that are in one of both only, or differ in value. */
    public Set<String> differenceTo(ConfigEntries other) {
        Set<String> different = new TreeSet<>(values.keySet());
        different.addAll(other.values.keySet());
        different.removeIf(key -> {
            Bytes mine = values.get(key);
            return mine != null && Objects.equals(mine, other.values.get(key));
        });
        return different;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConfigEntries that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** Names the keys and the sizes of the values: a value may be a secret and must not reach a log by accident. */
    @Override
    public String toString() {
        return values.toString();
    }
}
