package io.quorate.linearizability.testing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An immutable list of operations in the order of their calls.
 *
 * <p>Operation {@code a} precedes operation {@code b} exactly if {@code a} returned strictly before {@code b} was
 * called. Intervals are closed, so two operations that touch in one instant are concurrent.
 *
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public final class History<I, O> {

    private final List<Operation<I, O>> operations;

    private History(List<Operation<I, O>> operations) {
        this.operations = operations;
    }

    /**
     * A history of these operations, in whatever order they are given; those called at the same time keep their order.
     */
    public static <I, O> History<I, O> of(List<Operation<I, O>> operations) {
        List<Operation<I, O>> sorted = new ArrayList<>(operations);
        sorted.sort(Comparator.comparingLong(Operation::callTime));
        return new History<>(List.copyOf(sorted));
    }

    /** A history of these operations, in whatever order they are given. */
    @SafeVarargs
    public static <I, O> History<I, O> of(Operation<I, O>... operations) {
        List<Operation<I, O>> list = new ArrayList<>();
        for (Operation<I, O> operation : operations) {
            list.add(operation);
        }
        return of(list);
    }

    /** The operations by call time; unmodifiable. */
    public List<Operation<I, O>> operations() {
        return operations;
    }

    /** The number of operations. */
    public int size() {
        return operations.size();
    }

    /** The histories of the independent objects that {@code key} tells apart, in the order of their first calls. */
    Map<Object, History<I, O>> partition(Function<? super I, Object> key) {
        Map<Object, List<Operation<I, O>>> parts = new LinkedHashMap<>();
        for (Operation<I, O> operation : operations) {
            parts.computeIfAbsent(key.apply(operation.input()), k -> new ArrayList<>())
                    .add(operation);
        }
        Map<Object, History<I, O>> histories = new LinkedHashMap<>();
        parts.forEach((k, part) -> histories.put(k, new History<>(List.copyOf(part))));
        return histories;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof History<?, ?> history && operations.equals(history.operations);
    }

    @Override
    public int hashCode() {
        return operations.hashCode();
    }

    /** One operation a line. */
    @Override
    public String toString() {
        return operations.stream().map(Operation::toString).collect(Collectors.joining("\n"));
    }
}
