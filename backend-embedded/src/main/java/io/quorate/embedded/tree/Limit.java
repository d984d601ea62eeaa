package io.quorate.embedded.tree;

/** A limit that a refused request would have exceeded. The numbers are part of the stored formats. */
public enum Limit {
    /** {@link TreeLimits#dataBytes()}. */
    DATA_BYTES(0),
    /** {@link TreeLimits#commitSize()}. */
    COMMIT_SIZE(1),
    /** {@link TreeLimits#txnBytes()}. */
    TXN_BYTES(2),
    /** {@link TreeLimits#children()}. */
    CHILDREN(3),
    /** {@link TreeLimits#nodes()}. */
    NODES(4),
    /** {@link TreeLimits#totalBytes()}. */
    TOTAL_BYTES(5),
    /** {@link TreeLimits#sessions()}. */
    SESSIONS(6),
    /** {@link TreeLimits#ephemerals()}. */
    EPHEMERALS(7),
    /** {@link TreeLimits#ephemeralPathBytes()}. */
    EPHEMERAL_PATH_BYTES(8),
    /** {@link TreeLimits#results()}. */
    RESULTS(9),
    /** The bytes of a key, once the engine has completed its name. */
    KEY_BYTES(10),
    /** The bytes of the last segment of a key, once the engine has completed it. */
    SEGMENT_BYTES(11),
    /** The segments of a key, once the engine has completed its name. */
    KEY_DEPTH(12);

    private static final Limit[] LIMITS = values();

    private final int number;

    Limit(int number) {
        this.number = number;
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
