package io.quorate.embedded.sim;

/** B4: what a member applies, its own power cut can't take back. */
final class AppliedIsDurable extends Property {

    @Override
    void onApply(ObservedMember node, long from, long through) {
        require(
                through <= node.disk().end().index(),
                () -> "member " + node.id() + " applies " + through + ", durable is "
                        + node.disk().end());
    }
}
