package io.quorate.linearizability.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * A search for a small part of a failing history that fails for a reason of the whole.
 *
 * <p>The removal of large batches first and smaller ones later follows the delta debugging of Zeller and Hildebrandt,
 * "Simplifying and Isolating Failure-Inducing Input" (2002).
 */
final class HistoryShrinker<S, I, O> {

    /** A removal that needs more steps to be justified is not made. */
    static final long STEP_LIMIT = 50_000;

    private final Model<S, I, O> model;
    private final long stepLimit;
    private List<Operation<I, O>> kept;
    private List<Operation<I, O>> removed = List.of();

    HistoryShrinker(Model<S, I, O> model, History<I, O> failing, long stepLimit) {
        this.model = model;
        this.stepLimit = stepLimit;
        this.kept = failing.operations();
    }

    History<I, O> shrink() {
        for (int client : kept.stream().mapToInt(Operation::client).distinct().toArray()) {
            remove(kept.stream()
                    .filter(operation -> operation.client() == client)
                    .toList());
        }
        int before;
        do {
            before = kept.size();
            for (int batch = Math.max(1, before / 2); batch >= 1; batch /= 2) {
                removeBatches(batch);
            }
        } while (kept.size() < before);
        return History.of(kept);
    }

    /** From the end, because what happened after the failure goes most easily. */
    private void removeBatches(int size) {
        for (int end = kept.size(); end > 0; end -= size) {
            remove(kept.subList(Math.max(0, end - size), end));
        }
    }

    private void remove(List<Operation<I, O>> batch) {
        List<Operation<I, O>> rest = new ArrayList<>(kept);
        rest.removeAll(batch);
        List<Operation<I, O>> granted = new ArrayList<>(removed);
        for (Operation<I, O> operation : batch) {
            if (!model.isReadOnly(operation.input())) {
                granted.add(Operation.unknown(operation.client(), operation.callTime(), operation.input()));
            }
        }
        if (new LinearizationSearch<>(model, rest, granted, stepLimit).run() == Verdict.NOT_LINEARIZABLE) {
            kept = rest;
            removed = granted;
        }
    }
}
