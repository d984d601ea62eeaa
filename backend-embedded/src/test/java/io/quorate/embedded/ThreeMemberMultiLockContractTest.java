package io.quorate.embedded;

import io.quorate.backend.testing.BackendFixture;
import io.quorate.lock.testing.MultiLockContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of locks on several resources on three members in memory. */
final class ThreeMemberMultiLockContractTest extends MultiLockContract {

    @RegisterExtension
    static final SharedEnsemble ENSEMBLE = new SharedEnsemble(EnsembleConfig.inMemory(3));

    @Override
    protected BackendFixture newFixture() {
        return ENSEMBLE.newFixture();
    }
}
