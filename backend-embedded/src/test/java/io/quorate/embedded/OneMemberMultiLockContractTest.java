package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.MultiLockContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of locks on several resources on one member in memory. */
final class OneMemberMultiLockContractTest extends MultiLockContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(1));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
