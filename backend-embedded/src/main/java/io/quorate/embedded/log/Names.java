package io.quorate.embedded.log;

import java.util.List;

/** The names of the files in a data directory. */
final class Names {
    /** Locked against other processes. */
    static final String LOCK = "lock";
    /** Locked against other holders in the same process. */
    static final String JVM_LOCK = "lock-jvm";

    static final String META_A = "meta-a";
    static final String META_B = "meta-b";
    static final String TMP = ".tmp";
    /** Files that a replacement has prepared and not yet put in place. */
    static final String STAGED = "new-";
    /** Files that were set aside; never read again by a member. */
    static final String ASIDE = "aside-";

    /** Says why the files must not be used again, though each of them is whole. */
    static final String CONDEMNED = "condemned";

    static final String MOVING_ASIDE = "replacement-moving-aside";
    static final String MOVING_IN = "replacement-moving-in";

    private static final String SEGMENT = "seg-";
    private static final String SNAPSHOT = "snap-";
    private static final int HEX_DIGITS = 16;

    private Names() {}

    static String segment(long firstIndex) {
        return SEGMENT + hex(firstIndex);
    }

    static String snapshot(long lastIndex) {
        return SNAPSHOT + hex(lastIndex);
    }

    private static String hex(long index) {
        return String.format("%016x", index);
    }

    static boolean isSegment(String name) {
        return isNumbered(name, SEGMENT);
    }

    static boolean isSnapshot(String name) {
        return isNumbered(name, SNAPSHOT);
    }

    static boolean isMeta(String name) {
        return name.equals(META_A) || name.equals(META_B);
    }

    /** What a member reads when it starts. */
    static boolean isLive(String name) {
        return isSegment(name) || isSnapshot(name) || isMeta(name);
    }

    private static boolean isNumbered(String name, String prefix) {
        return name.length() == prefix.length() + HEX_DIGITS
                && name.startsWith(prefix)
                && name.substring(prefix.length()).chars().allMatch(c -> Character.digit(c, HEX_DIGITS) >= 0);
    }

    static long indexIn(String name) {
        return Long.parseLong(name.substring(name.length() - HEX_DIGITS), HEX_DIGITS);
    }

    /** A name under which a file can be set aside without replacing an older one. */
    static String aside(String name, long incarnation, List<String> taken) {
        String base = ASIDE + incarnation + "-" + name;
        String candidate = base;
        for (int i = 1; taken.contains(candidate); i++) {
            candidate = base + "." + i;
        }
        return candidate;
    }
}
