package io.quorate.backend;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The name of an entry: a path of segments separated by {@code /}.
 *
 * <p>The grammar is the same on every backend, so that data can move between them:
 *
 * <ul>
 *   <li>no segment is empty, {@code .} or {@code ..}, and none is longer than {@value #MAX_SEGMENT_BYTES} bytes in
 *     UTF-8;
 *   <li>no character is U+0000–U+001F, U+007F–U+009F, U+D800–U+F8FF or U+FFF0–U+FFFF;
 *   <li>at most {@value #MAX_DEPTH} segments and {@value #MAX_BYTES} bytes in UTF-8 all in all;
 *   <li>the first segment is neither {@code zookeeper} nor {@code quorate}, which are reserved for the backends.
 * </ul>
 *
 * <p>The canonical form begins with {@code /}; the leading slash may be left out when a key is made. Keys are ordered
 * by their canonical form.
 */
public final class Key implements Comparable<Key> {

    /** The most bytes a key may have in UTF-8, slashes included. */
    public static final int MAX_BYTES = 1024;

    /** The most segments a key may have. */
    public static final int MAX_DEPTH = 32;

    /** The most bytes a segment may have in UTF-8. */
    public static final int MAX_SEGMENT_BYTES = 255;

    /** The key above all others. It can be listed and watched; it has no value and cannot be written. */
    public static final Key ROOT = new Key("/");

    private final String path;

    private Key(String path) {
        this.path = path;
    }

    /**
     * Makes a key from its text, with or without the leading slash.
     *
     * @throws InvalidKeyException naming the rule that is broken and where
     */
    public static Key of(String text) {
        if (text.equals("/")) {
            return ROOT;
        }
        String path = text.startsWith("/") ? text : "/" + text;
        KeyGrammar.check(path, path.length() - text.length());
        return new Key(path);
    }

    /**
     * Returns the key of a child.
     *
     * @param segment one segment, without a slash
     * @throws InvalidKeyException if the segment or the resulting key breaks the grammar
     */
    public Key child(String segment) {
        int slash = segment.indexOf('/');
        if (slash >= 0) {
            throw new InvalidKeyException("a single segment must not contain '/'", slash);
        }
        return resolve(segment);
    }

    /**
     * Returns the key that is reached from this one by a relative path.
     *
     * @param relative one or more segments; a leading slash is ignored
     * @throws InvalidKeyException if the path or the resulting key breaks the grammar
     */
    public Key resolve(String relative) {
        String tail = relative.startsWith("/") ? relative : "/" + relative;
        String resolved = isRoot() ? tail : path + tail;
        // Positions refer to the relative path, which is what the caller wrote.
        KeyGrammar.check(resolved, resolved.length() - relative.length());
        return new Key(resolved);
    }

    /** Returns the key above this one, or empty for {@link #ROOT}. */
    public Optional<Key> parent() {
        if (isRoot()) {
            return Optional.empty();
        }
        int slash = path.lastIndexOf('/');
        return Optional.of(slash == 0 ? ROOT : new Key(path.substring(0, slash)));
    }

    /** Returns the last segment; empty for {@link #ROOT}. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Returns the segments from the top down; none for {@link #ROOT}. */
    public List<String> segments() {
        List<String> segments = new ArrayList<>(4);
        for (int start = 1; start < path.length(); ) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            segments.add(path.substring(start, end));
            start = end + 1;
        }
        return Collections.unmodifiableList(segments);
    }

    /** Returns whether this is {@link #ROOT}. */
    public boolean isRoot() {
        return path.length() == 1;
    }

    /** Returns whether the key equals the prefix or lies below it. */
    public boolean startsWith(Key prefix) {
        return prefix.isRoot()
                || (path.startsWith(prefix.path)
                        && (path.length() == prefix.path.length() || path.charAt(prefix.path.length()) == '/'));
    }

    /** Returns whether the key is a direct child of the given one. */
    public boolean isChildOf(Key parent) {
        return !isRoot() && parent().orElseThrow().equals(parent);
    }

    /** Returns the size of the canonical form in UTF-8. */
    public int sizeInBytes() {
        return KeyGrammar.utf8Length(path);
    }

    @Override
    public int compareTo(Key other) {
        return path.compareTo(other.path);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key that && path.equals(that.path);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    /** Returns the canonical form, beginning with a slash. */
    @Override
    public String toString() {
        return path;
    }
}
