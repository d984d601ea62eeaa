package io.quorate.linearizability;

import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.Model;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.Outcome.Failed;
import io.quorate.linearizability.testing.Outcome.Returned;
import io.quorate.linearizability.testing.Outcome.Unknown;
import java.util.ArrayList;
import java.util.List;

/**
 * The definition of linearizability, tried out: every order of every choice of operations, without a thought of speed.
 */
final class BruteForce {

    private BruteForce() {}

    static <S, I, O> boolean isLinearizable(Model<S, I, O> model, History<I, O> history) {
        List<Operation<I, O>> operations = history.operations().stream()
                .filter(operation -> !(operation.outcome() instanceof Failed))
                .toList();
        return extend(model, model.initial(), operations);
    }

    private static <S, I, O> boolean extend(Model<S, I, O> model, S state, List<Operation<I, O>> rest) {
        if (rest.stream().allMatch(operation -> operation.outcome() instanceof Unknown)) {
            return true;
        }
        for (int i = 0; i < rest.size(); i++) {
            Operation<I, O> operation = rest.get(i);
            if (rest.stream().noneMatch(other -> other.returnTime() < operation.callTime())) {
                List<Operation<I, O>> others = new ArrayList<>(rest);
                others.remove(i);
                for (S next : successors(model, state, operation)) {
                    if (extend(model, next, others)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static <S, I, O> Iterable<S> successors(Model<S, I, O> model, S state, Operation<I, O> operation) {
        return operation.outcome() instanceof Returned<O> returned
                ? model.step(state, operation.input(), returned.output())
                : model.stepUnknown(state, operation.input());
    }
}
