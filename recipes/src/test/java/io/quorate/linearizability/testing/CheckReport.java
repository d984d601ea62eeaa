package io.quorate.linearizability.testing;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a check found out about a history.
 *
 * @param partitions one report for each object, in the order of their first calls
 * @param <I> the input of an operation
 * @param <O> the output of an operation
 */
public record CheckReport<I, O>(List<PartitionReport<I, O>> partitions) {

    /** Copies the list. */
    public CheckReport {
        partitions = List.copyOf(partitions);
    }

    /** Not linearizable if one object is not; else unknown if one object is; else linearizable. */
    public Verdict verdict() {
        if (first(Verdict.NOT_LINEARIZABLE).isPresent()) {
            return Verdict.NOT_LINEARIZABLE;
        }
        return first(Verdict.UNKNOWN).isPresent() ? Verdict.UNKNOWN : Verdict.LINEARIZABLE;
    }

    /** The steps tried on all objects together. */
    public long steps() {
        return partitions.stream().mapToLong(PartitionReport::steps).sum();
    }

    /** The first object with this verdict. */
    public Optional<PartitionReport<I, O>> first(Verdict verdict) {
        return partitions.stream().filter(part -> part.verdict() == verdict).findFirst();
    }

    /** The verdict, and the report of every object that is not linearizable or not decided. */
    @Override
    public String toString() {
        return partitions.stream()
                .filter(part -> part.verdict() != Verdict.LINEARIZABLE)
                .map(PartitionReport::toString)
                .collect(Collectors.joining("", verdict() + ", " + partitions.size() + " objects\n", ""));
    }
}
