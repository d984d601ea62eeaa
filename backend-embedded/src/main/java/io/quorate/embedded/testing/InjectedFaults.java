package io.quorate.embedded.testing;

import io.quorate.embedded.MemberStatus;
import java.util.List;

/** What was done to the ensemble during a test that failed; travels with the failure, so that every report shows it. */
final class InjectedFaults extends Exception {

    private static final long serialVersionUID = 1L;

    InjectedFaults(String report) {
        super(report, null, false, false);
    }

    /** Returns the text of a report. */
    static String describe(List<String> history, List<MemberStatus> members) {
        String faults = history.isEmpty()
                ? "no faults were injected into this test"
                : "faults of this test, counted from its beginning:\n" + String.join("\n", history);
        return faults + "\nat its end: " + members;
    }
}
