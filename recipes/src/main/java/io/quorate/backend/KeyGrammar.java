package io.quorate.backend;

import java.util.Locale;
import java.util.Set;

/** The rules of {@link Key}, with the position of the first offence for the error message. */
final class KeyGrammar {

    private static final Set<String> RESERVED = Set.of("zookeeper", "quorate");

    private KeyGrammar() {}

    /**
     * Checks a path that begins with a slash.
     *
     * @param added how many characters were put in front of what the caller wrote, so that positions refer to that
     */
    static void check(String path, int added) {
        if (path.length() > Key.MAX_BYTES) {
            throw new InvalidKeyException(
                    "a key has at most " + Key.MAX_BYTES + " bytes in UTF-8", Math.max(0, Key.MAX_BYTES - added));
        }
        int depth = 0;
        int bytes = 0;
        int start = 1;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            bytes += 1 + checkSegment(path, start, end, added);
            depth++;
            if (depth > Key.MAX_DEPTH) {
                throw new InvalidKeyException("a key has at most " + Key.MAX_DEPTH + " segments", start - added);
            }
            start = end + 1;
        }
        if (bytes > Key.MAX_BYTES) {
            throw new InvalidKeyException(
                    "a key has at most " + Key.MAX_BYTES + " bytes in UTF-8", path.length() - 1 - added);
        }
    }

    /** Checks one segment and returns how many bytes it has in UTF-8. */
    private static int checkSegment(String path, int start, int end, int added) {
        int position = start - added;
        if (start == end) {
            throw new InvalidKeyException("a segment must not be empty", position);
        }
        if (isDots(path, start, end)) {
            throw new InvalidKeyException("a segment must not be '.' or '..'", position);
        }
        if (start == 1 && RESERVED.contains(path.substring(start, end))) {
            throw new InvalidKeyException(
                    "the first segment '" + path.substring(start, end) + "' is reserved for the backends", position);
        }
        int bytes = 0;
        for (int i = start; i < end; i++) {
            char c = path.charAt(i);
            if (isForbidden(c)) {
                throw new InvalidKeyException(
                        String.format(Locale.ROOT, "the character U+%04X is not allowed", (int) c), i - added);
            }
            bytes += utf8Length(c);
        }
        if (bytes > Key.MAX_SEGMENT_BYTES) {
            throw new InvalidKeyException(
                    "a segment has at most " + Key.MAX_SEGMENT_BYTES + " bytes in UTF-8", position);
        }
        return bytes;
    }

    private static boolean isDots(String path, int start, int end) {
        return path.charAt(start) == '.' && (end - start == 1 || (end - start == 2 && path.charAt(start + 1) == '.'));
    }

    private static boolean isForbidden(char c) {
        return c <= '\u001F' || (c >= '\u007F' && c <= '\u009F') || (c >= '\uD800' && c <= '\uF8FF') || c >= '\uFFF0';
    }

    /** Returns how many bytes a path that keeps the rules has in UTF-8. */
    static int utf8Length(String path) {
        int bytes = 0;
        for (int i = 0; i < path.length(); i++) {
            bytes += utf8Length(path.charAt(i));
        }
        return bytes;
    }

    private static int utf8Length(char c) {
        // Halves of surrogate pairs are forbidden, so that no character has four.
        if (c < 0x80) {
            return 1;
        }
        return c < 0x800 ? 2 : 3;
    }
}
