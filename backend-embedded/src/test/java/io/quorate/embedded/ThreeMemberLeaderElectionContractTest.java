package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.leader.testing.LeaderElectionContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of leader elections on three members in memory. */
final class ThreeMemberLeaderElectionContractTest extends LeaderElectionContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
