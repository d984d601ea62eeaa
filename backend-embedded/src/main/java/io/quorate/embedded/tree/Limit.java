package io.quorate.embedded.tree;

/** A limit that a refused request would have exceeded. The numbers are part of the stored formats. */
public enum Limit {
    /** {@link TreeLimits#dataBytes()}. */
    DATA_BYTES(0, "bytes in one value"),
    /** {@link TreeLimits#commitSize()}. */
    COMMIT_SIZE(1, "guards and operations in one commit"),
    /** {@link TreeLimits#txnBytes()}. */
    TXN_BYTES(2, "bytes in one transaction"),
    /** {@link TreeLimits#children()}. */
    CHILDREN(3, "children of one entry"),
    /** {@link TreeLimits#nodes()}. */
    NODES(4, "entries of the ensemble"),
    /** {@link TreeLimits#totalBytes()}. */
    TOTAL_BYTES(5, "bytes that all entries of the ensemble take"),
    /** {@link TreeLimits#sessions()}. */
    SESSIONS(6, "sessions of the ensemble"),
    /** {@link TreeLimits#ephemerals()}. */
    EPHEMERALS(7, "entries owned by one session"),
    /** {@link TreeLimits#ephemeralPathBytes()}. */
    EPHEMERAL_PATH_BYTES(8, "bytes in the keys owned by one session"),
    /** {@link TreeLimits#results()}. */
    RESULTS(9, "unacknowledged operations of one session"),
    /** The bytes of a key, once the engine has completed its name. */
    KEY_BYTES(10, "bytes in one key"),
    /** The bytes of the last segment of a key, once the engine has completed it. */
    SEGMENT_BYTES(11, "bytes in one segment of a key"),
    /** The segments of a key, once the engine has completed its name. */
    KEY_DEPTH(12, "segments of one key");

    private static final Limit[] LIMITS = values();

    private final int number;
    private final String what;

    Limit(int number, String what) {
        this.number = number;
        this.what = what;
    }

    /** Returns what it limits the number of, in words. */
    public String what() {
        return what;
    }

    int number() {
        return number;
    }

    static Limit of(int number) {
        if (number >= LIMITS.length) {
            throw new MalformedDataException("no limit has the number " + number);
        }
        return LIMITS[number];
    }
}
