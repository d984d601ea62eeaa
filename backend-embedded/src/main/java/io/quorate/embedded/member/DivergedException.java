package io.quorate.embedded.member;

/** A member's state is not what the others have at the same index. */
final class DivergedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final boolean certain;

    private DivergedException(String message, boolean certain) {
        super(message);
        this.certain = certain;
    }

    /**
     * Creates it.
     *
     * @param index the index
     * @param expected the digest that the member should have there
     * @param certain whether a quorum has the other one; otherwise the leader, and nobody can tell who is wrong
     */
    static DivergedException at(long index, long expected, boolean certain) {
        String digest = Long.toHexString(expected);
        return certain
                ? new DivergedException(
                        "the state of this member at index " + index
                                + " is not the one that a quorum has, whose digest is "
                                + digest
                                + ": it applied something else, which is a defect of the program or of its machine."
                                + " It stops; its files are set aside at its next start and kept for examination",
                        true)
                : new DivergedException(
                        "the state of this member at index " + index + " is not the leader's, whose digest is " + digest
                                + ", and too few members run to tell which of the two is wrong. It stops and keeps its files;"
                                + " start the other members, then this one, which computes its state anew from its log",
                        false);
    }

    /** Whether it is this member that is wrong. */
    boolean isCertain() {
        return certain;
    }
}
