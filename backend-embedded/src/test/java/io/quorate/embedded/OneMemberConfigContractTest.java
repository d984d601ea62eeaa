package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.config.testing.ConfigContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of live configuration on one member in memory. */
final class OneMemberConfigContractTest extends ConfigContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(1));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
