package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.linearizability.testing.CheckReport;
import io.quorate.linearizability.testing.FencedMutex;
import io.quorate.linearizability.testing.History;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.Model;
import io.quorate.linearizability.testing.Operation;
import io.quorate.linearizability.testing.Outcome.Returned;
import io.quorate.linearizability.testing.Outcome.Unknown;
import io.quorate.linearizability.testing.SequenceCounter;
import io.quorate.linearizability.testing.Verdict;
import io.quorate.linearizability.testing.VersionedStore;
import io.quorate.linearizability.testing.VersionedStore.Committed;
import io.quorate.linearizability.testing.VersionedStore.Entries;
import io.quorate.linearizability.testing.VersionedStore.Found;
import io.quorate.linearizability.testing.VersionedStore.Input;
import io.quorate.linearizability.testing.VersionedStore.Output;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The clever search agrees with the definition on thousands of small histories, and the clever model with the explicit
 * one.
 */
class BruteForceTwinTest {

    private static final int CASES = 5_000;

    @Test
    void agreesOnRegisters() {
        agrees(VersionedStore.registers(), SmallHistories::register);
    }

    @Test
    void agreesOnTransactions() {
        agrees(VersionedStore.transactional(), SmallHistories::transactions);
    }

    @Test
    void agreesOnCounters() {
        agrees(SequenceCounter.model(), SmallHistories::counter);
    }

    @Test
    void agreesOnMutexes() {
        agrees(FencedMutex.model(), SmallHistories::mutex);
    }

    @Test
    void inferredRevisionsOfRegistersAreThoseThatCouldBe() {
        infersAsTheExplicitModel(VersionedStore.registers(), SmallHistories::register);
    }

    @Test
    void inferredRevisionsOfTransactionsAreThoseThatCouldBe() {
        infersAsTheExplicitModel(VersionedStore.transactional(), SmallHistories::transactions);
    }

    private static <I, O> void agrees(Model<?, I, O> model, Function<Random, History<I, O>> histories) {
        int linearizable = 0;
        for (int seed = 0; seed < CASES; seed++) {
            History<I, O> history = histories.apply(new Random(seed));
            boolean expected = BruteForce.isLinearizable(model, history);
            CheckReport<I, O> report = LinearizabilityChecker.of(model).check(history);
            assertThat(report.verdict())
                    .as("seed %d:%n%s%n%s", seed, history, report)
                    .isEqualTo(verdict(expected));
            assertThat(!expected || Witness.isValid(model, report))
                    .as("seed %d", seed)
                    .isTrue();
            linearizable += expected ? 1 : 0;
        }
        assertThat(linearizable).as("both verdicts are common").isBetween(CASES / 4, 3 * CASES / 4);
    }

    private static void infersAsTheExplicitModel(
            Model<?, Input, Output> model, Function<Random, History<Input, Output>> histories) {
        for (int seed = 0; seed < CASES; seed++) {
            History<Input, Output> history = histories.apply(new Random(seed));
            boolean expected = BruteForce.isLinearizable(new ExplicitStoreModel(largestRevision(history)), history);
            CheckReport<Input, Output> report = LinearizabilityChecker.of(model).check(history);
            assertThat(report.verdict())
                    .as("seed %d:%n%s%n%s", seed, history, report)
                    .isEqualTo(verdict(expected));
        }
    }

    private static Verdict verdict(boolean linearizable) {
        return linearizable ? Verdict.LINEARIZABLE : Verdict.NOT_LINEARIZABLE;
    }

    /** Large enough for all lost writes to come after everything that was seen or expected. */
    private static long largestRevision(History<Input, Output> history) {
        long largest = 5;
        for (Operation<Input, Output> operation : history.operations()) {
            largest += operation.outcome() instanceof Unknown ? 1 : 0;
        }
        return largest
                + history.operations().stream()
                        .mapToLong(operation -> operation.outcome() instanceof Returned<Output> returned
                                ? revision(returned.output())
                                : 0)
                        .max()
                        .orElse(0);
    }

    private static long revision(Output output) {
        if (output instanceof Committed committed) {
            return committed.revision();
        } else if (output instanceof Entries entries) {
            return entries.revision();
        }
        return output instanceof Found found ? found.modRevision() : 0;
    }
}
