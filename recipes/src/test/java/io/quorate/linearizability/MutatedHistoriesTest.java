package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.linearizability.StoreMutation.Case;
import io.quorate.linearizability.testing.CheckReport;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.Verdict;
import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Output;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A checker is worth what it rejects: long correct histories pass, and none passes after one small wrong was done to
 * it.
 */
class MutatedHistoriesTest {

    private static final int CASES = 200;
    /** Far above what any of these histories needs; whoever reaches it has lost the pruning of the search. */
    private static final long STEP_BOUND = 100_000;

    private final LinearizabilityChecker<Input, Output> checker =
            LinearizabilityChecker.of(VersionedStore.registers()).withStepLimit(STEP_BOUND);

    @ParameterizedTest
    @ValueSource(ints = {100, 200})
    void correctHistoriesPass(int size) {
        for (int seed = 0; seed < CASES; seed++) {
            Case given = given(seed, size);
            CheckReport<Input, Output> report = checker.check(given.history());
            assertThat(report.verdict()).as("seed %d: %s", seed, report).isEqualTo(Verdict.LINEARIZABLE);
            assertThat(Witness.isValid(VersionedStore.registers(), report))
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyMutationIsRejectedAt100Operations(StoreMutation mutation) {
        rejectsAll(mutation, 100);
    }

    @ParameterizedTest
    @EnumSource
    void everyMutationIsRejectedAt200Operations(StoreMutation mutation) {
        rejectsAll(mutation, 200);
    }

    private void rejectsAll(StoreMutation mutation, int size) {
        int rejected = 0;
        for (int seed = 0; rejected < CASES; seed++) {
            assertThat(seed)
                    .as("seeds tried to find %d places for the mutation", CASES)
                    .isLessThan(2 * CASES);
            Optional<History<Input, Output>> mutated = mutation.apply(given(seed, size));
            if (mutated.isPresent()) {
                CheckReport<Input, Output> report = checker.check(mutated.get());
                assertThat(report.verdict()).as("seed %d: %s", seed, report).isEqualTo(Verdict.NOT_LINEARIZABLE);
                rejected++;
            }
        }
    }

    private static Case given(long seed, int size) {
        Random random = new Random(seed);
        StoreWorkload workload = new StoreWorkload(random, "k");
        History<Input, Output> history = workload.registers(size, 3 + random.nextInt(6), 0.04);
        return new Case(history, workload.written(), random);
    }
}
