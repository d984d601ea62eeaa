package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.RevocationContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of revocation on three members in memory. */
final class ThreeMemberRevocationContractTest extends RevocationContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
