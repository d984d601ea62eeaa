package io.quorate.config;

import io.quorate.backend.Bytes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What to publish: keys to set, keys to remove, and on which revision. Immutable.
 *
 * <p>Keys are relative to the configuration; they obey the grammar of {@link io.quorate.backend.Key} and their first
 * segment does not begin with a dot. That is checked when the update is published.
 */
public final class ConfigUpdate {

    /** How many publications are kept by default. */
    public static final int DEFAULT_HISTORY_LIMIT = 20;

    private static final int MAX_AUTHOR = 128;
    private static final int MAX_COMMENT = 1024;

    private final Map<String, Optional<Bytes>> changes;
    private final boolean replacing;
    private final OptionalLong expectedRevision;
    private final String author;
    private final String comment;

    private ConfigUpdate(
            Map<String, Optional<Bytes>> changes,
            boolean replacing,
            OptionalLong expectedRevision,
            String author,
            String comment) {
        this.changes = changes;
        this.replacing = replacing;
        this.expectedRevision = expectedRevision;
        this.author = author;
        this.comment = comment;
    }

    /** Returns an update without changes, of whatever is current then. */
    public static ConfigUpdate create() {
        return new ConfigUpdate(Map.of(), false, OptionalLong.empty(), "", "");
    }

    /** Returns an update that replaces everything: keys that are not among these are removed. */
    public static ConfigUpdate replaceAll(ConfigEntries entries) {
        Map<String, Optional<Bytes>> all = new TreeMap<>();
        entries.asMap().forEach((key, value) -> all.put(key, Optional.of(value)));
        return new ConfigUpdate(all, true, OptionalLong.empty(), "", "");
    }

    /** Returns this update with one key to set. */
    public ConfigUpdate set(String key, Bytes value) {
        return with(key, Optional.of(value));
    }

    /** Returns this update with one key to set, as UTF-8. */
    public ConfigUpdate set(String key, String value) {
        return set(key, Bytes.utf8(value));
    }

    /** Returns this update with many keys to set, as UTF-8. */
    public ConfigUpdate setAll(Map<String, String> values) {
        Map<String, Optional<Bytes>> more = new LinkedHashMap<>(changes);
        values.forEach((key, value) -> more.put(key, Optional.of(Bytes.utf8(value))));
        return new ConfigUpdate(more, replacing, expectedRevision, author, comment);
    }

    /** Returns this update with one key to remove; it need not exist. */
    public ConfigUpdate remove(String key) {
        return with(key, Optional.empty());
    }

    /**
     * Returns this update, to be published only if this revision is current; 0 for nothing published yet.
     *
     * @throws IllegalArgumentException if the revision is negative
     */
    public ConfigUpdate on(long revision) {
        if (revision < 0) {
            throw new IllegalArgumentException(
                    "a revision is not negative, but this one is " + revision + "; take that of a snapshot, or 0");
        }
        return new ConfigUpdate(changes, replacing, OptionalLong.of(revision), author, comment);
    }

    /**
     * Returns this update with its author.
     *
     * @throws IllegalArgumentException if the name has more than 128 characters
     */
    public ConfigUpdate by(String name) {
        return new ConfigUpdate(changes, replacing, expectedRevision, checked("an author", name, MAX_AUTHOR), comment);
    }

    /**
     * Returns this update with a comment that says why.
     *
     * @throws IllegalArgumentException if the text has more than 1024 characters
     */
    public ConfigUpdate because(String text) {
        return new ConfigUpdate(changes, replacing, expectedRevision, author, checked("a comment", text, MAX_COMMENT));
    }

    /** Returns the keys to set, each with its value, and the keys to remove, each with none. */
    public Map<String, Optional<Bytes>> changes() {
        return Collections.unmodifiableMap(changes);
    }

    /** Returns the revision that must be current; empty for any. */
    public OptionalLong expectedRevision() {
        return expectedRevision;
    }

    /** Returns the author; empty if none was given. */
    public String author() {
        return author;
    }

    /** Returns the comment; empty if none was given. */
    public String comment() {
        return comment;
    }

    /** Returns what the content becomes if it is this one now. */
    public ConfigEntries applyTo(ConfigEntries current) {
        Map<String, Bytes> result = replacing ? new TreeMap<>() : new TreeMap<>(current.asMap());
        changes.forEach((key, value) -> value.ifPresentOrElse(set -> result.put(key, set), () -> result.remove(key)));
        return ConfigEntries.of(result);
    }

    private ConfigUpdate with(String key, Optional<Bytes> value) {
        Map<String, Optional<Bytes>> more = new LinkedHashMap<>(changes);
        more.put(key, value);
        return new ConfigUpdate(more, replacing, expectedRevision, author, comment);
    }

    private static String checked(String what, String text, int limit) {
        if (text.length() > limit) {
            throw new IllegalArgumentException(
                    what + " has at most " + limit + " characters, but this one has " + text.length());
        }
        return text;
    }
}
