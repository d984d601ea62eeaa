package io.quorate.embedded.log;

import org.jspecify.annotations.Nullable;

/** How far a member's files may be trusted with a vote. The codes are on disk. */
public enum Standing {
    /** They hold all this member ever acknowledged. */
    VOTER(0),
    /** They may lack what it acknowledged: it must take no part in a quorum before it has resynchronized. */
    AMNESIAC(1),
    /** An operator kept what could be read. Enough for a single member; in a cluster the same as amnesiac. */
    SALVAGED(2);

    private final int code;

    Standing(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static @Nullable Standing of(int code) {
        for (Standing standing : values()) {
            if (standing.code == code) {
                return standing;
            }
        }
        return null;
    }
}
