package io.quorate.embedded.sim;

/** I2 (total order, agreement): all members apply the committed records, each once and in their order. */
final class TotalOrder extends Property {

    private final CommittedHistory committed;

    TotalOrder(CommittedHistory committed) {
        this.committed = committed;
    }

    @Override
    void onApply(ObservedMember node, long from, long through) {
        require(
                node.applied() == from,
                () -> "member " + node.id() + " applies after " + from + ", not " + node.applied());
        require(
                through <= committed.lastIndex(),
                () -> "member " + node.id() + " applies " + through + ", committed is " + committed.lastIndex());
        require(
                through <= node.writtenEnd().index() && node.written(through).hash() == committed.hashAt(through),
                () -> "member " + node.id() + " applies another record than was committed at " + through);
    }
}
