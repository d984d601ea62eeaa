package io.quorate.embedded.tree;

import io.quorate.backend.Key;

/**
 * Paths of nodes as strings: the canonical form of a {@link Key}, which begins with a slash.
 *
 * <p>The full grammar is checked where a {@link Key} is made. What is checked here is the structure without which a
 * path could not be walked.
 */
final class Paths {

    static final String ROOT = "/";

    private static final int TICKET_ID = 32;
    private static final int MAX_LABEL = 16;

    private Paths() {}

    static boolean isRoot(String path) {
        return path.length() == 1;
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash == 0 ? ROOT : path.substring(0, slash);
    }

    static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    static String child(String parent, String name) {
        return isRoot(parent) ? parent + name : parent + '/' + name;
    }

    /** Returns how many bytes a well-formed string has in UTF-8. */
    static int utf8Length(String text) {
        int length = text.length();
        int bytes = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // A surrogate pair has four bytes, two for each of its halves.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }

    /** Returns whether the path has between one and the largest number of segments, none of them empty. */
    static boolean isWalkable(String path) {
        if (path.length() < 2 || path.charAt(0) != '/') {
            return false;
        }
        int depth = 0;
        int start = 1;
        while (true) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            if (end == start || end - start > Key.MAX_SEGMENT_BYTES || ++depth > Key.MAX_DEPTH) {
                return false;
            }
            if (slash < 0) {
                return true;
            }
            start = end + 1;
        }
    }

    /** Returns how many segments a path has; none for the root. */
    static int depth(String path) {
        if (isRoot(path)) {
            return 0;
        }
        int depth = 0;
        for (int i = 0; i >= 0; i = path.indexOf('/', i + 1)) {
            depth++;
        }
        return depth;
    }

    /** Returns a sequence counter as it ends a name: ten characters, zeros in front, the sign included. */
    static String sequence(int sequence) {
        String digits = Long.toString(Math.abs((long) sequence));
        StringBuilder text = new StringBuilder(11);
        if (sequence < 0) {
            text.append('-');
        }
        text.append("0".repeat(Math.max(0, 10 - text.length() - digits.length())));
        return text.append(digits).toString();
    }

    /** Returns the name of a ticket, {@code label-id-sequence}. */
    static String ticket(String label, String id, int sequence) {
        return label + '-' + id + '-' + sequence(sequence);
    }

    /** Returns where the id of a ticket's name begins, or -1 if the name is no ticket's. */
    static int ticketId(String name) {
        int dash = name.indexOf('-');
        if (dash < 1 || dash > MAX_LABEL || !isLabel(name, dash)) {
            return -1;
        }
        int id = dash + 1;
        int end = id + TICKET_ID;
        if (name.length() <= end || name.charAt(end) != '-' || !isHex(name, id, end)) {
            return -1;
        }
        return isSequence(name, end + 1) ? id : -1;
    }

    static boolean isTicket(String name) {
        return ticketId(name) >= 0;
    }

    private static boolean isLabel(String name, int end) {
        for (int i = 0; i < end; i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(String name, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'f') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSequence(String name, int start) {
        boolean negative = start < name.length() && name.charAt(start) == '-';
        int digits = negative ? start + 1 : start;
        int count = name.length() - digits;
        // Nine digits follow the sign unless ten are needed: the width counts the sign.
        if (count != 10 && !(negative && count == 9)) {
            return false;
        }
        for (int i = digits; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        long sequence = Long.parseLong(name.substring(start));
        return sequence == (int) sequence;
    }
}
