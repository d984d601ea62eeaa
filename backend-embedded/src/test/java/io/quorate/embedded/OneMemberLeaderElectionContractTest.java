package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.leader.testing.LeaderElectionContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of leader elections on one member in memory. */
final class OneMemberLeaderElectionContractTest extends LeaderElectionContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(1));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
