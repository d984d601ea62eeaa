package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.linearizability.StoreMutation.Case;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.Verdict;
import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShrinkingTest {

    private final LinearizabilityChecker<Input, Output> checker = LinearizabilityChecker.of(VersionedStore.registers());

    @Test
    void otherObjectsAndOperationsThatDoNotMatterAreRemoved() {
        History<Input, Output> shrunk = checker.shrink(VersionedStore.format().parse("""
                1 [1, 2] create "k" "a" -> committed 1
                9 [1, 2] create "other" "x" -> committed 2
                4 [1, -] get "k" unknown
                1 [3, 4] update "k" "b" any -> committed 3
                3 [5, 6] get "k" -> found "b" 1 3
                1 [7, 8] update "k" "c" any -> committed 4
                2 [9, 10] get "k" -> found "b" 1 3
                3 [11, 12] delete "k" any -> committed 5
                3 [13, 14] get "k" -> absent
                """));
        assertThat(shrunk).isEqualTo(VersionedStore.format().parse("""
                1 [7, 8] update "k" "c" any -> committed 4
                2 [9, 10] get "k" -> found "b" 1 3
                """));
    }

    @Test
    void writeWhoseValueWasReadIsNotRemovedToMakeTheReadWrong() {
        History<Input, Output> history = VersionedStore.format().parse("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] get "k" -> found "a" 1 1
                1 [5, 6] get "k" -> absent
                """);
        History<Input, Output> shrunk = checker.shrink(history);
        assertThat(shrunk.operations()).contains(history.operations().get(2));
        assertThat(shrunk.size()).isEqualTo(2);
    }

    @Test
    void linearizableHistoryIsNotShrunk() {
        History<Input, Output> fine = VersionedStore.format().parse("1 [1, 2] get \"k\" -> absent");
        assertThatThrownBy(() -> checker.shrink(fine)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Put back as operations of unknown outcome, the removed operations do not explain the rest. */
    @Test
    void whatWasRemovedCouldNotHaveExplainedTheRest() {
        int shrunkCases = 0;
        for (int seed = 0; seed < 5_000; seed++) {
            History<Input, Output> history = SmallHistories.register(new Random(seed));
            if (checker.check(history).verdict() == Verdict.NOT_LINEARIZABLE) {
                History<Input, Output> shrunk = checker.shrink(history);
                List<Operation<Input, Output>> all = new ArrayList<>(history.operations());
                shrunk.operations().forEach(all::remove);
                all.replaceAll(removed -> Operation.unknown(removed.client(), removed.callTime(), removed.input()));
                all.addAll(shrunk.operations());
                assertThat(BruteForce.isLinearizable(VersionedStore.registers(), History.of(all)))
                        .as("seed %d:%n%s%nshrunk:%n%s", seed, history, shrunk)
                        .isFalse();
                shrunkCases += shrunk.size() < history.size() ? 1 : 0;
            }
        }
        assertThat(shrunkCases).isGreaterThan(500);
    }

    @Test
    void longHistoriesShrinkToAHandfulOfOperations() {
        int total = 0;
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            StoreWorkload workload = new StoreWorkload(random, "k");
            Case given = new Case(workload.registers(100, 5, 0.04), workload.written(), random);
            History<Input, Output> mutated =
                    StoreMutation.READ_IS_STALE.apply(given).orElseThrow();
            History<Input, Output> shrunk = checker.shrink(mutated);
            assertThat(checker.check(shrunk).verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
            assertThat(shrunk.size()).as("seed %d:%n%s", seed, shrunk).isLessThanOrEqualTo(4);
            total += shrunk.size();
        }
        assertThat(total).isLessThanOrEqualTo(20 * 3);
    }
}
