package io.quorate.linearizability.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * A decision procedure for linearizability: could these operations have happened one at a time, each at one instant
 * between its call and its return?
 *
 * <p>Operations of unknown outcome may take effect at any time after their calls, or never. Operations that failed for
 * sure are left out, and so are reads of unknown outcome. Independent objects are checked apart, see {@link
 * Model#partition}.
 *
 * <p>The problem is NP-complete. In practice the effort follows from the number of operations that overlap on one
 * object: some two hundred operations with up to eight at a time and a few unknown ones take milliseconds. A step limit
 * bounds the rest; whoever reaches it gets {@link Verdict#UNKNOWN}.
 *
 * <p>Immutable and thread-safe, if the model is.
 *
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public final class LinearizabilityChecker<I, O> {

    /** The steps that are tried on one object before the checker gives up; some hundred megabytes of memo at worst. */
    public static final long DEFAULT_STEP_LIMIT = 1_000_000;

    private final Model<?, I, O> model;
    private final long stepLimit;

    private LinearizabilityChecker(Model<?, I, O> model, long stepLimit) {
        this.model = model;
        this.stepLimit = stepLimit;
    }

    /** A checker against {@code model} with the {@linkplain #DEFAULT_STEP_LIMIT default step limit}. */
    public static <I, O> LinearizabilityChecker<I, O> of(Model<?, I, O> model) {
        return new LinearizabilityChecker<>(model, DEFAULT_STEP_LIMIT);
    }

    /**
     * This checker with another limit.
     *
     * @param steps how many steps of the model may be tried on each object
     * @throws IllegalArgumentException if the limit is not positive
     */
    public LinearizabilityChecker<I, O> withStepLimit(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("The step limit must be positive, and is " + steps);
        }
        return new LinearizabilityChecker<>(model, steps);
    }

    /** Checks every object of {@code history}. */
    public CheckReport<I, O> check(History<I, O> history) {
        List<PartitionReport<I, O>> reports = new ArrayList<>();
        relevant(history)
                .partition(model::partition)
                .forEach((partition, part) -> reports.add(checkPart(model, partition, part)));
        return new CheckReport<>(reports);
    }

    /**
     * Passes if {@code history} is linearizable.
     *
     * @throws AssertionError if it is not, with a shrunk counterexample, or if the step limit was reached
     */
    public void assertLinearizable(History<I, O> history) {
        CheckReport<I, O> report = check(history);
        if (report.verdict() == Verdict.LINEARIZABLE) {
            return;
        }
        String text = report.toString();
        if (report.verdict() == Verdict.NOT_LINEARIZABLE) {
            text += "shrunk:\n" + check(shrink(history)) + "whole history:\n" + history;
        }
        throw new AssertionError(text);
    }

    /**
     * A small part of {@code history} that is not linearizable either: operations on one object, with whole clients and
     * then single operations removed as long as it stays so.
     *
     * <p>A removed write is not forgotten. If it were, a read of its value would soon be the "error", and the
     * counterexample would prove nothing. So whatever was removed is granted any number of effects at any time after
     * its call, and the rest is kept only if not even that explains it. Hence the result is evidence against the
     * object, and not against the removal.
     *
     * @throws IllegalArgumentException if {@code history} is not found to be not linearizable
     */
    public History<I, O> shrink(History<I, O> history) {
        PartitionReport<I, O> failure = check(history)
                .first(Verdict.NOT_LINEARIZABLE)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Only a history that is not linearizable can be shrunk, and this one is not known to be so"));
        return new HistoryShrinker<>(model, failure.history(), Math.min(stepLimit, HistoryShrinker.STEP_LIMIT))
                .shrink();
    }

    private History<I, O> relevant(History<I, O> history) {
        return History.of(history.operations().stream().filter(this::isRelevant).toList());
    }

    private boolean isRelevant(Operation<I, O> operation) {
        boolean unknown = operation.outcome() instanceof Outcome.Unknown;
        boolean unknownRead = unknown && model.isReadOnly(operation.input());
        return !(operation.outcome() instanceof Outcome.Failed) && !unknownRead;
    }

    private <S> PartitionReport<I, O> checkPart(Model<S, I, O> model, Object partition, History<I, O> part) {
        LinearizationSearch<S, I, O> search = new LinearizationSearch<>(model, part.operations(), List.of(), stepLimit);
        return search.report(partition, search.run(), part);
    }
}
