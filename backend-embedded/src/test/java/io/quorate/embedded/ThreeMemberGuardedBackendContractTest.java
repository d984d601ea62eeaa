package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.breaker.testing.GuardedBackendContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Guards keep their contract around three members in memory. */
final class ThreeMemberGuardedBackendContractTest extends GuardedBackendContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
