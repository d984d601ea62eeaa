package io.quorate.embedded.tree;

/** What ends the life of a node. The numbers are part of the stored formats. */
public enum NodeKind {
    /** Lives until it is deleted. */
    PERSISTENT(0),
    /** Lives until it is deleted or its session ends; has no children. */
    EPHEMERAL(1),
    /** Lives until it is deleted or, having lost its last child, is reaped. */
    CONTAINER(2),
    /** Lives until it is deleted or, childless, has not been modified for its time to live. */
    TTL(3);

    private static final NodeKind[] KINDS = values();

    private final int number;

    NodeKind(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static NodeKind of(int number) {
        if (number >= KINDS.length) {
            throw new MalformedDataException("no kind of node has the number " + number);
        }
        return KINDS[number];
    }
}
