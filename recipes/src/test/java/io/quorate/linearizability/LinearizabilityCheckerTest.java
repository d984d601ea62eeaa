package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.linearizability.testing.CheckReport;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.Model;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.PartitionReport;
import io.quorate.linearizability.testing.SequenceCounter;
import io.quorate.linearizability.testing.SequenceCounter.Next;
import io.quorate.linearizability.testing.Verdict;
import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {

    private static final String STALE = """
            1 [1, 2] create "k" "a" -> committed 1
            2 [3, 4] create "other" "x" -> committed 2
            1 [5, 6] update "k" "b" any -> committed 3
            2 [7, 8] get "k" -> found "a" 1 1
            3 [7, 9] update "k" "c" 3 -> committed 4
            """;

    private final LinearizabilityChecker<Input, Output> registers =
            LinearizabilityChecker.of(VersionedStore.registers());

    @Test
    void exhaustedStepLimitIsUnknownAndNeverASuccess() {
        History<SequenceCounter.Input, Long> hard = duplicateAmongConcurrent(12);
        LinearizabilityChecker<SequenceCounter.Input, Long> checker =
                LinearizabilityChecker.of(SequenceCounter.model()).withStepLimit(10);
        CheckReport<SequenceCounter.Input, Long> report = checker.check(hard);
        assertThat(report.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(report.steps()).isEqualTo(10);
        assertThatThrownBy(() -> checker.assertLinearizable(hard))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("UNKNOWN");
    }

    @Test
    void exhaustedStepLimitOfALinearizableHistoryIsUnknownToo() {
        History<Input, Output> history = VersionedStore.format().parse("""
                1 [1, 2] create "k" "a" -> committed 1
                1 [3, 4] get "k" -> found "a" 1 1
                """);
        assertThat(registers.withStepLimit(1).check(history).verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(registers.withStepLimit(2).check(history).verdict()).isEqualTo(Verdict.LINEARIZABLE);
    }

    @Test
    void refutationOutweighsAnObjectThatIsNotDecided() {
        List<Operation<SequenceCounter.Input, Long>> operations =
                new ArrayList<>(duplicateAmongConcurrent(12).operations());
        operations.add(Operation.returned(1, 1, 2, new Next("wrong"), 7L));
        CheckReport<SequenceCounter.Input, Long> report = LinearizabilityChecker.of(SequenceCounter.model())
                .withStepLimit(10)
                .check(History.of(operations));
        assertThat(report.verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(report.first(Verdict.UNKNOWN)).isPresent();
    }

    @Test
    void stepLimitMustBePositive() {
        assertThatThrownBy(() -> registers.withStepLimit(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Without the memo, eleven concurrent operations have forty million orders, and each would be tried. */
    @Test
    void memoKeepsTheEffortFarBelowTheNumberOfOrders() {
        List<Operation<String, Integer>> operations = new ArrayList<>();
        for (int client = 0; client < 11; client++) {
            operations.add(Operation.returned(client, 1, 2, "add", 0));
        }
        operations.add(Operation.returned(11, 3, 4, "sum", 5));
        CheckReport<String, Integer> report =
                LinearizabilityChecker.of(new SilentAdder()).check(History.of(operations));
        assertThat(report.verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(report.steps()).isLessThan(20_000);
    }

    /** Each subset of the reads would be a new configuration, were the order of reads that change nothing tried. */
    @Test
    void concurrentReadsCostOneStepEach() {
        List<Operation<SequenceCounter.Input, Long>> operations = new ArrayList<>();
        for (int client = 0; client < 30; client++) {
            operations.add(Operation.returned(client, 1, 2, new SequenceCounter.Current("c"), 0L));
        }
        operations.add(Operation.returned(30, 3, 4, new Next("c"), 2L));
        CheckReport<SequenceCounter.Input, Long> report =
                LinearizabilityChecker.of(SequenceCounter.model()).check(History.of(operations));
        assertThat(report.verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(report.steps()).isEqualTo(31);
    }

    @Test
    void longHistoriesOfOneKeyTakeFewSteps() {
        for (int seed = 0; seed < 20; seed++) {
            History<Input, Output> history = new StoreWorkload(new Random(seed), "k").registers(1_000, 8, 0.02);
            CheckReport<Input, Output> report = registers.withStepLimit(100_000).check(history);
            assertThat(report.verdict()).as("seed %d: %s", seed, report).isEqualTo(Verdict.LINEARIZABLE);
        }
    }

    @Test
    void transactionalHistoriesOfSixtyOperationsTakeFewSteps() {
        for (int seed = 0; seed < 200; seed++) {
            History<Input, Output> history =
                    new StoreWorkload(new Random(seed), "a", "b", "c").transactions(60, 5, 0.05);
            CheckReport<Input, Output> report = LinearizabilityChecker.of(VersionedStore.transactional())
                    .withStepLimit(100_000)
                    .check(history);
            assertThat(report.verdict()).as("seed %d: %s", seed, report).isEqualTo(Verdict.LINEARIZABLE);
        }
    }

    @Test
    void nondeterministicModelMayTakeAnyOfItsBranches() {
        LinearizabilityChecker<String, Integer> checker = LinearizabilityChecker.of(new Coin());
        assertThat(checker.check(tosses(1, 1)).verdict()).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(checker.check(tosses(0, 0)).verdict()).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(checker.check(tosses(0, 1)).verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void reportShowsThePrefixTheStateAndTheStuckOperations() {
        PartitionReport<Input, Output> report = registers
                .check(VersionedStore.format().parse(STALE))
                .first(Verdict.NOT_LINEARIZABLE)
                .orElseThrow();
        assertThat(report.toString()).isEqualTo("""
                NOT_LINEARIZABLE: k, 4 operations, 5 steps
                  longest linearizable prefix found, 3 operations:
                    1 [1, 2] create "k" "a" -> committed 1
                    1 [5, 6] update "k" "b" any -> committed 3
                    3 [7, 9] update "k" "c" 3 -> committed 4
                  which leaves: {k="c" created 1 modified 4} after revision 4
                  and none of these can follow:
                    2 [7, 8] get "k" -> found "a" 1 1
                """);
    }

    @Test
    void assertionShowsTheShrunkHistory() {
        assertThatThrownBy(() ->
                        registers.assertLinearizable(VersionedStore.format().parse(STALE)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("NOT_LINEARIZABLE, 2 objects")
                .hasMessageContaining("shrunk:")
                .hasMessageContaining("whole history:");
    }

    /** Concurrent draws of 1..n where n-1 was handed out twice: only an exhaustive search can tell. */
    private static History<SequenceCounter.Input, Long> duplicateAmongConcurrent(int n) {
        List<Operation<SequenceCounter.Input, Long>> operations = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            operations.add(Operation.returned(i, 1, 2, new Next("c"), (long) Math.min(i, n - 1)));
        }
        return History.of(operations);
    }

    private static History<String, Integer> tosses(int... sides) {
        List<Operation<String, Integer>> operations = new ArrayList<>();
        for (int i = 0; i < sides.length; i++) {
            operations.add(Operation.returned(1, 2L * i, 2L * i + 1, "look", sides[i]));
        }
        return History.of(operations);
    }

    /** A sum whose additions answer nothing that would fix their order. */
    private static final class SilentAdder implements Model<Integer, String, Integer> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public Set<Integer> step(Integer state, String input, Integer output) {
            if (input.equals("add")) {
                return Set.of(state + 1);
            }
            return state.equals(output) ? Set.of(state) : Set.of();
        }

        @Override
        public Set<Integer> stepUnknown(Integer state, String input) {
            return Set.of();
        }

        @Override
        public boolean isReadOnly(String input) {
            return input.equals("sum");
        }
    }

    /** A coin that was tossed once, before anybody looked. */
    private static final class Coin implements Model<Integer, String, Integer> {
        @Override
        public Integer initial() {
            return -1;
        }

        @Override
        public Set<Integer> step(Integer state, String input, Integer output) {
            return state == -1 || state.equals(output) ? Set.of(output) : Set.of();
        }

        @Override
        public Set<Integer> stepUnknown(Integer state, String input) {
            return state == -1 ? Set.of(0, 1) : Set.of();
        }

        @Override
        public boolean isReadOnly(String input) {
            return false;
        }
    }
}
