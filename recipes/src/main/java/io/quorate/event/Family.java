package io.quorate.event;

/** The family of a recipe's name: few values for many names. */
public final class Family {

    private Family() {}

    /** Returns the part of a name before its first slash, or all of it: {@code orders} for {@code orders/42}. */
    public static String of(String name) {
        int start = name.startsWith("/") ? 1 : 0;
        int end = name.indexOf('/', start);
        return end < 0 ? name.substring(start) : name.substring(start, end);
    }
}
