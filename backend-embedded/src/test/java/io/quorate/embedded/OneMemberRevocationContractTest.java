package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.RevocationContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of revocation on one member in memory. */
final class OneMemberRevocationContractTest extends RevocationContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(1));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
