package io.quorate.linearizability;

import io.quorate.linearizability.testing.CheckReport;
import io.quorate.linearizability.testing.Model;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.Outcome.Returned;
import io.quorate.linearizability.testing.Outcome.Unknown;
import io.quorate.linearizability.testing.PartitionReport;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A check of the linearizations that a checker claims to have found, which needs no search. */
final class Witness {

    private Witness() {}

    static <I, O> boolean isValid(Model<?, I, O> model, CheckReport<I, O> report) {
        return report.partitions().stream()
                .allMatch(part -> isComplete(part) && isOrdered(part) && isAccepted(model, part));
    }

    private static <I, O> boolean isComplete(PartitionReport<I, O> part) {
        return part.history().operations().stream()
                .allMatch(operation -> operation.outcome() instanceof Unknown
                        || part.linearized().contains(operation));
    }

    private static <I, O> boolean isOrdered(PartitionReport<I, O> part) {
        List<Operation<I, O>> order = part.linearized();
        for (int i = 0; i < order.size(); i++) {
            for (int j = i + 1; j < order.size(); j++) {
                if (order.get(j).returnTime() < order.get(i).callTime()) {
                    return false;
                }
            }
        }
        return true;
    }

    private static <S, I, O> boolean isAccepted(Model<S, I, O> model, PartitionReport<I, O> part) {
        Set<S> states = Set.of(model.initial());
        for (Operation<I, O> operation : part.linearized()) {
            Set<S> next = new HashSet<>();
            for (S state : states) {
                next.addAll(
                        operation.outcome() instanceof Returned<O> returned
                                ? model.step(state, operation.input(), returned.output())
                                : model.stepUnknown(state, operation.input()));
            }
            states = next;
        }
        return !states.isEmpty();
    }
}
