package io.quorate.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.linearizability.testing.CheckReport;
import io.quorate.linearizability.testing.HistoryFormat;
import io.quorate.linearizability.testing.LinearizabilityChecker;
import io.quorate.linearizability.testing.Model;
import io.quorate.linearizability.testing.Verdict;

/** Histories in their text form, with the verdict they must get. */
record KnownAnswers<I, O>(Model<?, I, O> model, HistoryFormat<I, O> format) {

    void accepts(String history) {
        expect(Verdict.LINEARIZABLE, history);
    }

    void rejects(String history) {
        expect(Verdict.NOT_LINEARIZABLE, history);
    }

    private void expect(Verdict verdict, String history) {
        CheckReport<I, O> report = LinearizabilityChecker.of(model).check(format.parse(history));
        assertThat(report.verdict()).as("%s", report).isEqualTo(verdict);
    }
}
