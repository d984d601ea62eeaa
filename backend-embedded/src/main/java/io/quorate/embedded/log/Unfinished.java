package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/**
 * A change of several files that was announced and not yet declared done.
 *
 * @param kind which change
 * @param index the index it goes to
 */
public record Unfinished(Kind kind, long index) {
    /** No change is under way. */
    public static final Unfinished NOTHING = new Unfinished(Kind.NONE, 0);

    /** The changes. The codes are on disk. */
    public enum Kind {
        /** None. */
        NONE(0),
        /** The log is to end at the index. */
        TRUNCATION(1),
        /** The log is to be replaced by the received snapshot of the index. */
        INSTALLATION(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static @Nullable Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }
}
