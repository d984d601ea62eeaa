package io.quorate.backend;

import java.nio.charset.StandardCharsets;
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
        int start = 1;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            checkSegment(path, start, end, added);
            depth++;
            if (depth > Key.MAX_DEPTH) {
                throw new InvalidKeyException("a key has at most " + Key.MAX_DEPTH + " segments", start - added);
            }
            start = end + 1;
        }
        if (utf8Length(path) > Key.MAX_BYTES) {
            throw new InvalidKeyException(
                    "a key has at most " + Key.MAX_BYTES + " bytes in UTF-8", path.length() - 1 - added);
        }
    }

    private static void checkSegment(String path, int start, int end, int added) {
        int position = start - added;
        if (start == end) {
            throw new InvalidKeyException("a segment must not be empty", position);
        }
        String segment = path.substring(start, end);
        if (segment.equals(".") || segment.equals("..")) {
            throw new InvalidKeyException("a segment must not be '.' or '..'", position);
        }
        if (start == 1 && RESERVED.contains(segment)) {
            throw new InvalidKeyException("the first segment '" + segment + "' is reserved for the backends", position);
        }
        for (int i = 0; i < segment.length(); i++) {
            if (isForbidden(segment.charAt(i))) {
                throw new InvalidKeyException(
                        String.format(Locale.ROOT, "the character U+%04X is not allowed", (int) segment.charAt(i)),
                        position + i);
            }
        }
        if (utf8Length(segment) > Key.MAX_SEGMENT_BYTES) {
            throw new InvalidKeyException(
                    "a segment has at most " + Key.MAX_SEGMENT_BYTES + " bytes in UTF-8", position);
        }
    }

    private static boolean isForbidden(char c) {
        return c <= '\u001F' || (c >= '\u007F' && c <= '\u009F') || (c >= '\uD800' && c <= '\uF8FF') || c >= '\uFFF0';
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
