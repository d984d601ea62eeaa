package io.quorate.linearizability.testing;

import java.util.List;

/**
 * What a check found out about one object.
 *
 * @param partition the object, as {@link Model#partition} names it
 * @param verdict the verdict on {@code history}
 * @param history the operations on the object, without those that failed for sure and the reads of unknown outcome
 * @param linearized an order that the model accepts: of the whole history if it is linearizable, of the longest prefix
 *     found otherwise. Operations of unknown outcome appear in it only where they took effect
 * @param stuck if the history is not linearizable, the operations of which one would have to follow {@code linearized}
 *     and none can
 * @param state the state after {@code linearized}, for people
 * @param steps how many steps of the model were tried
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public record PartitionReport<I, O>(
        Object partition,
        Verdict verdict,
        History<I, O> history,
        List<Operation<I, O>> linearized,
        List<Operation<I, O>> stuck,
        String state,
        long steps) {

    /** Copies the lists. */
    public PartitionReport {
        linearized = List.copyOf(linearized);
        stuck = List.copyOf(stuck);
    }

    /**
     * The verdict in one line, followed by the prefix, the state behind it and the stuck operations unless all is well.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(verdict).append(": ").append(partition).append(", ");
        text.append(history.size()).append(" operations, ").append(steps).append(" steps\n");
        if (verdict != Verdict.LINEARIZABLE) {
            text.append("  longest linearizable prefix found, ")
                    .append(linearized.size())
                    .append(" operations:\n");
            linearized.forEach(
                    operation -> text.append("    ").append(operation).append('\n'));
            text.append("  which leaves: ").append(state).append('\n');
            text.append("  and none of these can follow:\n");
            stuck.forEach(operation -> text.append("    ").append(operation).append('\n'));
        }
        return text.toString();
    }
}
