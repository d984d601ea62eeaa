package io.quorate.embedded.tree;

/**
 * How {@link Request.Create} creates a node: its kind, and whether the parent's sequence counter ends its name.
 * The numbers are part of the stored formats.
 */
public enum CreateMode {
    /** A persistent node of exactly the given name. */
    PERSISTENT(0, NodeKind.PERSISTENT, false),
    /** A persistent node whose name ends with the parent's sequence counter. */
    PERSISTENT_SEQUENTIAL(1, NodeKind.PERSISTENT, true),
    /** An ephemeral node of exactly the given name. */
    EPHEMERAL(2, NodeKind.EPHEMERAL, false),
    /** An ephemeral node whose name ends with the parent's sequence counter. */
    EPHEMERAL_SEQUENTIAL(3, NodeKind.EPHEMERAL, true),
    /** A container, which is reaped after it has lost its last child. */
    CONTAINER(4, NodeKind.CONTAINER, false),
    /** A persistent node with a time to live. */
    TTL(5, NodeKind.TTL, false),
    /** A persistent node with a time to live whose name ends with the parent's sequence counter. */
    TTL_SEQUENTIAL(6, NodeKind.TTL, true);

    private static final CreateMode[] MODES = values();

    private final int number;
    private final NodeKind kind;
    private final boolean sequential;

    CreateMode(int number, NodeKind kind, boolean sequential) {
        this.number = number;
        this.kind = kind;
        this.sequential = sequential;
    }

    /** Returns the kind of the created node. */
    public NodeKind kind() {
        return kind;
    }

    /** Returns whether the parent's sequence counter is appended to the name. */
    public boolean isSequential() {
        return sequential;
    }

    int number() {
        return number;
    }

    static CreateMode of(int number) {
        if (number >= MODES.length) {
            throw new MalformedDataException("no create mode has the number " + number);
        }
        return MODES[number];
    }
}
