package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.config.testing.ConfigContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of live configuration on three members in memory. */
final class ThreeMemberConfigContractTest extends ConfigContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
