package io.quorate.embedded.testing;

import io.quorate.Quorate;
import io.quorate.QuorateOptions;
import io.quorate.embedded.MemberStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** One test on an ensemble that begins empty: the clients that it is handed, and what is looked at when it ends. */
final class TestRun {

    private final TestEnsemble ensemble;
    private final boolean ownsEnsemble;
    private final boolean checksLeaks;
    private final Set<String> owners = new HashSet<>();

    /**
     * Begins a test.
     *
     * @param ownsEnsemble whether the ensemble ends with the test
     */
    TestRun(TestEnsemble ensemble, boolean ownsEnsemble, boolean checksLeaks) {
        this.ensemble = ensemble;
        this.ownsEnsemble = ownsEnsemble;
        this.checksLeaks = checksLeaks;
    }

    TestEnsemble ensemble() {
        return ensemble;
    }

    Quorate open(QuorateOptions options) throws InterruptedException {
        owners.add(options.ownerName());
        return ensemble.open(options, false);
    }

    /**
     * Ends the test.
     *
     * @param failure why it failed, if it did; what was done to the ensemble is added
     * @param report where the same is published
     * @throws LeakError if the test has not failed and has left something behind
     */
    void end(Optional<Throwable> failure, Consumer<String> report) {
        List<String> history = ensemble.faults().history();
        List<MemberStatus> members = ensemble.ensemble().status();
        Throwable failed = failure.orElse(null);
        try {
            List<String> leaks = cleanUp();
            if (failed == null && checksLeaks && !leaks.isEmpty()) {
                throw new LeakError(leaks);
            }
        } catch (RuntimeException | Error e) {
            if (failed == null) {
                failed = e;
                throw e;
            }
            failed.addSuppressed(e);
        } finally {
            if (failed != null) {
                String injected = InjectedFaults.describe(history, members);
                report.accept(injected);
                failed.addSuppressed(new InjectedFaults(injected));
            }
        }
    }

    private List<String> cleanUp() {
        List<String> leaks = new ArrayList<>();
        try {
            ensemble.mend();
            if (checksLeaks) {
                leaks.addAll(ensemble.leaks());
            }
        } finally {
            ensemble.closeClients(false);
            if (ownsEnsemble) {
                ensemble.close();
            }
        }
        if (checksLeaks) {
            leaks.addAll(ensemble.liveThreads(owners));
        }
        return leaks;
    }
}
